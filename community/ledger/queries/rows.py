"""A give as one reader sees it, and the statement every reading of gives starts from."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, null, select, true

from community.identity.models import Actor
from community.identity.policy import in_team, shown_circle, shown_people
from community.ledger import policy
from community.ledger.models import Give, GiveState, GiveWords
from community.ledger.models.states import SETTLED
from community.ledger.models.values import CONFIRMED, LINK_FOR, counted_for_giver
from community.ledger.policy import EARLIER, Giver, Receiver


@dataclass(frozen=True, slots=True)
class SeenGive:
    """A give as one reader sees it.

    `counted_value` is what counts in this reader's figures; the reason of a dispute and the
    words to somebody outside are only there for those they concern. `inspired_by_id` and
    `replaces_id` are there for those who see that other give too.
    """

    id: UUID
    giver_id: UUID
    giver_name: str
    giver_is_member: bool
    giver_is_deleted: bool
    receiver_id: UUID
    receiver_name: str
    receiver_is_member: bool
    receiver_is_deleted: bool
    created_by_id: UUID
    source: str
    kind: str
    size: str
    impact: str | None
    happened_on: date
    minutes: int | None
    no_reply: bool
    outside: bool
    state: str
    value: float
    counted_value: float
    awaiting: bool
    audience: str
    audience_people: Sequence[UUID]
    circle_id: UUID | None
    version: int
    created_at: datetime
    updated_at: datetime
    held_until: datetime | None
    told_at: datetime | None
    story: str
    thanks: str
    dispute_reason: str
    told_subject: str
    told_body: str
    inspired_by_id: UUID | None
    replaces_id: UUID | None
    i_gave: bool
    i_received: bool
    i_wrote: bool

    @property
    def author_name(self) -> str:
        """Who noted it: one of the two."""
        return self.giver_name if self.created_by_id == self.giver_id else self.receiver_name

    @property
    def other_name(self) -> str:
        """The other one of the two, when the reader is one."""
        return self.receiver_name if self.i_gave else self.giver_name

    @property
    def other_id(self) -> UUID:
        """The other one's person id."""
        return self.receiver_id if self.i_gave else self.giver_id

    @property
    def other_is_member(self) -> bool:
        """Whether the other one is in the team."""
        return self.receiver_is_member if self.i_gave else self.giver_is_member

    @property
    def other_is_deleted(self) -> bool:
        """Whether the other one was deleted: they have a name here, and no page."""
        return self.receiver_is_deleted if self.i_gave else self.giver_is_deleted

    @property
    def is_confirmed(self) -> bool:
        """Whether the receiver said that it was so."""
        return self.state in CONFIRMED

    def is_link_over(self, now: datetime) -> bool:
        """Whether the one outside was asked by a link that has expired, and never answered."""
        if self.told_at is None or not (self.outside and self.awaiting):
            return False
        return self.told_at + LINK_FOR <= now

    @property
    def wants_my_answer(self) -> bool:
        """Whether the reader may still say thanks for it."""
        return self.i_received and not self.no_reply and self.state in ("logged", "lapsed")


ROW = (
    GiveState.give_id,
    GiveState.kind,
    GiveState.size,
    GiveState.impact,
    GiveState.happened_on,
    GiveState.no_reply,
    GiveState.outside,
    GiveState.state,
    GiveState.value,
    GiveState.counted_value,
    GiveState.awaiting,
    GiveState.author_id,
    (GiveState.author_id == GiveState.giver_id).label("giver_wrote"),
    GiveState.audience,
    GiveState.audience_people,
    GiveState.circle_id,
    GiveState.version,
    GiveState.created_at,
    GiveState.updated_at,
    GiveState.held_until,
    GiveState.told_at,
    Give.minutes,
    Give.inspired_by_id,
    Give.replaces_id,
    Give.source,
    GiveWords.story,
    GiveWords.thanks,
    GiveWords.dispute_reason,
    GiveWords.told_subject,
    GiveWords.told_body,
    GiveState.giver_id.label("gave_as_id"),
    GiveState.receiver_id.label("received_as_id"),
    Giver.id.label("giver_id"),
    Giver.name.label("giver_name"),
    in_team(Giver).label("giver_is_member"),
    Giver.deleted_at.is_not(None).label("giver_is_deleted"),
    Receiver.id.label("receiver_id"),
    Receiver.name.label("receiver_name"),
    in_team(Receiver).label("receiver_is_member"),
    Receiver.deleted_at.is_not(None).label("receiver_is_deleted"),
)


def joined(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Join a give's other rows and both people, resolved to whom they were merged into."""
    return (
        with_people(statement)
        .join(Give, and_(Give.team_id == GiveState.team_id, Give.id == GiveState.give_id))
        .join(
            GiveWords,
            and_(GiveWords.team_id == GiveState.team_id, GiveWords.give_id == GiveState.give_id),
        )
    )


def with_people(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Join both people alone: as much as `policy.visible` needs."""
    return statement.select_from(GiveState).join(Giver, true()).join(Receiver, true())


def readable(actor: Actor) -> Select[tuple[UUID]]:
    """The ids of the gives the actor may see."""
    return with_people(select(GiveState.give_id)).where(policy.visible(actor))


def shown_earlier(actor: Actor) -> ColumnElement[Any]:
    """Those of the gives that a give refers to which the actor may see; looked up where it does."""
    earlier = EARLIER.state
    seen = (
        select(func.array_agg(earlier.give_id))
        .select_from(earlier)
        .join(EARLIER.giver, true())
        .join(EARLIER.receiver, true())
        .where(
            earlier.give_id.in_((Give.inspired_by_id, Give.replaces_id)),
            policy.visible(actor, EARLIER),
        )
        .correlate(Give)
        .scalar_subquery()
    )
    refers = func.coalesce(Give.inspired_by_id, Give.replaces_id).is_not(None)
    return case((refers, seen), else_=null())


def rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Every column of a seen give."""
    return joined(select(*ROW, shown_earlier(actor).label("shown_earlier")))


def standing_rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    """The gives the actor may see that nobody has taken back or corrected."""
    return rows(actor).where(policy.visible(actor), GiveState.state.not_in(SETTLED))


def seen_row(actor: Actor, row: Row[*tuple[Any, ...]]) -> SeenGive:
    """A give from one row of `rows`."""
    return view(actor, row, row, row, row._mapping, row.shown_earlier)


def view(
    actor: Actor,
    state: Any,
    give: Any,
    words: Any,
    sides: Any,
    shown_earlier: Collection[UUID] | None,
) -> SeenGive:
    """A give from its rows (or one joined row) and a mapping of the two people's columns.

    `shown_earlier` are those of the gives it refers to that the actor may see.
    """
    # By their own id, as in the policy: not by one that was merged into it.
    i_gave, i_received = (
        sides[name] == actor.person_id for name in ("gave_as_id", "received_as_id")
    )
    i_wrote = actor.is_me(state.author_id)
    value, shown = state.counted_value, shown_earlier or ()
    if i_gave:
        value = counted_for_giver(
            state.state, state.value, outside=state.outside, no_reply=state.no_reply
        )
    return SeenGive(
        id=state.give_id,
        **{name: sides[name] for name in _SIDES},
        **{name: getattr(state, name) for name in _PLAIN},
        created_by_id=sides["giver_id"] if state.giver_wrote else sides["receiver_id"],
        source=give.source,
        audience_people=shown_people(actor, state.author_id, state.audience_people),
        circle_id=shown_circle(actor, state.author_id, state.circle_id),
        value=float(state.value),
        counted_value=float(value),
        minutes=give.minutes,
        inspired_by_id=give.inspired_by_id if give.inspired_by_id in shown else None,
        replaces_id=give.replaces_id if give.replaces_id in shown else None,
        story=words.story,
        thanks=words.thanks,
        dispute_reason=words.dispute_reason if i_gave or i_received else "",
        told_subject=words.told_subject if i_wrote else "",
        told_body=words.told_body if i_wrote else "",
        i_gave=i_gave,
        i_received=i_received,
        i_wrote=i_wrote,
    )


_SIDES = (
    "giver_id",
    "giver_name",
    "giver_is_member",
    "giver_is_deleted",
    "receiver_id",
    "receiver_name",
    "receiver_is_member",
    "receiver_is_deleted",
)
_PLAIN = (
    "kind",
    "size",
    "impact",
    "happened_on",
    "no_reply",
    "outside",
    "state",
    "awaiting",
    "audience",
    "version",
    "created_at",
    "updated_at",
    "held_until",
    "told_at",
)
