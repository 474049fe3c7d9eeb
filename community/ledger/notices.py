"""Whom the ledger tells of what, and in which words.

Each is one line that one is glad to get: who, and for what. Nothing urges, nothing counts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from babel.support import LazyProxy

from community.core.i18n import gettext as _
from community.core.i18n import lazy
from community.core.text import shorten
from community.identity.models import Actor
from community.ledger.models import GiveAct
from community.ledger.models.values import CONFIRMED
from community.ledger.queries import Entry, SeenGive, find_gives_by_id, find_misses
from community.notifications.catalogue import NoticeKind, Words

STORY_LENGTH = 120


@dataclass(frozen=True)
class Telling:
    """A notice to be owed: its kind, to whom, about whose act."""

    kind: str
    member_id: UUID
    from_person_id: UUID


def telling(entry: Entry, act: GiveAct) -> Telling | None:
    """Whom an act concerns besides the one who did it; None when that is nobody in the team."""
    kind = _KIND_OF_VERB.get(act.verb)
    if kind is None or entry.state.no_reply:
        return None
    to_receiver = act.verb == "log" or (act.verb == "correct" and act.by_id == entry.give.giver_id)
    to, by = (entry.receiver, entry.giver) if to_receiver else (entry.giver, entry.receiver)
    if to.member_id is None:
        return None
    return Telling(kind, to.member_id, by.id)


_KIND_OF_VERB = {
    "log": "give_logged",
    "thank": "thanks_received",
    "acknowledge": "give_acknowledged",
    "amend": "give_amended",
    "dispute": "give_disputed",
    "correct": "give_corrected",
    "miss": "outsider_not_reached",
}


def key(kind: str, give_id: UUID, seq: int) -> str:
    """One notice for one act on one give."""
    return f"{kind}:{give_id}:{seq}"


_HOLDS_IN: dict[str, tuple[str, ...]] = {}


def outdated(state: str) -> list[str]:
    """The kinds that say what is not so any more of a give in this state."""
    return [code for code, states in _HOLDS_IN.items() if state not in states]


def _kind(
    code: str,
    states: tuple[str, ...],
    sentence: Callable[[SeenGive], str],
    label: LazyProxy,
    reason: LazyProxy,
    *,
    tells_why: bool = False,
) -> NoticeKind:
    """A kind of notice that holds while the give is visible and still in one of these states.

    One that `tells_why` says after its sentence why a mail did not arrive.
    """

    _HOLDS_IN[code] = states

    def words_of(actor: Actor, give_ids: Sequence[UUID]) -> dict[UUID, Words]:
        found = find_gives_by_id(actor, give_ids)
        whys = find_misses(actor, list(found)) if tells_why else {}
        said = {id_: missed(whys.get(id_)) if tells_why else "" for id_ in found}
        return {id_: _words(g, said[id_]) for id_, g in found.items() if g.state in states}

    def _words(give: SeenGive, why: str) -> Words:
        return Words(
            sentence=f"{sentence(give)} {why}".strip(),
            path=f"/gives/{give.id}",
            from_name=give.other_name,
            mail={"give": give, "name": give.other_name, "why": why},
        )

    return NoticeKind(
        code=code,
        label=label,
        reason=reason,
        template=f"ledger/email/{code}",
        may_read=lambda actor, give_id: bool(words_of(actor, [give_id])),
        words=lambda actor, give_id: words_of(actor, [give_id])[give_id],
        words_of=words_of,
    )


def _with_story(plain: str, told: str, give: SeenGive) -> str:
    story = shorten(give.story, STORY_LENGTH)
    text = told if story else plain
    return text % {"name": give.other_name, "story": story}


def _logged(give: SeenGive) -> str:
    if give.replaces_id is not None:
        return _with_story(
            _("%(name)s corrected an entry about help for you"),
            _("%(name)s corrected an entry about help for you: %(story)s"),
            give,
        )
    return _with_story(
        _("%(name)s says they helped you"), _("%(name)s says they helped you: %(story)s"), give
    )


def _thanked(give: SeenGive) -> str:
    return _with_story(
        _("%(name)s thanked you"), _("%(name)s thanked you for this: %(story)s"), give
    )


def _acknowledged(give: SeenGive) -> str:
    if give.thanks:
        thanks = shorten(give.thanks, STORY_LENGTH)
        return _("%(name)s says: yes, thank you. “%(thanks)s”", name=give.other_name, thanks=thanks)
    return _with_story(
        _("%(name)s says: yes, thank you"),
        _("%(name)s says: yes, thank you, for this: %(story)s"),
        give,
    )


def _amended(give: SeenGive) -> str:
    return _with_story(
        _("%(name)s thanks you and remembers it a little differently"),
        _("%(name)s thanks you and remembers it a little differently: %(story)s"),
        give,
    )


def _disputed(give: SeenGive) -> str:
    return _with_story(
        _("%(name)s remembers something differently"),
        _("%(name)s remembers this differently: %(story)s"),
        give,
    )


def _corrected(give: SeenGive) -> str:
    return _with_story(
        _("%(name)s corrected an entry between you"),
        _("%(name)s corrected an entry between you: %(story)s"),
        give,
    )


def _not_reached(give: SeenGive) -> str:
    return _("Your mail to %(name)s could not be delivered.", name=give.other_name)


def missed(why: str | None) -> str:
    """Why a mail to somebody outside did not arrive (`models.values.MISSES`), as a sentence."""
    return str(_MISSED.get(why or "", ""))


_MISSED = {
    "no_more": lazy("They asked for no more mail from this team."),
    "refused": lazy("Their address refused it for good."),
    "failed": lazy("Their mail server did not take it."),
}


ANSWERED = lazy("You get this because you told of help, and it was answered.")

KINDS: list[NoticeKind] = [
    _kind(
        "give_logged",
        ("logged",),
        _logged,
        lazy("Somebody says they helped me"),
        lazy("You get this because only you can say that it was so."),
    ),
    _kind(
        "thanks_received",
        CONFIRMED,
        _thanked,
        lazy("Somebody thanks me"),
        lazy("You get this because somebody thanked you."),
    ),
    _kind(
        "give_acknowledged",
        CONFIRMED,
        _acknowledged,
        lazy("Somebody says yes, thank you"),
        ANSWERED,
    ),
    _kind(
        "give_amended",
        ("amended",),
        _amended,
        lazy("Somebody thanks me and remembers it a little differently"),
        ANSWERED,
    ),
    _kind(
        "give_disputed",
        ("disputed",),
        _disputed,
        lazy("Somebody remembers it differently"),
        ANSWERED,
    ),
    _kind(
        "give_corrected",
        ("corrected",),
        _corrected,
        lazy("An entry between somebody and me was corrected"),
        lazy("You get this because the entry is about the two of you."),
    ),
    _kind(
        "outsider_not_reached",
        ("logged",),
        _not_reached,
        lazy("A mail I asked for could not be delivered"),
        lazy("You get this because you asked us to write to them."),
        tells_why=True,
    ),
]
