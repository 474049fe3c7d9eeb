"""Whom the ledger tells of what, and in which words.

Each is one line that one is glad to get: who, and for what. Nothing urges, nothing counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from community.core.i18n import gettext as _
from community.core.i18n import lazy
from community.core.text import shorten
from community.identity.models import Actor
from community.identity.queries import primary_email
from community.ledger.models import GiveAct
from community.ledger.queries import Entry, SeenGive, find_give, get_give, user_of_person
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


def _may_read(states: tuple[str, ...]) -> Callable[[Actor, UUID], bool]:
    """The notice holds while the give is visible and still in one of these states."""

    def may_read(actor: Actor, give_id: UUID) -> bool:
        give = find_give(actor, give_id)
        return give is not None and give.state in states

    return may_read


def _words(sentence: Callable[[SeenGive], str]) -> Callable[[Actor, UUID], Words]:
    def words(actor: Actor, give_id: UUID) -> Words:
        give = get_give(actor, give_id)
        user_id = user_of_person(give.other_id)
        return Words(
            sentence=sentence(give),
            path=f"/gives/{give.id}",
            from_name=give.other_name,
            reply_to=primary_email(user_id) if user_id else None,
            mail={
                "give": give,
                "name": give.other_name,
                "story": give.story,
                "thanks": give.thanks,
            },
        )

    return words


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
    return _("Your mail to %(name)s could not be delivered", name=give.other_name)


CONFIRMED = ("acknowledged", "amended")

KINDS: list[NoticeKind] = [
    NoticeKind(
        code="give_logged",
        label=lazy("Somebody says they helped me"),
        reason=lazy("they say they helped you, and only you can say that it was so"),
        template="ledger/email/give_logged",
        may_read=_may_read(("logged",)),
        words=_words(_logged),
    ),
    NoticeKind(
        code="thanks_received",
        label=lazy("Somebody thanks me"),
        reason=lazy("somebody thanked you"),
        template="ledger/email/thanks_received",
        may_read=_may_read(CONFIRMED),
        words=_words(_thanked),
    ),
    NoticeKind(
        code="give_acknowledged",
        label=lazy("Somebody says yes, thank you"),
        reason=lazy("somebody answered help you told of"),
        template="ledger/email/give_acknowledged",
        may_read=_may_read(CONFIRMED),
        words=_words(_acknowledged),
    ),
    NoticeKind(
        code="give_amended",
        label=lazy("Somebody thanks me and remembers it a little differently"),
        reason=lazy("somebody answered help you told of"),
        template="ledger/email/give_amended",
        may_read=_may_read(("amended",)),
        words=_words(_amended),
    ),
    NoticeKind(
        code="give_disputed",
        label=lazy("Somebody remembers it differently"),
        reason=lazy("somebody answered help you told of"),
        template="ledger/email/give_disputed",
        may_read=_may_read(("disputed",)),
        words=_words(_disputed),
    ),
    NoticeKind(
        code="give_corrected",
        label=lazy("An entry between us was corrected"),
        reason=lazy("an entry between the two of you was corrected"),
        template="ledger/email/give_corrected",
        may_read=_may_read(("corrected",)),
        words=_words(_corrected),
    ),
    NoticeKind(
        code="outsider_not_reached",
        label=lazy("A mail I asked for could not be delivered"),
        reason=lazy("you asked us to tell them, and their address refused the mail"),
        template="ledger/email/outsider_not_reached",
        may_read=_may_read(("logged",)),
        words=_words(_not_reached),
    ),
]
