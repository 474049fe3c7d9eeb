"""Who may be the same person: beside one, and among all that the actor sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    CTE,
    ColumnElement,
    Row,
    Select,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import aliased

from community.core import db, paging
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import Page, PageRequest, Rows
from community.identity.models import Actor
from community.people.matching import duplicates as matching
from community.people.matching.duplicates import ALIKE, Traits
from community.people.models import (
    Distinction,
    Person,
    PersonEmail,
    PersonLink,
    PersonPhone,
    Position,
)
from community.people.policy import listed, visible
from community.people.queries.columns import PLAIN, with_lists
from community.people.queries.finding import LONGEST, hits
from community.people.queries.folding import folded

MOST = 10
"""How many are told beside somebody who is added."""
CROWD = 12
"""What more people than this share (a switchboard, a family name) says nothing of two of them."""
_NEAR = 20
_SHARING = 100


@dataclass(frozen=True)
class Pair:
    """Two people who may be one, the one entered first first: rows of the list, and why."""

    a: Row[Any]
    b: Row[Any]
    reasons: list[str]

    @property
    def certainty(self) -> str:
        """`sure` or `likely`."""
        return matching.certainty(self.reasons)


def traits_of(row: Row[Any]) -> Traits:
    """What a person's row (`with_lists`) is compared by."""
    lists = {n: orjson.loads(getattr(row, n)) for n in ("emails", "phones", "links", "positions")}
    born = (row.birthday_month, row.birthday_day) if row.birthday_month else None
    return Traits(
        row.name,
        [one["value"] for one in lists["emails"]],
        [one["e164"] for one in lists["phones"] if one["e164"]],
        [one["value"] for one in lists["links"]],
        [one["organisation"] for one in lists["positions"] if one["organisation"]],
        born,
    )


def find_duplicates(actor: Actor, person_id: UUID) -> list[dict[str, Any]]:
    """Who among the people the actor sees may be the same as this one, the surest first.

    Two members are two: they are not merged. Found by index alone: their addresses, their name, and names like it.
    """
    own = select(*PLAIN).where(listed(actor), Person.id == person_id)
    me = db.session().execute(with_lists(actor, own)).one_or_none()
    if me is None:
        return []
    mine = traits_of(me)
    near = _near(actor, mine).subquery()
    others = select(*PLAIN).where(
        listed(actor),
        Person.id.in_(select(near.c.id)),
        Person.id != person_id,
        ~_told_apart(Person.id, literal(person_id)),
    )
    if me.membership_id is not None:
        others = others.where(Person.membership_id.is_(None))
    found = []
    for row in db.session().execute(
        with_lists(actor, others.order_by(Person.sort_key, Person.id).limit(200))
    ):
        reasons = matching.compare(mine, traits_of(row))
        if reasons:
            found.append((matching.certainty(reasons) != "sure", row.sort_key, row, reasons))
    found.sort(key=lambda one: (one[0], one[1], one[2].id))
    return [
        {
            "id": row.id,
            "name": row.name,
            "certainty": "likely" if doubt else "sure",
            "reasons": reasons,
        }
        for doubt, _key, row, reasons in found[:MOST]
    ]


def _near(actor: Actor, mine: Traits) -> Any:
    """The ids of those with an address of theirs, their name, or one like it."""
    like = hits(actor, mine.folded[:LONGEST], _NEAR)
    parts: list[Select[Any]] = [select(like.c.id), _first(actor, Person.sort_key == mine.folded)]
    for model, column, values in (
        (PersonEmail, PersonEmail.value, mine.emails),
        (PersonPhone, PersonPhone.e164, mine.phones),
        (PersonLink, PersonLink.value, _ways(mine.links)),
    ):
        if values:
            owned: Any = model
            has = select(owned.person_id).where(owned.team_id == actor.team_id, column.in_(values))
            parts.append(_first(actor, Person.id.in_(has)))
    return union(*parts)


def _first(actor: Actor, clause: ColumnElement[bool]) -> Select[UUID]:
    """The first hundred of those whom the actor sees: hidden people take up no places."""
    seen = select(Person.id).where(listed(actor), clause)
    return seen.order_by(Person.sort_key, Person.id).limit(_SHARING)


def _ways(links: Sequence[str]) -> list[str]:
    """A page as it may be written: the address itself says nothing of scheme, `www` and last slash."""
    pages = [page for link in links if (page := matching.address_of(link))]
    ways = [
        f"{scheme}{page}{end}"
        for page in pages
        for scheme in ("https://", "https://www.", "http://", "http://www.")
        for end in ("", "/")
    ]
    return sorted({*links, *ways})


def _told_apart(one: Any, other: Any) -> ColumnElement[bool]:
    """Whether the team was told that these two are two, by them or by who was merged into them."""
    a, b = aliased(Person), aliased(Person)
    either = or_(
        and_(a.canonical_id == one, b.canonical_id == other),
        and_(a.canonical_id == other, b.canonical_id == one),
    )
    return (
        exists()
        .where(Distinction.team_id == db.current_team_id())
        .where(a.team_id == Distinction.team_id, a.id == Distinction.a_id)
        .where(b.team_id == Distinction.team_id, b.id == Distinction.b_id, either)
    )


def find_distinction(actor: Actor, a_id: UUID, b_id: UUID) -> Distinction | None:
    """What was said of two (canonical) people, the lower id first."""
    return db.session().scalar(
        select(Distinction).where(
            Distinction.team_id == actor.team_id,
            Distinction.a_id == a_id,
            Distinction.b_id == b_id,
        )
    )


def get_distinction(actor: Actor, distinction_id: UUID) -> Distinction:
    """What was said of two people, if the actor sees both."""
    a, b = aliased(Person), aliased(Person)
    found = db.session().scalar(
        select(Distinction)
        .join(a, and_(a.team_id == Distinction.team_id, a.id == Distinction.a_id))
        .join(b, and_(b.team_id == Distinction.team_id, b.id == Distinction.b_id))
        .where(Distinction.team_id == actor.team_id, Distinction.id == distinction_id)
        .where(visible(actor, a), visible(actor, b))
        .with_for_update(of=Distinction)
    )
    if found is None:
        raise NotFound(_("There is no such pair, or they are not yours to see."))
    return found


def find_pairs(actor: Actor, request: PageRequest) -> Page[Pair]:
    """A page of the pairs among all the people the actor sees: sure ones first, then by name.

    Of two members none is told: they are not merged.

    One statement finds the pairs by what they share, one reads the people of the page.
    """
    pairs = db.session().execute(_pairs_page(actor, request)).all()
    page = paging.page(pairs, request, lambda row: (row.doubt, row.sort_key, row.a_id, row.b_id))
    ids = {person_id for row in page.items for person_id in (row.a_id, row.b_id)}
    rows = {}
    if ids:
        both = select(*PLAIN).where(listed(actor), Person.id.in_(ids))
        rows = {row.id: row for row in db.session().execute(with_lists(actor, both))}
    found = []
    for row in page.items:
        a, b = rows[row.a_id], rows[row.b_id]
        reasons = matching.compare(traits_of(a), traits_of(b))
        if reasons:
            found.append(Pair(a, b, reasons))
    return Page(found, page.next)


def _pairs_page(actor: Actor, request: PageRequest) -> Rows:
    seen = _seen(actor)
    keys = _keys(seen).cte("keys")
    size = func.count().over(partition_by=(keys.c.kind, keys.c.key)).label("size")
    sized = select(keys, size).cte("sized")
    few = select(sized).where(sized.c.size > 1, sized.c.size <= CROWD).cte("few")
    one, other = few.alias("one"), few.alias("other")
    a, b = seen.alias("a"), seen.alias("b")
    doubt = func.min(case((one.c.kind.in_(matching.SURE), 0), else_=1)).label("doubt")
    alike = or_(one.c.kind.not_like("like%"), func.similarity(a.c.said, b.c.said) >= ALIKE)
    bare = or_(one.c.kind != "name", and_(a.c.said == b.c.said, or_(a.c.bare, b.c.bare)))
    pairs = (
        select(a.c.sort_key, a.c.id.label("a_id"), b.c.id.label("b_id"), doubt)
        .select_from(one)
        .join(other, and_(other.c.kind == one.c.kind, other.c.key == one.c.key))
        .join(a, a.c.id == one.c.id)
        .join(b, b.c.id == other.c.id)
        .where(one.c.id < other.c.id, alike, bare, ~and_(a.c.is_member, b.c.is_member))
        .group_by(a.c.sort_key, a.c.id, b.c.id)
        .subquery("pairs")
    )
    statement = select(pairs).where(~_told_apart(pairs.c.a_id, pairs.c.b_id))
    order = (pairs.c.doubt, pairs.c.sort_key, pairs.c.a_id, pairs.c.b_id)
    return paging.after(statement, request, order, (int, paging.read_text, UUID, UUID))


def _seen(actor: Actor) -> CTE:
    """The people the actor sees, who was in the team, and whether nothing but a name is known of them."""
    has = [
        exists().where(model.team_id == Person.team_id, model.person_id == Person.id)
        for model in (PersonEmail, PersonPhone, PersonLink, Position)
    ]
    bare = and_(Person.birthday_month.is_(None), ~or_(*has)).label("bare")
    born = case(
        (
            Person.birthday_month.is_not(None),
            func.concat(Person.birthday_month, "-", Person.birthday_day),
        ),
    ).label("born")
    is_member = Person.membership_id.is_not(None).label("is_member")
    # By what somebody is called, not by where they stand in the list.
    said = case((Person.sort_name == "", Person.sort_key), else_=folded(Person.name)).label("said")
    columns = (Person.id, Person.sort_key, said, is_member, born, bare)
    return select(*columns).where(listed(actor)).cte("seen").prefix_with("MATERIALIZED")


def _keys(seen: CTE) -> Any:
    """What people share that may make them one: (person, kind, key)."""

    def keyed(kind: str, key: Any) -> Select[Any]:
        return select(seen.c.id, literal(kind).label("kind"), cast(key, Text).label("key"))

    def of(model: Any) -> ColumnElement[bool]:
        return and_(model.team_id == db.current_team_id(), model.person_id == seen.c.id)

    page = func.regexp_replace(
        func.lower(PersonLink.value), literal("^[a-z]+://(www[.])?|/+$"), "", "g"
    )
    organisation = folded(Position.organisation)
    worked = and_(of(Position), Position.organisation != "")
    word = func.unnest(func.string_to_array(seen.c.said, " "))
    named = seen.c.said.like("% %")
    return union_all(
        keyed("mail", PersonEmail.value).join(PersonEmail, of(PersonEmail)),
        keyed("phone", PersonPhone.e164)
        .join(PersonPhone, of(PersonPhone))
        .where(PersonPhone.e164.is_not(None)),
        keyed("link", page).join(PersonLink, of(PersonLink)).where(page.like("%/%")),
        keyed("like at", func.concat(word, " ", organisation)).join(Position, worked),
        keyed("like born", func.concat(word, " ", seen.c.born)).where(seen.c.born.is_not(None)),
        keyed("name", seen.c.said).where(named),
    )
