"""What relations are called."""

from babel.support import LazyProxy

from community.core.i18n import lazy
from community.people.models import REVERSE

NAMES: dict[str, LazyProxy] = {
    "parent": lazy("Parent"),
    "child": lazy("Child"),
    "sibling": lazy("Brother or sister"),
    "partner": lazy("Partner"),
    "relative": lazy("Relative"),
    "friend": lazy("Friend"),
    "colleague": lazy("Colleague"),
    "manager": lazy("Manager"),
    "report": lazy("Works for them"),
    "mentor": lazy("Mentor"),
    "mentee": lazy("Mentee"),
    "introduced_by": lazy("Introduced them"),
    "introduced": lazy("Introduced by them"),
    "assistant": lazy("Assistant"),
    "assisted": lazy("Is assisted by them"),
    "other": lazy("Something else"),
}


def kind_name(code: str) -> str:
    """What the other one is to a person, in words."""
    return str(NAMES[code])


def known_kinds() -> list[tuple[str, str, str, str]]:
    """Each kind that is always there: code, name, code of its reverse, name of that."""
    return [(code, kind_name(code), back, kind_name(back)) for code, back in REVERSE.items()]
