"""What was told in confidence: its author's alone or, by name, a few people's, for ever.

The database refuses the same once more (trigger `keep_confidence`), whoever asks.
"""

from collections.abc import Mapping
from typing import Any

from community.core.errors import RuleBroken
from community.core.i18n import gettext as _
from community.identity.models import Actor, Visibility
from community.people.actions.audiences import resolve_audience
from community.people.models import Fact, Note

FEW = ("private", "people")


def resolve_confident(
    actor: Actor, given: Mapping[str, Any] | None, in_confidence: bool, *, default: str
) -> Visibility:
    """The audience of a new item; told in confidence it is private unless a few are named."""
    wanted = resolve_audience(actor, given, default="private" if in_confidence else default)
    if in_confidence:
        _check_few(wanted)
    return wanted


def keep_confidence(actor: Actor, item: Note | Fact, given: Mapping[str, Any]) -> list[str]:
    """Write `visibility` and `in_confidence` as far as they were given; the names of what changed."""
    before, was = item.visibility, item.in_confidence
    if was and given.get("in_confidence") is False:
        text = _("What was told in confidence stays so. Nobody can take that back.")
        raise RuleBroken(text, code="in_confidence", field="in_confidence")
    if given.get("visibility") is not None:
        wanted = resolve_audience(
            actor, given["visibility"], default="private", keep=item.circle_id
        )
        if was:
            _check_narrower(before, wanted)
        item.see(wanted)
    if given.get("in_confidence") and not was:
        _check_few(Visibility(item.audience))
        item.in_confidence = True
    changed = ["visibility"] if item.visibility != before else []
    return changed + (["in_confidence"] if item.in_confidence != was else [])


def _check_few(wanted: Visibility) -> None:
    if wanted.audience not in FEW:
        raise RuleBroken(
            _("What was told in confidence is for you alone, or for people you name."),
            code="in_confidence",
            field="visibility",
        )


def _check_narrower(before: Mapping[str, Any], wanted: Visibility) -> None:
    named = set(wanted.columns()["audience_people"])
    is_narrower = wanted.audience == "private" or (
        wanted.audience == before["audience"] == "people" and named <= set(before["people"])
    )
    if not is_narrower:
        raise RuleBroken(
            _("This was told in confidence. Nobody can show it to more people."),
            code="in_confidence",
            field="visibility",
        )
