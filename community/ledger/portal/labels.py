"""The ledger's codes in plain words, for templates of any feature."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import babel.dates
from babel.support import LazyProxy

from community.core import clock
from community.core.i18n import gettext as _
from community.core.i18n import lazy, locale
from community.ledger.notices import missed
from community.ledger.queries import SeenAct, SeenGive
from community.web.circles import circle_name

KINDS: dict[str, LazyProxy] = {
    "advice": lazy("Advice"),
    "introduction": lazy("Introduction"),
    "feedback": lazy("Feedback"),
    "time": lazy("Time"),
    "resource": lazy("Something useful"),
    "referral": lazy("Recommendation"),
    "support": lazy("Support"),
    "sponsorship": lazy("Speaking up for someone"),
    "mentoring": lazy("Mentoring"),
    "congratulation": lazy("Congratulation"),
    "other": lazy("Something else"),
}
QUICK_KINDS = (
    "advice",
    "introduction",
    "feedback",
    "time",
    "resource",
    "referral",
    "support",
    "other",
)
SIZES: dict[str, LazyProxy] = {
    "small": lazy("A few minutes"),
    "medium": lazy("About an hour"),
    "large": lazy("A day or more"),
}
IMPACTS: dict[str, LazyProxy] = {
    "small": lazy("It was kind"),
    "medium": lazy("It helped"),
    "large": lazy("It changed things"),
}


@dataclass(frozen=True)
class Label:
    """A few words and the tone they are shown in."""

    text: str
    tone: str


def options(labels: dict[str, LazyProxy], among: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Codes and words as a form offers them."""
    return [(code, str(labels[code])) for code in among or labels]


def kind_words(code: str) -> str:
    """A kind of help in words."""
    return str(KINDS[code])


def size_words(code: str) -> str:
    """How much it took, in words."""
    return str(SIZES[code])


def impact_words(code: str) -> str:
    """How much it meant, in words."""
    return str(IMPACTS[code])


def title(give: SeenGive) -> str:
    """Who helped whom, seen by the reader."""
    if give.i_gave:
        return _("You helped %(name)s", name=give.receiver_name)
    if give.i_received:
        return _("%(name)s helped you", name=give.giver_name)
    return _("%(giver)s helped %(receiver)s", giver=give.giver_name, receiver=give.receiver_name)


def standing(give: SeenGive) -> Label | None:
    """How it stands, where that is worth a word."""
    if give.no_reply:
        return Label(_("No reply needed"), "plain")
    words = {
        "logged": _waiting(give),
        "acknowledged": _("With thanks"),
        "amended": _("With thanks, a little different"),
        "disputed": _("Remembered differently"),
        "retracted": _("Taken back"),
        "lapsed": _("From longer ago") if give.i_received else _("Not answered"),
        "corrected": _("Corrected, counts no more"),
    }[give.state]
    tone = "thanks" if give.is_confirmed else "plain"
    return Label(words, tone) if words else None


def _waiting(give: SeenGive) -> str:
    if not give.awaiting:
        missed_them = give.told_subject and give.told_at is None
        return _("They were not told") if missed_them else ""
    if give.is_link_over(clock.now()):
        return _("Not answered, the link has expired") if give.i_gave else _("Not answered")
    return _("Waiting for your answer") if give.i_received else _("Waiting for an answer")


def audience(give: SeenGive) -> str:
    """Who sees it, where that is not the whole team."""
    if give.no_reply:
        return _("Only you")
    if give.audience == "private" or give.state in ("disputed", "retracted", "corrected"):
        return _between_two(give)
    if give.audience == "circle":
        return circle_name(give.circle_id)
    return _("Chosen people") if give.audience == "people" else ""


def _between_two(give: SeenGive) -> str:
    """Somebody outside has no account to see it with."""
    if not (give.i_gave or give.i_received):
        return _("The two of them")
    return _("Only the two of you") if give.other_is_member else _("Only you")


def act(done: SeenAct, give: SeenGive) -> str:
    """What was done by whom, as one line of an entry's history."""
    if done.verb == "miss":
        return " ".join(filter(None, [_("The mail about it did not arrive."), missed(done.why)]))
    by_giver = done.by_id == give.giver_id
    name = give.giver_name if by_giver else give.receiver_name
    mine = give.i_gave if by_giver else give.i_received
    return _ACTS_OF_MINE[done.verb]() if mine else _ACTS[done.verb](name)


_ACTS: dict[str, Callable[[str], str]] = {
    "log": lambda name: _("%(name)s noted it", name=name),
    "thank": lambda name: _("%(name)s gave thanks for it", name=name),
    "acknowledge": lambda name: _("%(name)s said: yes, thank you", name=name),
    "amend": lambda name: _("%(name)s said thank you, a little different", name=name),
    "dispute": lambda name: _("%(name)s remembered it differently", name=name),
    "retract": lambda name: _("%(name)s took it back", name=name),
    "lapse": lambda _name: _("It rested unanswered for thirty days"),
    "correct": lambda name: _("%(name)s corrected it", name=name),
    "share": lambda name: _("%(name)s changed who may see it", name=name),
    "take_back": lambda name: _("%(name)s took the answer back", name=name),
}
_ACTS_OF_MINE: dict[str, Callable[[], str]] = {
    "log": lambda: _("You noted it"),
    "thank": lambda: _("You gave thanks for it"),
    "acknowledge": lambda: _("You said: yes, thank you"),
    "amend": lambda: _("You said thank you, a little different"),
    "dispute": lambda: _("You remembered it differently"),
    "retract": lambda: _("You took it back"),
    "lapse": lambda: _("It rested unanswered for thirty days"),
    "correct": lambda: _("You corrected it"),
    "share": lambda: _("You changed who may see it"),
    "take_back": lambda: _("You took your answer back"),
}


def day(value: date) -> str:
    """A day with its year."""
    return babel.dates.format_date(value, "d MMMM y", locale=locale())


FILTERS: dict[str, Callable[..., Any]] = {
    "give_day": day,
    "give_act": act,
    "give_kind": kind_words,
    "give_size": size_words,
    "give_impact": impact_words,
    "give_title": title,
    "give_standing": standing,
    "give_audience": audience,
}
