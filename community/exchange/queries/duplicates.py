"""Who may be the same as somebody new: a hint beside the row, never a match.

Found by what they share, as the scan of all people does, and said in the same words
(`people.matching.duplicates`).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Subquery,
    Text,
    and_,
    func,
    literal,
    select,
    union,
)

from community.core import db
from community.core.text import fold
from community.exchange.matching.joining import Place
from community.exchange.matching.plans import Plan
from community.identity.models import Actor
from community.people.matching.duplicates import Traits, certainty, compare, page_of
from community.people.models import Person, PersonEmail, PersonLink, PersonPhone, Position
from community.people.policy import listed
from community.people.queries.columns import PLAIN, with_lists
from community.people.queries.duplicates import CROWD, traits_of

MOST = 3
Key = tuple[str, str]


def find_duplicates(actor: Actor, plans: Mapping[Place, Plan]) -> dict[Place, list[dict[str, Any]]]:
    """For the new among the plans: visible people who may be they, with the reasons; sure ones first."""
    new = {place: _traits(plan.written) for place, plan in plans.items() if plan.outcome == "new"}
    wanted = {key for traits in new.values() for key in _keys(traits)}
    if not wanted:
        return {}
    here = _near(actor, list(new.values()), wanted)
    sharing: dict[Key, list[UUID]] = defaultdict(list)
    for person_id, traits in here.items():
        for key in wanted & set(_keys(traits)):
            sharing[key].append(person_id)
    found = {}
    for place, traits in new.items():
        near = {each for key in _keys(traits) for each in _few(sharing.get(key, []))}
        if alike := _alike(traits, {person_id: here[person_id] for person_id in near}):
            found[place] = alike
    return found


def _few(sharing: list[UUID]) -> list[UUID]:
    """What more people than a few share (a switchboard, a family name) says nothing of two of them."""
    return sharing if len(sharing) <= CROWD else []


def _alike(traits: Traits, near: Mapping[UUID, Traits]) -> list[dict[str, Any]]:
    told = [(person_id, compare(traits, other)) for person_id, other in near.items()]
    told = [(person_id, reasons) for person_id, reasons in told if reasons]
    told.sort(key=lambda each: (certainty(each[1]) != "sure", each[0]))
    return [{"id": str(person_id), "reasons": reasons} for person_id, reasons in told[:MOST]]


def _traits(written: Mapping[str, Any]) -> Traits:
    """What a planned person is compared by."""
    person = written["person"]
    born = (person["birthday_month"], person["birthday_day"])
    return Traits(
        person["name"],
        [each["value"] for each in written["emails"]],
        [each["e164"] for each in written["phones"] if each["e164"]],
        [each["value"] for each in written["links"]],
        [each["organisation"] for each in written["positions"] if each["organisation"]],
        born if born[0] else None,
    )


def _keys(traits: Traits) -> Iterator[Key]:
    """What one must share with somebody to be compared with them."""
    yield from (("mail", mail.casefold()) for mail in traits.emails)
    yield from (("phone", number) for number in traits.phones)
    yield from (("link", page) for page in map(page_of, traits.links) if page)
    yield "name", traits.folded
    words = traits.folded.split()
    for organisation in {fold(organisation) for organisation in traits.organisations}:
        yield from (("at", f"{word} {organisation}") for word in words)
    if traits.birthday is not None:
        month, day = traits.birthday
        yield from (("born", f"{word} {month}-{day}") for word in words)


def _near(actor: Actor, new: list[Traits], wanted: set[Key]) -> dict[UUID, Traits]:
    """The visible people who have one of the keys, and by chance some others."""
    values: dict[str, list[str]] = defaultdict(list)
    for kind, value in sorted(wanted):
        values[kind].append(value)
    values["mail"] = sorted({mail for traits in new for mail in traits.emails})
    links = {link for traits in new for link in traits.links}
    values["link"] = sorted(
        links | {way for kind, page in wanted if kind == "link" for way in _ways(page)}
    )
    ids = union(*_parts(actor, values)).subquery("near")
    people = select(*PLAIN).where(listed(actor), Person.id.in_(select(ids.c.id)))
    rows = db.session().execute(with_lists(actor, people))
    return {row.id: traits_of(row) for row in rows}


def _ways(page: str) -> Iterator[str]:
    """How the address of a page is written, for an index that knows whole addresses alone."""
    for scheme in ("https://", "http://"):
        for start in ("", "www."):
            yield from (f"{scheme}{start}{page}{end}" for end in ("", "/"))


def _parts(actor: Actor, values: Mapping[str, list[str]]) -> Iterator[Select[Any]]:
    for kind, column in (
        ("mail", PersonEmail.value),
        ("phone", PersonPhone.e164),
        ("link", PersonLink.value),
    ):
        if values[kind]:
            owned: Any = column.class_
            yield select(owned.person_id.label("id")).where(
                owned.team_id == actor.team_id, _one_of(column, values[kind])
            )
    # A name that is sorted by other words is compared by itself: there are few of them.
    sorted_as = and_(Person.sort_name == "", _one_of(Person.sort_key, values["name"]))
    yield select(Person.id).where(listed(actor), sorted_as | (Person.sort_name != ""))
    if values["at"]:
        words = _words(actor)
        key = func.concat(words.c.word, " ", func.lower(Position.organisation))
        yield (
            select(words.c.id)
            .join(
                Position, (Position.team_id == words.c.team_id) & (Position.person_id == words.c.id)
            )
            .where(Position.organisation != "", _one_of(key, values["at"]))
        )
    if values["born"]:
        words = _words(actor, Person.birthday_month.is_not(None))
        key = func.concat(words.c.word, " ", words.c.birthday_month, "-", words.c.birthday_day)
        yield select(words.c.id).where(_one_of(key, values["born"]))


def _words(actor: Actor, *wanted: ColumnElement[bool]) -> Subquery:
    """The visible people, each with every word they are sorted by."""
    word = func.unnest(func.string_to_array(Person.sort_key, " ")).label("word")
    plain = (Person.team_id, Person.id, Person.birthday_month, Person.birthday_day)
    return select(*plain, word).where(listed(actor), *wanted).subquery()


def _one_of(column: Any, values: list[str]) -> ColumnElement[bool]:
    """One parameter, not one each."""
    found: ColumnElement[bool] = column == func.any(literal(values, ARRAY(Text())))
    return found
