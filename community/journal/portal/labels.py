"""What the audit's codes are called on its page. A code without a name here is shown as it is."""

from community.core.i18n import lazy

VERBS = {
    "accept": lazy("accepted"),
    "acknowledge": lazy("acknowledged"),
    "add": lazy("added"),
    "add_app": lazy("set up an authenticator app of"),
    "add_member": lazy("let somebody into"),
    "add_passkey": lazy("added a passkey of"),
    "amend": lazy("amended"),
    "answer": lazy("answered"),
    "answer_dispute": lazy("answered a dispute of"),
    "archive": lazy("archived"),
    "bring": lazy("brought a file for"),
    "change": lazy("changed"),
    "change_email": lazy("changed the address of"),
    "change_member": lazy("changed a seat in"),
    "change_notifications": lazy("changed the notices of"),
    "change_profile": lazy("changed the profile of"),
    "change_role": lazy("changed the role of"),
    "claim": lazy("took on"),
    "close": lazy("closed"),
    "complete": lazy("completed"),
    "confirm_sign_in": lazy("confirmed"),
    "correct": lazy("corrected"),
    "confirm": lazy("found still true"),
    "create": lazy("made"),
    "decline": lazy("declined"),
    "delete": lazy("deleted"),
    "discard": lazy("discarded"),
    "dispute": lazy("disputed"),
    "edit": lazy("edited"),
    "end_all_sessions": lazy("ended every session of"),
    "end_other_sessions": lazy("ended every other session of"),
    "end_session": lazy("ended a session of"),
    "erase": lazy("erased a person for"),
    "export": lazy("exported"),
    "finish": lazy("finished"),
    "forget_factors": lazy("took every factor of"),
    "handover": lazy("hand-over"),
    "import": lazy("published"),
    "invite": lazy("sent"),
    "join": lazy("began"),
    "lapse": lazy("let lapse"),
    "leave": lazy("ended"),
    "link_account": lazy("linked an account elsewhere with"),
    "log": lazy("logged"),
    "merge": lazy("merged somebody into"),
    "mail_anew": lazy("mailed anew"),
    "miss": lazy("could not mail"),
    "prepare": lazy("prepared"),
    "publish": lazy("put in force"),
    "receive": lazy("noted"),
    "record_consent": lazy("recorded the consent of"),
    "record_withdrawal": lazy("recorded that consent was withdrawn by"),
    "release": lazy("let go"),
    "remove": lazy("ended somebody's"),
    "remove_app": lazy("removed the authenticator app of"),
    "remove_member": lazy("took somebody out of"),
    "remove_passkey": lazy("removed a passkey of"),
    "renew_recovery_codes": lazy("renewed the recovery codes of"),
    "reopen": lazy("opened again"),
    "restore": lazy("restored"),
    "retract": lazy("retracted"),
    "revoke": lazy("took back"),
    "set_password": lazy("set the password of"),
    "settle": lazy("let stand"),
    "share": lazy("shared"),
    "sign_in": lazy("signed in with"),
    "sign_out": lazy("signed out with"),
    "take_back": lazy("took back an answer to"),
    "tell_apart": lazy("told somebody apart from"),
    "thank": lazy("thanked for"),
    "unarchive": lazy("took out of the archive"),
    "undo": lazy("undid"),
    "unlink_account": lazy("unlinked an account elsewhere from"),
    "unmerge": lazy("parted again what was merged into"),
    "unsubscribe": lazy("unsubscribed"),
    "use_link": lazy("signed in by a link to"),
    "use_recovery_code": lazy("used a recovery code of"),
    "withdraw_distinction": lazy("no longer tells somebody apart from"),
    "withdraw": lazy("withdrew"),
    "withdraw_dispute": lazy("stopped disputing"),
}
KINDS = {
    "achievement": lazy("achievement"),
    "agreement": lazy("agreement"),
    "api_token": lazy("API token"),
    "audit": lazy("audit"),
    "circle": lazy("circle"),
    "custom_field": lazy("field of the team's own"),
    "export": lazy("file of data"),
    "fact": lazy("fact"),
    "give": lazy("help"),
    "gives": lazy("history of help"),
    "hard_time": lazy("hard time"),
    "import": lazy("import"),
    "invitation": lazy("invitation"),
    "membership": lazy("membership"),
    "note": lazy("note"),
    "organisation": lazy("organisation"),
    "people": lazy("list of people"),
    "person": lazy("person"),
    "relation": lazy("relation"),
    "relation_kind": lazy("word for a relation"),
    "note_version": lazy("earlier words of a note"),
    "preference": lazy("preferences"),
    "profile_part": lazy("part of what somebody says of themself"),
    "saved_view": lazy("saved list"),
    "subject_request": lazy("data request"),
    "team": lazy("team"),
    "tie": lazy("note of how somebody met"),
    "user": lazy("sign-in"),
}


def verb_name(code: str) -> str:
    """An act, as one tells of it."""
    return str(VERBS.get(code) or code.replace("_", " "))


def kind_name(code: str) -> str:
    """A kind of thing."""
    return str(KINDS.get(code) or code.replace("_", " "))


def options(codes: dict[str, object], chosen: str | None) -> list[tuple[str, str]]:
    """The codes by name, to choose from; with the chosen one, even where it has no name."""
    found = sorted(((code, str(name)) for code, name in codes.items()), key=lambda one: one[1])
    if chosen and chosen not in codes:
        found.append((chosen, chosen.replace("_", " ")))
    return found
