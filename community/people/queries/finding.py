"""Finding people by name, and the names that forms propose."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Float,
    Integer,
    Row,
    Subquery,
    Text,
    Uuid,
    cast,
    column,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import aliased

from community.core import db
from community.core.i18n import lazy
from community.core.paging import Rows
from community.core.prepared import Prepared
from community.core.text import fold
from community.identity.models import Actor, Circle, Membership
from community.identity.policy import in_team
from community.people import policy
from community.people.models import CustomField, Note, Person, PersonEmail, Position
from community.people.policy import listed
from community.people.queries.columns import current_first

LONGEST = 100
SHORTEST = 3
_AFTER_ALL = "\U0010ffff"


@dataclass(frozen=True)
class NameOption:
    """A person to choose: `label` tells namesakes apart by where they work, their mail, and who sees them."""

    id: UUID
    name: str
    is_member: bool
    organisation: str = ""
    email: str = ""
    audience: str = "team"
    has_namesake: bool = False

    @property
    def label(self) -> str:
        """The name, and beside it what is known besides."""
        return f"{self.name} ({self.beside})" if self.beside else self.name

    @property
    def beside(self) -> str:
        """Where they work; of one with a namesake also the mail, and who sees them if not all do."""
        if not self.has_namesake:
            return self.organisation
        seen = str(_AUDIENCES.get(self.audience, ""))
        return ", ".join(part for part in (self.organisation, self.email, seen) if part)


_AUDIENCES = {
    "private": lazy("Only you"),
    "people": lazy("Chosen people"),
    "circle": lazy("A circle"),
}


def tell_apart(options: Iterable[NameOption]) -> list[NameOption]:
    """The same people, each knowing whether another of them has the same name."""
    found = list(options)
    names = Counter(fold(option.name) for option in found)
    return [replace(o, has_namesake=names[fold(o.name)] > 1) for o in found]


def hits(actor: Actor, folded: str, limit: int) -> Subquery:
    """Ids and scores of the people whose name or address is like a folded text: `id`, `score`.

    Fewer than three letters have no trigrams: they are taken as how a name begins.
    """
    if len(folded) < SHORTEST:
        return _beginning_with(actor, folded, limit)
    found = func.search_persons(folded, *offered_to(actor), cast(limit, Integer)).table_valued(
        column("id", Uuid), column("score", Float)
    )
    return select(found.c.id, found.c.score).subquery("hits")


def offered_to(actor: Actor) -> tuple[ColumnElement[Any], ...]:
    """What the search functions of the database ask of the actor: ids, circles, sees the team."""
    return (
        cast(array(actor.person_ids), ARRAY(Uuid)),
        cast(array(() if actor.is_guest else actor.circle_ids), ARRAY(Uuid)),
        cast(literal(not actor.is_guest), Boolean),
    )


def search_places(folded: str) -> dict[str, str]:
    """The values that `hits` has places for."""
    short = len(folded) < SHORTEST
    return {"q": folded, "q_end": folded + _AFTER_ALL} if short else {"q": folded}


def search_stand_in(folded: str) -> str:
    """A text that `hits` takes the same way, and that nobody writes."""
    return "\ue000\ue001"[: min(len(folded), 2)] if len(folded) < SHORTEST else "\ue000\ue001\ue002"


def _beginning_with(actor: Actor, folded: str, limit: int) -> Subquery:
    return (
        select(Person.id, literal(2.0).label("score"))
        .where(listed(actor), Person.sort_key >= folded, Person.sort_key <= folded + _AFTER_ALL)
        .order_by(Person.sort_key, Person.id)
        .limit(limit)
        .subquery("hits")
    )


def _organisation() -> Any:
    return (
        select(Position.organisation)
        .where(Position.team_id == Person.team_id, Position.person_id == Person.id)
        .where(Position.organisation != "")
        .order_by(*current_first())
        .limit(1)
        .correlate(Person)
        .scalar_subquery()
    )


def _address() -> Any:
    return (
        select(PersonEmail.value)
        .where(PersonEmail.team_id == Person.team_id, PersonEmail.person_id == Person.id)
        .order_by(PersonEmail.position, PersonEmail.id)
        .limit(1)
        .correlate(Person)
        .scalar_subquery()
    )


def named_rows(actor: Actor) -> Rows:
    """The people the actor may see, each once, with what tells namesakes apart."""
    return select(
        Person.id,
        Person.name,
        Person.call_name,
        in_team(Person).label("is_member"),
        Person.archived_at.is_not(None).label("is_archived"),
        func.coalesce(_organisation(), "").label("organisation"),
        func.coalesce(_address(), "").label("email"),
        Person.audience,
    ).where(listed(actor))


def search_people(actor: Actor, q: str, limit: int = 20) -> Sequence[Row[Any]]:
    """The best matches by name or address, typos and accents forgiven, best first."""
    folded = fold(q)[:LONGEST]
    if not folded:
        return []
    values = {**actor.places, **search_places(folded), "rows": limit}
    return _prepared_search(actor.shape, search_stand_in(folded)).rows(values)


@lru_cache(maxsize=100)
def _prepared_search(shape: tuple[str, int, int], folded: str) -> Prepared:
    nobody, limit = Actor.stand_in(shape), 987_654_321
    found = hits(nobody, folded, limit)
    statement = (
        named_rows(nobody)
        .join(found, found.c.id == Person.id)
        .order_by(Person.archived_at.is_not(None), found.c.score.desc(), Person.sort_key, Person.id)
        .limit(limit)
    )
    return Prepared(statement, {**nobody.places, **search_places(folded), "rows": limit})


def named_options(rows: Iterable[Any]) -> list[NameOption]:
    """What `search_people` found, to choose from: each once, namesakes told apart."""
    once = {row.id: row for row in rows}
    return tell_apart(
        NameOption(row.id, row.name, row.is_member, row.organisation, row.email, row.audience)
        for row in once.values()
    )


def listed_options(rows: Iterable[Row[Any]]) -> list[NameOption]:
    """The same for rows of `find_people`."""
    return tell_apart(
        NameOption(
            row.id,
            row.name,
            row.is_member,
            next((p["organisation"] for p in orjson.loads(row.positions) if p["organisation"]), ""),
            next((email["value"] for email in orjson.loads(row.emails)), ""),
            row.audience,
        )
        for row in rows
    )


def find_named(actor: Actor, text: str) -> list[NameOption]:
    """Whom somebody means who typed this name: one, several to choose from, or nobody.

    A whole name, the label that forms propose, what one calls them, or how exactly one begins.
    """
    wanted, name = fold(text), text.partition("(")[0]
    rows = list(search_people(actor, text, 20))
    if name != text:
        rows += search_people(actor, name, 20)
    found = named_options(rows)
    labelled = [option for option in found if fold(option.label) == wanted]
    whole = [option for option in found if fold(option.name) == wanted]
    if labelled or whole:
        return labelled if len(labelled) == 1 else whole or labelled
    called = [row for row in rows if wanted in (fold(row.call_name), fold(row.name).split(" ")[0])]
    return named_options(called)


def name_options(actor: Actor, limit: int = 100) -> list[NameOption]:
    """Names for a form to propose: the members, and who was changed last."""
    rows = _prepared_options(actor.shape).rows({**actor.places, "rows": limit})
    kept = {row.id: row for row in rows if row.id != actor.person_id}
    by_name = sorted(kept.values(), key=lambda row: (not row.is_member, row.sort_key))
    return named_options(by_name)


@lru_cache(maxsize=100)
def _prepared_options(shape: tuple[str, int, int]) -> Prepared:
    nobody, limit = Actor.stand_in(shape), 987_654_321
    named = named_rows(nobody).add_columns(Person.sort_key)
    latest = Person.updated_at.desc(), Person.id.desc()
    members = (
        named.where(Person.membership_id.is_not(None), in_team(Person))
        .order_by(*latest)
        .limit(limit)
    )
    recent = named.where(Person.archived_at.is_(None)).order_by(*latest).limit(limit)
    both = union_all(members.subquery().select(), recent.subquery().select())
    return Prepared(both, {**nobody.places, "rows": limit})


def member_options(actor: Actor) -> list[NameOption]:
    """The team's active members but the actor, by name: whom an audience can name."""
    if actor.is_guest:
        return []
    statement = (
        select(Person.id, Person.name, func.coalesce(_address(), "").label("email"))
        .join(Membership, Membership.id == Person.membership_id)
        .where(listed(actor), Membership.team_id == actor.team_id, Membership.state == "active")
        .where(Person.id != actor.person_id)
        .order_by(Person.sort_key, Person.id)
    )
    rows = db.session().execute(statement)
    return tell_apart(NameOption(row.id, row.name, True, email=row.email) for row in rows)


def find_name(actor: Actor, person_id: UUID) -> str:
    """The name of somebody whom the actor may know as the author of what they see; else nothing."""
    named = aliased(Person)
    statement = (
        select(Person.name)
        .join(named, (named.team_id == Person.team_id) & (named.canonical_id == Person.id))
        .where(named.team_id == actor.team_id, named.id == person_id)
    )
    return db.session().scalar(statement) or ""


def find_subject(actor: Actor, person_id: UUID) -> UUID | None:
    """The active membership of whom an item is about, when that is a member other than the actor."""
    about = aliased(Person)
    statement = (
        select(Membership.id)
        .select_from(Membership)
        .join(
            Person, (Person.team_id == Membership.team_id) & (Person.membership_id == Membership.id)
        )
        .join(
            about, (about.team_id == Person.team_id) & (about.canonical_id == Person.canonical_id)
        )
        .where(about.team_id == actor.team_id, about.id == person_id)
        .where(Membership.state == "active", Membership.id != actor.member_id)
    )
    return db.session().scalar(statement)


def subject_reads(thing_id: UUID, item: Any = Note) -> bool:
    """Whether the member a note (or another item) is about reads it as it stands; sent first."""
    about, subject = aliased(Person), aliased(Person)
    statement = (
        select(policy.subject_reads(subject, item))
        .select_from(item)
        .join(about, (about.team_id == item.team_id) & (about.id == item.person_id))
        .join(subject, (subject.team_id == about.team_id) & (subject.id == about.canonical_id))
        .where(item.team_id == db.current_team_id(), item.id == thing_id)
    )
    return bool(db.session().scalar(statement))


def circle_options(actor: Actor, keep: UUID | None = None) -> list[tuple[UUID, str]]:
    """The actor's open circles, to choose an audience from.

    `keep` is the circle that what is edited has now: it stays on offer when it was closed or its
    author left it, so that saving something else does not show it to another circle.
    """
    if not actor.circle_ids and keep is None:
        return []
    mine = Circle.id.in_(actor.circle_ids) & Circle.closed_at.is_(None)
    statement = (
        select(Circle.id, Circle.name)
        .where(Circle.team_id == actor.team_id, or_(mine, Circle.id == keep))
        .order_by(Circle.name)
    )
    return [(row.id, row.name) for row in db.session().execute(statement)]


def narrowings(actor: Actor) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What a list can be narrowed by, in one statement: circles, and choices of the team's fields.

    Circles the actor knows of, closed ones left out; guests know of no fields.
    """
    none = cast(literal(None), ARRAY(Text)).label("choices")
    circles = select(
        cast(Circle.id, Text).label("key"), Circle.name, literal(0).label("place"), none
    ).where(Circle.team_id == actor.team_id, Circle.closed_at.is_(None))
    if actor.is_guest:
        circles = circles.where(Circle.id.in_(actor.circle_ids))
    fields = select(
        CustomField.key, CustomField.name, CustomField.place, CustomField.choices
    ).where(
        CustomField.team_id == actor.team_id,
        CustomField.archived_at.is_(None),
        CustomField.kind == "choice",
    )
    both = (circles if actor.is_guest else union_all(circles, fields)).subquery()
    rows = db.session().execute(select(both).order_by(both.c.place, both.c.name)).all()
    choices = [
        (f"{row.key}:{choice}", f"{row.name}: {choice}")
        for row in rows
        for choice in row.choices or ()
    ]
    return [(row.key, row.name) for row in rows if row.choices is None], choices


def is_closed_circle(circle_id: UUID) -> bool:
    """Whether nothing new is shared with this circle of the team that is set."""
    closed = select(Circle.closed_at).where(
        Circle.team_id == db.current_team_id(), Circle.id == circle_id
    )
    return db.session().scalar(closed) is not None


def find_tags(actor: Actor, among: int = 500) -> list[str]:
    """The tags in use on the people changed last."""
    recent = (
        select(Person.tags)
        .where(listed(actor))
        .order_by(Person.updated_at.desc(), Person.id.desc())
        .limit(among)
        .subquery()
    )
    tag = func.unnest(recent.c.tags).label("tag")
    return sorted(db.session().scalars(select(tag).distinct()), key=fold)
