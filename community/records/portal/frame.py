"""What the pages of data rights share: their blueprint, words and lists of choices."""

from babel.support import LazyProxy

from community.core.i18n import lazy
from community.records.formats.wording import table_title
from community.web import pages

blp = pages.blueprint("records")

KINDS: dict[str, LazyProxy] = {
    "access": lazy("See what is held"),
    "rectification": lazy("Have something corrected"),
    "objection": lazy("Object to being held"),
    "erasure": lazy("Be erased"),
}
STATES: dict[str, LazyProxy] = {
    "received": lazy("asked"),
    "prepared": lazy("prepared"),
    "completed": lazy("answered"),
    "declined": lazy("declined"),
    "withdrawn": lazy("withdrawn"),
}
BASES: dict[str, LazyProxy] = {
    "legitimate_interest": lazy("Legitimate interest"),
    "consent": lazy("Consent"),
    "contract": lazy("Contract"),
    "legal_obligation": lazy("Legal obligation"),
    "vital_interest": lazy("Vital interest"),
    "public_task": lazy("Public task"),
}
EXPORTS: dict[str, LazyProxy] = {
    "queued": lazy("being made"),
    "running": lazy("being made"),
    "done": lazy("ready"),
    "failed": lazy("could not be made"),
    "ended": lazy("ended"),
}
FAILURES: dict[str, LazyProxy] = {
    "too_large": lazy("It is too large for one file. The operator can make the complete archive."),
    "not_allowed": lazy("You may not take this out any more."),
    "erased": lazy("Somebody in it was erased since. Have it made anew."),
}
SCOPES: dict[str, LazyProxy] = {
    "me": lazy("About me"),
    "person": lazy("About one person"),
    "team": lazy("Everything I may see"),
}

blp.add_app_template_filter(lambda kind: str(KINDS[kind]), "request_kind")
blp.add_app_template_filter(lambda state: str(STATES[state]), "request_state")
blp.add_app_template_filter(lambda basis: str(BASES.get(basis, "–")), "basis_words")
blp.add_app_template_filter(lambda state: str(EXPORTS[state]), "export_state")
blp.add_app_template_filter(lambda code: str(FAILURES.get(code, "")), "export_failure")
blp.add_app_template_filter(lambda scope: str(SCOPES[scope]), "export_scope")
blp.add_app_template_filter(table_title, "table_title")


def choices(words: dict[str, LazyProxy]) -> list[tuple[str, str]]:
    """The values of a choice with their words."""
    return [(value, str(said)) for value, said in words.items()]
