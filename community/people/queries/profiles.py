"""What members say of themselves: of one of them, and the directory made of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Row,
    Select,
    Text,
    and_,
    cast,
    column,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from community.core import asking, db, paging
from community.core.aliases import shared_alias
from community.core.errors import NotAllowed
from community.core.i18n import gettext as _
from community.core.paging import Page, PageRequest, Rows
from community.identity.models import Actor, Membership
from community.identity.policy import can_see_members
from community.people.models import PARTS, Person, Position, ProfilePart
from community.people.policy import listed, visible_profile
from community.people.queries.columns import current_first
from community.people.queries.persons import same_person

_writer, _member = shared_alias(Person), shared_alias(Person)
_ORDER = {part: place for place, part in enumerate(PARTS)}


@dataclass(frozen=True)
class Entry:
    """A member in the directory, and what they say of themself to the reader."""

    id: UUID
    name: str
    call_name: str
    title: str
    parts: Mapping[str, Row[Any]]


def profile_rows(actor: Actor) -> Rows:
    """Every part the actor may read, as it is shown."""
    return (
        select(
            ProfilePart.id,
            ProfilePart.part,
            ProfilePart.text,
            ProfilePart.author_id,
            ProfilePart.audience,
            ProfilePart.audience_people,
            ProfilePart.circle_id,
            ProfilePart.created_at,
            ProfilePart.updated_at,
            ProfilePart.version,
            _member.id.label("person_id"),
            _member.name.label("person_name"),
        )
        .join(
            _writer,
            and_(_writer.team_id == ProfilePart.team_id, _writer.id == ProfilePart.author_id),
        )
        .join(_member, and_(_member.team_id == _writer.team_id, _member.id == _writer.canonical_id))
        .where(visible_profile(actor))
    )


def find_profile(actor: Actor, person_id: UUID) -> dict[str, Any]:
    """What a member (a canonical id) says of themself, by part in their order."""
    rows = db.session().execute(profile_rows_of(actor, person_id)).all()
    return profile_by_part(rows)


def profile_rows_of(actor: Actor, person_id: UUID) -> Rows:
    """The parts of one member (a canonical id), each as it was changed."""
    theirs = ProfilePart.author_id.in_(same_person(actor, person_id))
    return profile_rows(actor).where(theirs).order_by(*_LATEST)


_LATEST = (ProfilePart.updated_at, ProfilePart.id)


def profile_by_part(rows: Iterable[Any]) -> dict[str, Any]:
    """Of two of a part, which only one who was two people has, the later one."""
    ordered = sorted(rows, key=lambda row: (row.updated_at, row.id))
    latest = {row.part: row for row in ordered}
    return dict(sorted(latest.items(), key=lambda one: _ORDER[one[0]]))


def find_own_part(actor: Actor, part: str) -> ProfilePart | None:
    """A part of the actor's own page, locked."""
    return db.session().scalar(
        select(ProfilePart)
        .where(ProfilePart.team_id == actor.team_id, ProfilePart.part == part)
        .where(ProfilePart.author_id.in_(actor.person_ids))
        .order_by(ProfilePart.updated_at.desc(), ProfilePart.id.desc())
        .limit(1)
        .with_for_update(of=ProfilePart)
    )


def find_directory(actor: Actor, q: str, request: PageRequest) -> Page[Entry]:
    """The team's members by name, with what each says to the reader; in two statements.

    With words, those of whose name or own words to the reader each of them is one. Guests are not
    listed, and list nobody: they are here for what concerns them.
    """
    if not can_see_members(actor):
        raise NotAllowed(_("Guests do not see who is in the team."))
    title = select(Position.title).where(
        Position.team_id == Person.team_id, Position.person_id == Person.id, Position.title != ""
    )
    title = title.order_by(*current_first()).limit(1).correlate(Person)
    statement = (
        select(
            Person.id,
            Person.name,
            Person.call_name,
            Person.sort_key,
            func.coalesce(title.scalar_subquery(), "").label("title"),
        )
        .join(Membership, Membership.id == Person.membership_id)
        .where(Membership.team_id == actor.team_id, Membership.state == "active")
        .where(Membership.role != "guest", listed(actor))
    )
    words = asking.words_of(q)
    if words:
        statement = statement.where(_said(actor, words))
    order, reads = (Person.sort_key, Person.id), (paging.read_text, UUID)
    rows = db.session().execute(paging.after(statement, request, order, reads)).all()
    page = paging.page(rows, request, lambda row: (row.sort_key, row.id))
    said = _find_said(actor, [row.id for row in page.items])
    entries = [
        Entry(row.id, row.name, row.call_name, row.title, said.get(row.id, {}))
        for row in page.items
    ]
    return Page(entries, page.next)


def _said(actor: Actor, words: Collection[str]) -> ColumnElement[bool]:
    """Whether each of the words is in the member's name, or in what they say to the reader."""
    asked = func.queries_of(cast(literal(list(words), ARRAY(Text)), ARRAY(Text))).table_valued(
        column("query", TSQUERY)
    )
    own = (
        exists()
        .where(_writer.team_id == Person.team_id, _writer.canonical_id == Person.id)
        .where(ProfilePart.team_id == _writer.team_id, ProfilePart.author_id == _writer.id)
        .where(visible_profile(actor))
        .where(func.words_of(ProfilePart.text).op("@@")(asked.c.query))
        .correlate(Person, asked)
    )
    named = func.words_of(Person.name).op("@@")(asked.c.query)
    return ~exists().select_from(asked).where(~or_(named, own)).correlate(Person)


def _find_said(actor: Actor, person_ids: Sequence[UUID]) -> Mapping[UUID, dict[str, Row[Any]]]:
    if not person_ids:
        return {}
    wanted = profile_rows(actor).where(_member.id.in_(person_ids)).order_by(*_LATEST)
    found: dict[UUID, list[Row[Any]]] = {}
    for row in db.session().execute(wanted):
        found.setdefault(row.person_id, []).append(row)
    return {person_id: profile_by_part(rows) for person_id, rows in found.items()}


def readable_profiles(actor: Actor) -> Select[UUID]:
    """The ids of the parts the actor may read."""
    return select(ProfilePart.id).where(visible_profile(actor))
