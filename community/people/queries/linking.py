"""Which organisation the words of a position mean: one that the whole team sees, and no other.

What only some see is never stored at a position that others read: its absence, or another one's,
would tell them of it. A link to one that was narrowed or deleted since counts as none.
"""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Row,
    Text,
    Uuid,
    and_,
    any_,
    column,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    update,
)

from community.core import db
from community.core.aliases import shared_alias
from community.core.text import fold
from community.identity.models import Actor
from community.people.models import Organisation, Person, Position
from community.people.policy import listed

_linked = shared_alias(Organisation)


def is_shared(organisation: type[Organisation] = Organisation) -> ColumnElement[bool]:
    """Whether the whole team sees it."""
    return and_(organisation.audience == "team", organisation.deleted_at.is_(None))


def find_organisation_ids(actor: Actor, names: Collection[str]) -> dict[str, UUID]:
    """Which organisation of the team each of these folded names means: the oldest."""
    return find_meant(actor, names, ())[0]


def find_meant(
    actor: Actor, names: Collection[str], linked: Collection[UUID]
) -> tuple[dict[str, UUID], set[UUID]]:
    """The same, and which of the organisations that are `linked` positions still mean."""
    if not names and not linked:
        return {}, set()
    among = literal(list(names), ARRAY(Text))
    statement = (
        select(Organisation.sort_key, Organisation.id)
        .where(Organisation.team_id == actor.team_id, is_shared())
        .where(or_(Organisation.sort_key == any_(among), Organisation.id.in_(linked)))
        .order_by(Organisation.id)
    )
    found: dict[str, UUID] = {}
    standing = set()
    for row in db.session().execute(statement):
        found.setdefault(row.sort_key, row.id)
        standing.add(row.id)
    return found, standing & set(linked)


def link_positions_named(actor: Actor, organisation: Organisation) -> int:
    """Let the positions that say the name of an organisation of the team in words mean it.

    Also those of people whom the actor does not see: whoever sees them sees the organisation.
    """
    free = not_(
        exists().where(
            _linked.team_id == Position.team_id,
            _linked.id == Position.organisation_id,
            is_shared(_linked),
        )
    )
    of_the_team = and_(Person.team_id == actor.team_id, free)
    meant = _saying(organisation.sort_key, of_the_team)
    return link_positions(actor, dict.fromkeys(meant, organisation.id))


def named_positions(actor: Actor, name: str) -> list[UUID]:
    """The positions of people in the actor's lists that say this (folded) name."""
    return _saying(name, listed(actor))


def _saying(name: str, where: ColumnElement[bool]) -> list[UUID]:
    named = (
        select(Position.id, Position.organisation)
        .join(Person, and_(Person.team_id == Position.team_id, Person.id == Position.person_id))
        .where(where, Person.sought.contains(name, autoescape=True))
    )
    rows = db.session().execute(named).all()
    return [row.id for row in rows if fold(row.organisation) == name]


def find_linked(actor: Actor, organisation_id: UUID) -> Sequence[Row[UUID, str]]:
    """The positions that mean an organisation, and what they say in words."""
    statement = select(Position.id, Position.organisation).where(
        Position.team_id == actor.team_id, Position.organisation_id == organisation_id
    )
    return db.session().execute(statement).all()


def link_positions(actor: Actor, meant: Mapping[UUID, UUID]) -> int:
    """Let positions mean organisations, in one statement; answers how many do now."""
    if not meant:
        return 0
    ids, at = (literal(list(side), ARRAY(Uuid)) for side in (meant.keys(), meant.values()))
    pairs = (
        func.unnest(ids, at)
        .table_valued(column("id", Uuid), column("at", Uuid))
        .render_derived(name="pairs")
    )
    linked = (
        update(Position)
        .where(Position.team_id == actor.team_id, Position.id == pairs.c.id)
        .values(organisation_id=pairs.c.at)
        .execution_options(synchronize_session=False)
    )
    return db.row_count(db.session().execute(linked))
