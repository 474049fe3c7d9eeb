"""What kinds, sources and certainties of facts are called, and the questions nobody can answer yet."""

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from babel.support import LazyProxy

from community.core.i18n import gettext as _
from community.core.i18n import lazy

MET = "how_we_met"
KINDS: Mapping[str, LazyProxy] = {
    MET: lazy("How we met"),
    "family": lazy("Family"),
    "work": lazy("Working on"),
    "interest": lazy("Cares about"),
    "place": lazy("Place"),
    "language": lazy("Language"),
    "skill": lazy("Good at"),
    "health": lazy("Health"),
    "goal": lazy("Goal"),
    "hope": lazy("Hope"),
    "other": lazy("Good to know"),
}
SOURCES: Mapping[str, LazyProxy] = {
    "told_me": lazy("Told me"),
    "public": lazy("Public"),
    "third_party": lazy("From somebody else"),
}
CERTAINTIES: Mapping[str, LazyProxy] = {
    "sure": lazy("Sure"),
    "likely": lazy("Likely"),
    "unsure": lazy("Not sure"),
}
# In the order of the first day; a question about a kind of fact has that kind's code.
QUESTIONS = (
    "hope",
    "goal",
    "interest",
    "work",
    "family",
    "how_we_met",
    "place",
    "preferences",
    "birthday",
)


def question_text(code: str, name: str) -> str:
    """What the reader does not know yet, said so that it fits anybody."""
    texts = {
        "hope": _("You do not know what %(name)s hopes for this year.", name=name),
        "goal": _("You do not know what %(name)s is working towards.", name=name),
        "interest": _("You do not know what %(name)s cares about.", name=name),
        "work": _("You do not know what keeps %(name)s busy at work.", name=name),
        "family": _("You do not know who is close to %(name)s.", name=name),
        "how_we_met": _("How did you and %(name)s meet?", name=name),
        "place": _("You do not know where %(name)s is at home.", name=name),
        "preferences": _("You do not know how %(name)s likes to be reached.", name=name),
        "birthday": _("You do not know the birthday of %(name)s.", name=name),
    }
    return texts[code]


def question_of_day(
    person_id: UUID, known: Collection[str], dismissed: Collection[str], day: date
) -> str | None:
    """The one question of the day: of those open, each in turn; another start for every person."""
    open_ones = [code for code in QUESTIONS if code not in known and code not in dismissed]
    if not open_ones:
        return None
    return open_ones[(day.toordinal() + person_id.int) % len(open_ones)]


def fact_options(now: str | None) -> list[tuple[str, str]]:
    """The kinds a fact may be stated as, and the one it has: how one met is said with the tie."""
    return [(code, text) for code, text in options(KINDS) if code != MET or code == now]


def options(words: Mapping[str, LazyProxy]) -> list[tuple[str, str]]:
    """Codes by name, to choose from."""
    return [(code, str(name)) for code, name in words.items()]
