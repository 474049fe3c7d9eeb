"""What tables and columns are called where people read them."""

from community.core.i18n import lazy

_TABLES = {
    "persons": lazy("The person"),
    "person_emails": lazy("Mail addresses"),
    "person_phones": lazy("Telephone numbers"),
    "person_links": lazy("Web addresses"),
    "pictures": lazy("Pictures of them"),
    "positions": lazy("What they do"),
    "external_ids": lazy("Names in other systems"),
    "custom_values": lazy("Fields of the team's own"),
    "relations": lazy("How people stand to each other"),
    "ties": lazy("How they met"),
    "facts": lazy("Facts stated"),
    "moments": lazy("What they achieved and went through"),
    "notes": lazy("Notes"),
    "note_versions": lazy("Earlier words of notes"),
    "preferences": lazy("How to speak with them"),
    "profile_parts": lazy("What they say of themselves"),
    "handovers": lazy("Words with which somebody was handed over"),
    "gives": lazy("Help given and received"),
    "give_words": lazy("Words about help"),
    "give_states": lazy("How help stands"),
    "give_acts": lazy("Acts on help"),
    "pair_days": lazy("Sums of help by day"),
    "pair_sums": lazy("Sums of help"),
    "memberships": lazy("Memberships"),
    "circle_members": lazy("Circles"),
    "invitations": lazy("Invitations"),
    "agreement_acceptances": lazy("Agreements accepted"),
    "api_tokens": lazy("Tokens"),
    "action_links": lazy("Mailed links"),
    "notices": lazy("Notices"),
    "notification_preferences": lazy("Choices of notices"),
    "mail_suppressions": lazy("Addresses that get no mail"),
    "import_batches": lazy("Imports"),
    "import_rows": lazy("Rows of imported files"),
    "commitments": lazy("What they took on"),
    "consents": lazy("Consent"),
    "subject_requests": lazy("Requests"),
    "release_questions": lazy("Questions to authors"),
    "exports": lazy("Exports"),
    "opened_by": lazy("Pages that were opened: whose, and by whom"),
    "person_changes": lazy("Changes of fields"),
    "journal_entries": lazy("The audit"),
    "users": lazy("Account"),
    "user_emails": lazy("Addresses to sign in with"),
    "sessions": lazy("Browsers signed in"),
    "authenticator_apps": lazy("Apps that make codes"),
    "passkeys": lazy("Passkeys"),
    "linked_accounts": lazy("Accounts elsewhere that sign in here"),
    "saved_views": lazy("Lists that they saved"),
    "disputes": lazy("What is not right in their eyes"),
}


def table_title(name: str) -> str:
    """A table in words; one without words of its own by its name."""
    found = _TABLES.get(name)
    return str(found) if found is not None else name.replace("_", " ").capitalize()


def column_title(name: str) -> str:
    """A column in words."""
    return name.removesuffix("_id").replace("_", " ")
