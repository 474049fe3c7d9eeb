"""One give or one person with everything an act needs, locked until the commit."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal, null, or_, select

from community.accounts.models import ActionLink
from community.core import clock, db, tokens
from community.core.aliases import shared_alias
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.prepared import Prepared
from community.identity.models import Actor, Membership
from community.identity.policy import in_audience
from community.ledger import policy
from community.ledger.models import Give, GiveAct, GiveState, GiveWords
from community.ledger.models.states import SETTLED
from community.ledger.models.values import UNSAID_SIZE
from community.ledger.policy import Giver, Receiver
from community.ledger.queries.rows import SeenGive, joined, shown_earlier, view
from community.ledger.queries.sums import ledger_name
from community.people.models import Person, PersonEmail

REPEAT_DAYS = 90
_Other = shared_alias(Person, name="other")
_OtherMember = shared_alias(Membership, name="other_membership")
_GiverMember = shared_alias(Membership, name="giver_membership")
_ReceiverMember = shared_alias(Membership, name="receiver_membership")


@dataclass(frozen=True)
class Entry:
    """A give with its rows and both people, ready for an act.

    `shown_earlier` are those of the gives it refers to that whoever acts may see.
    """

    state: GiveState
    give: Give
    words: GiveWords
    giver: "PersonRef"
    receiver: "PersonRef"
    shown_earlier: Collection[UUID] = ()


@dataclass(frozen=True)
class PersonRef:
    """What an act needs of a person. `member_id` only while they are active in the team, and are a member."""

    id: UUID
    name: str
    shown_name: str
    member_id: UUID | None
    is_member: bool
    is_deleted: bool = False
    user_id: UUID | None = None
    email: str | None = None
    audience: str = "team"


def get_entry(actor: Actor, give_id: UUID) -> Entry:
    """One give for an act: its row and its two people are locked until the commit."""
    wanted = and_(policy.visible(actor), GiveState.give_id == give_id)
    found = _find_entry(wanted, shown_earlier(actor))
    if found is None:
        raise NotFound(_("There is no such entry, or it is not yours to see."))
    return found


def find_entry_of_link(give_id: UUID) -> Entry | None:
    """The give a mailed link is about. The link is the proof, so no reader is asked."""
    team = GiveState.team_id == db.current_team_id()
    return _find_entry(and_(team, GiveState.give_id == give_id), null())


def find_any_link(token: str) -> ActionLink | None:
    """A mailed link, spent and expired ones too: saying “no more mail” never runs out."""
    parsed = tokens.parse(token)
    if parsed is None:
        return None
    return db.session().scalar(
        select(ActionLink).where(
            ActionLink.team_id == db.current_team_id(),
            ActionLink.digest == parsed.digest,
            ActionLink.thing_kind == "give",
        )
    )


def _find_entry(clause: ColumnElement[bool], shown: ColumnElement[Any]) -> Entry | None:
    statement = (
        joined(
            select(
                GiveState,
                Give,
                GiveWords,
                *_person_columns(Giver, _GiverMember, "giver"),
                *_person_columns(Receiver, _ReceiverMember, "receiver"),
                lock_ledger(),
                lock_pair(GiveState.giver_id, GiveState.receiver_id),
                shown.label("shown"),
            )
        )
        .outerjoin(_GiverMember, _is_active(_GiverMember, Giver))
        .outerjoin(_ReceiverMember, _is_active(_ReceiverMember, Receiver))
        .where(clause)
        .with_for_update(of=GiveState)
        .execution_options(populate_existing=True)
    )
    row = db.session().execute(statement).one_or_none()
    if row is None:
        return None
    giver, receiver = _person(row, "giver"), _person(row, "receiver")
    return Entry(row[0], row[1], row[2], giver, receiver, row.shown or ())


def _person_columns(person: Any, member: Any, side: str) -> list[Any]:
    return [
        person.id.label(f"{side}_id"),
        person.name.label(f"{side}_name"),
        person.call_name.label(f"{side}_call_name"),
        person.deleted_at.is_not(None).label(f"{side}_is_deleted"),
        member.id.label(f"{side}_member_id"),
        member.user_id.label(f"{side}_user_id"),
    ]


def _is_active(member: Any, person: Any) -> ColumnElement[bool]:
    return and_(
        member.team_id == person.team_id,
        member.id == person.membership_id,
        member.state == "active",
    )


def _person(row: Row[*tuple[Any, ...]], side: str, **more: Any) -> PersonRef:
    values = row._mapping
    name = values[f"{side}_name"]
    return PersonRef(
        id=values[f"{side}_id"],
        name=name,
        shown_name=values[f"{side}_call_name"] or name,
        member_id=values[f"{side}_member_id"],
        is_member=values[f"{side}_member_id"] is not None,
        is_deleted=values[f"{side}_is_deleted"],
        user_id=values[f"{side}_user_id"],
        **more,
    )


def lock_ledger() -> ColumnElement[Any]:
    """Share the team's ledger with other acts; a rebuild waits for them and they for it."""
    return func.pg_advisory_xact_lock_shared(func.hashtextextended(ledger_name(), 0))


def lock_pair(one: Any, other: Any) -> ColumnElement[Any]:
    """Take the lock of two people until the commit, so that their sums change one act at a time."""
    name = func.concat("pair:", func.least(one, other), ":", func.greatest(one, other))
    return func.pg_advisory_xact_lock(func.hashtextextended(name, 0))


def find_partner(
    actor: Actor, person_id: UUID, story: str = "", *, i_gave: bool = True
) -> tuple[PersonRef, date | None] | None:
    """The person a new give is about, and when the actor last wrote the same words for the same way.

    Takes the locks of the act in the same statement. None when the actor does not see them.
    """
    values = {**actor.places, "person_id": person_id}
    if story:
        values |= {"story": story, "since": clock.today() - timedelta(days=REPEAT_DAYS)}
    for row in _prepared_partner(actor.shape, bool(story), i_gave).rows(values):
        return _person(row, "other", email=row.email, audience=row.audience), row.repeated_on
    return None


@lru_cache(maxsize=100)
def _prepared_partner(shape: tuple[str, int, int], has_story: bool, i_gave: bool) -> Prepared:
    """The question for all actors of one shape."""
    nobody, person_id = Actor.stand_in(shape), uuid4()
    values = {**nobody.places, "person_id": person_id}
    repeated: ColumnElement[Any] = null()
    if has_story:
        values |= {"story": "\ue000story", "since": date(1901, 2, 3)}
        repeated = _repeated(nobody, values["story"], values["since"], i_gave=i_gave)
    return Prepared(_partner(nobody, person_id, repeated), values)


def _partner(
    actor: Actor, person_id: UUID, repeated: ColumnElement[Any]
) -> Select[*tuple[Any, ...]]:
    named = select(Person.canonical_id).where(
        Person.team_id == actor.team_id, Person.id == person_id
    )
    address = (
        select(PersonEmail.value)
        .where(PersonEmail.team_id == _Other.team_id, PersonEmail.person_id == _Other.id)
        .order_by(PersonEmail.position, PersonEmail.id)
        .limit(1)
    )
    return (
        select(
            *_person_columns(_Other, _OtherMember, "other"),
            _Other.audience,
            address.scalar_subquery().label("email"),
            repeated.label("repeated_on"),
            lock_ledger(),
            lock_pair(literal(actor.person_id), _Other.id),
        )
        .outerjoin(_OtherMember, _is_active(_OtherMember, _Other))
        .where(
            _Other.team_id == actor.team_id,
            _Other.id == named.scalar_subquery(),
            _Other.deleted_at.is_(None),
            _may_name(actor),
        )
    )


def _may_name(actor: Actor) -> ColumnElement[bool]:
    """Whom the actor sees; a guest also members they have exchanged with before."""
    seen = in_audience(actor, _Other)
    if not actor.is_guest:
        return seen
    before = select(GiveState.give_id).where(
        GiveState.team_id == actor.team_id,
        policy.concerns(actor),
        or_(GiveState.giver_id == _Other.id, GiveState.receiver_id == _Other.id),
    )
    return or_(seen, and_(_Other.membership_id.is_not(None), before.exists()))


def _repeated(actor: Actor, story: str, since: date, *, i_gave: bool) -> ColumnElement[Any]:
    mine, theirs = GiveState.giver_id, GiveState.receiver_id
    if not i_gave:
        mine, theirs = theirs, mine
    return (
        select(func.max(GiveState.happened_on))
        .join(
            GiveWords,
            and_(GiveWords.team_id == GiveState.team_id, GiveWords.give_id == GiveState.give_id),
        )
        .where(
            GiveState.team_id == actor.team_id,
            GiveState.author_id.in_(actor.person_ids),
            mine.in_(actor.person_ids),
            theirs == _Other.id,
            GiveState.happened_on > since,
            GiveState.state.not_in(SETTLED),
            GiveWords.story == story,
        )
        .scalar_subquery()
    )


def find_acts(actor: Actor, give_id: UUID) -> Sequence[GiveAct]:
    """The acts of a give in order, for its replay."""
    statement = (
        select(GiveAct)
        .where(GiveAct.team_id == actor.team_id, GiveAct.give_id == give_id)
        .order_by(GiveAct.seq)
        .execution_options(populate_existing=True)
    )
    return db.session().scalars(statement).all()


@dataclass(frozen=True)
class SeenAct:
    """One line of an entry's history. `by_id` is canonical; None for what nobody did."""

    verb: str
    by_id: UUID | None
    at: datetime
    size: str | None = None
    why: str | None = None


def was_size_said(size: str, acts: Iterable[tuple[str, str | None]]) -> bool:
    """Whether anybody said how much it was: a page must not tell the size that is only assumed.

    `acts` are the verbs in order, each with the size it named. Every size but the assumed one was said.
    """
    first, latest = None, None
    for number, (verb, named) in enumerate(acts):
        first = named if number == 0 else first
        latest = first if verb == "take_back" else named or latest
    return size != UNSAID_SIZE or latest is not None


def find_history(actor: Actor, give_id: UUID) -> list[SeenAct]:
    """What was done about a give, in order; ask `get_give` first whether it may be seen."""
    size, why = GiveAct.data["size"].astext, GiveAct.data["why"].astext
    statement = (
        select(GiveAct.verb, Person.canonical_id, GiveAct.at, size, why)
        .outerjoin(Person, and_(Person.team_id == GiveAct.team_id, Person.id == GiveAct.by_id))
        .where(GiveAct.team_id == actor.team_id, GiveAct.give_id == give_id)
        .order_by(GiveAct.seq)
    )
    return [SeenAct(*row) for row in db.session().execute(statement)]


def find_misses(actor: Actor, give_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Why the mail about these gives did not arrive; ask first whether they may be seen."""
    statement = select(GiveAct.give_id, GiveAct.data["why"].astext).where(
        GiveAct.team_id == actor.team_id, GiveAct.give_id.in_(give_ids), GiveAct.verb == "miss"
    )
    return {give_id: why or "" for give_id, why in db.session().execute(statement)}


def find_lapsing(before: datetime, limit: int) -> Sequence[GiveState]:
    """Gives to members that nobody has answered since before then; locked, busy ones skipped."""
    statement = (
        select(GiveState)
        .where(
            GiveState.team_id == db.current_team_id(),
            GiveState.awaiting,
            GiveState.outside.is_(False),
            GiveState.created_at < before,
        )
        .order_by(GiveState.created_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return db.session().scalars(statement).all()


def seen(actor: Actor, entry: Entry) -> SeenGive:
    """An entry as the actor sees it, without reading it again."""
    sides = {
        "gave_as_id": entry.state.giver_id,
        "received_as_id": entry.state.receiver_id,
        "giver_id": entry.giver.id,
        "giver_name": entry.giver.name,
        "giver_is_member": entry.giver.is_member,
        "giver_is_deleted": entry.giver.is_deleted,
        "receiver_id": entry.receiver.id,
        "receiver_name": entry.receiver.name,
        "receiver_is_member": entry.receiver.is_member,
        "receiver_is_deleted": entry.receiver.is_deleted,
    }
    return view(actor, entry.state, entry.give, entry.words, sides, entry.shown_earlier)
