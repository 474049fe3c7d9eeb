"""One set for every way to read: lists, details, search, timelines, tables, counts and the audit.

Teams are made up at random: roles, circles, audiences, deletions, merges and disputes. Who sees
what is said once here, in plain words of the rules, and every way to read is held against it.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from community.core import db
from community.core.errors import NotFound
from community.core.paging import Page, PageRequest
from community.exchange import actions as exchange
from community.home import queries as home
from community.identity.models import Actor
from community.ledger import actions as ledger_actions
from community.ledger import queries as ledger
from community.ledger.models.states import SETTLED
from community.ledger.queries import GiveFilter, SeenGive
from community.people import queries as people
from community.people.models import Note, Person
from community.people.queries import Filter
from tests.contract.things import word
from tests.factories.identity import acting, again, make_circle, make_member, make_team
from tests.factories.ledger import log_give, say_thanks
from tests.factories.people import make_dispute, make_note, make_person, merge
from tests.faults.sizes import size

TEAMS = size(2, 400)
ROLES = ("owner", "steward", "member", "member", "guest")
AUDIENCES = ("private", "people", "circle", "team", "team")
BETWEEN_TWO = ("disputed", "retracted", "corrected")


@dataclass
class Team:
    """A made-up team, and what was done in it."""

    dice: random.Random
    actors: list[Actor]
    circles: dict[UUID, set[UUID]]
    persons: dict[UUID, Person] = field(default_factory=dict)
    notes: dict[UUID, Note] = field(default_factory=dict)
    disputed: set[UUID] = field(default_factory=set)
    gives: dict[UUID, dict[str, Any]] = field(default_factory=dict)

    def audience(self, author: Actor) -> dict[str, Any]:
        """An audience that this author may give."""
        audience = self.dice.choice(AUDIENCES)
        if audience == "people":
            named = self.dice.sample(self.actors, 2)
            ids = [actor.person_id for actor in named if actor != author]
            return {"audience": audience, "audience_people": ids}
        mine = [circle for circle, members in self.circles.items() if author.person_id in members]
        if audience == "circle":
            if not mine:
                return {"audience": "private"}
            return {"audience": audience, "circle_id": self.dice.choice(mine)}
        return {"audience": audience}

    def reaches(self, reader: Actor, item: Any) -> bool:
        """The audience alone: one's own; those named; a circle's members; the team but its guests."""
        if item.author_id == reader.person_id:
            return True
        if item.audience == "people":
            return reader.person_id in item.audience_people
        if reader.role == "guest":
            return False
        in_circle = reader.person_id in self.circles.get(item.circle_id, set())
        return item.audience == "team" or (item.audience == "circle" and in_circle)

    def whole(self, person_id: UUID) -> Person:
        """Whom a person was merged into, or they themselves."""
        return self.persons[self.persons[person_id].canonical_id]

    def sees_person(self, reader: Actor, person: Person) -> bool:
        return person.deleted_at is None and self.reaches(reader, person)

    def sees_note(self, reader: Actor, note: Note) -> bool:
        subject = self.whole(note.person_id)
        if note.deleted_at is not None or not self.sees_person(reader, subject):
            return False
        if note.author_id == reader.person_id:
            return True
        if subject.id == reader.person_id and note.audience != "private":
            return True
        return note.id not in self.disputed and self.reaches(reader, note)

    def sees_give(self, reader: Actor, give: dict[str, Any]) -> bool:
        gave, got = self.whole(give["giver_id"]), self.whole(give["receiver_id"])
        mine = reader.person_id == gave.id or (reader.person_id == got.id and not give["no_reply"])
        seen = GiveAudience(**give["audience"])
        shared = self.reaches(reader, seen) and give["state"] not in BETWEEN_TWO
        return (mine or shared) and all(self._knows(reader, person, mine) for person in (gave, got))

    def is_mine(self, reader: Actor, give: dict[str, Any]) -> bool:
        received = reader.person_id == give["receiver_id"] and not give["no_reply"]
        return reader.person_id == give["giver_id"] or received

    def _knows(self, reader: Actor, person: Person, mine: bool) -> bool:
        partner = mine and person.membership_id is not None
        known = partner or person.id == reader.person_id or self.reaches(reader, person)
        return known and (mine or person.deleted_at is None)


@dataclass
class GiveAudience:
    """A give's audience, as items have one."""

    author_id: UUID
    audience: str
    circle_id: UUID | None = None
    audience_people: Iterable[UUID] = ()


def made_up(seed: int) -> Team:
    """A team of five with people, notes, help, and what became of some of it."""
    dice = random.Random(seed)
    owner = make_team(f"Team {seed}", owner_name="Olive Owner")
    actors = [owner, *(make_member(owner, f"{role} {word()}", role=role) for role in ROLES[1:])]
    groups = [dice.sample(actors, dice.randint(1, 3)) for _number in range(2)]
    circles = {
        make_circle(*group, name=word()).id: {actor.person_id for actor in group}
        for group in groups
    }
    team = Team(dice, [again(actor) for actor in actors], circles)
    with acting(owner) as unit:
        for actor in actors:
            row = unit.session.get_one(Person, (actor.team_id, actor.person_id))
            team.persons[row.id] = row
    writers = [actor for actor in team.actors if not actor.is_guest]
    for _number in range(8):
        author = dice.choice(writers)
        person = make_person(author, f"Quillon {word()}", **team.audience(author))
        team.persons[person.id] = person
    _notes(team, writers)
    _gives(team, writers)
    _afterwards(team)
    team.actors = [again(actor) for actor in team.actors]
    return team


def _notes(team: Team, writers: list[Actor]) -> None:
    members = {actor.person_id: actor for actor in team.actors}
    for _number in range(14):
        author = team.dice.choice(writers)
        seen = [p.id for p in team.persons.values() if team.sees_person(author, p)]
        about = team.dice.choice(seen + list(members))
        note = make_note(author, about, f"Signpost: it is {word()}.", **team.audience(author))
        team.notes[note.id] = note
        subject = members.get(about)
        if subject and subject != author and team.dice.random() < 0.5:
            state = team.dice.choice(["open", "answered", "settled"])
            over = {"ended_at": note.created_at} if state == "settled" else {}
            make_dispute(subject, note, state=state, **over)
            if not over:
                team.disputed.add(note.id)


def _gives(team: Team, writers: list[Actor]) -> None:
    for _number in range(8):
        author = team.dice.choice(writers)
        others = [
            person
            for person in team.persons.values()
            if person.id != author.person_id and team.sees_person(author, person)
        ]
        other = team.dice.choice(others)
        log = team.dice.choice([log_give, say_thanks])
        columns = team.audience(author)
        if other.membership_id is None and other.audience != "team":
            columns = {"audience": "private"}
        visibility = {
            "audience": columns["audience"],
            "people": columns.get("audience_people", []),
            "circle_id": columns.get("circle_id"),
        }
        may_be_quiet = log is log_give and columns["audience"] == "private"
        quiet = {"no_reply": True} if may_be_quiet and team.dice.random() < 0.5 else {}
        entry = log(author, other.id, story=f"Signpost {word()}", visibility=visibility, **quiet)
        team.gives[entry.give.id] = _give(author, entry)


def _give(author: Actor, entry: Any) -> dict[str, Any]:
    state = entry.state
    columns = {
        "author_id": author.person_id,
        "audience": state.audience,
        "circle_id": state.circle_id,
        "audience_people": tuple(state.audience_people),
    }
    return {
        "giver_id": entry.give.giver_id,
        "receiver_id": entry.give.receiver_id,
        "no_reply": entry.give.no_reply,
        "state": state.state,
        "audience": columns,
    }


def _afterwards(team: Team) -> None:
    """Some are merged or deleted, some help is disputed by whom it was for."""
    outside = [p for p in team.persons.values() if p.membership_id is None]
    gone, into, deleted = team.dice.sample(outside, 3)
    merge(team.actors[0], gone, into)
    gone.canonical_id = gone.merged_into_id = into.id
    with acting(team.actors[0]) as unit:
        row = unit.session.get_one(Person, (deleted.team_id, deleted.id))
        row.delete(unit.now, row.author_id)
        deleted.deleted_at = unit.now
        note = team.dice.choice(list(team.notes.values()))
        unit.session.get_one(Note, (note.team_id, note.id)).delete(unit.now)
        note.deleted_at = unit.now
    for actor in team.actors:
        for give_id, give in team.gives.items():
            waits = give["state"] == "logged" and not give["no_reply"]
            if waits and give["receiver_id"] == actor.person_id and team.dice.random() < 0.5:
                with acting(actor):
                    ledger_actions.dispute(actor, give_id, reason="Not so.")
                give["state"] = "disputed"


def every(read: Callable[[PageRequest], Page[Any]]) -> list[Any]:
    """All pages of a list, three rows at a time."""
    found, cursor = [], None
    while True:
        page = read(PageRequest(3, cursor))
        found += page.items
        cursor = page.next
        if cursor is None:
            return found


def there(read: Callable[..., Any], *args: Any) -> bool:
    """Whether a detail answers."""
    try:
        read(*args)
    except NotFound:
        return False
    return True


def ids_of(statement: Any) -> set[UUID]:
    return set(db.session().scalars(statement))


def check_people(team: Team, reader: Actor) -> None:
    seen = {p.id for p in team.persons.values() if team.sees_person(reader, p)}
    listed = {person_id for person_id in seen if team.persons[person_id].merged_into_id is None}
    wanted = Filter(archived=None)
    rows = every(lambda request: people.find_people(reader, wanted, request))
    assert Counter(row.id for row in rows) == Counter(listed)
    assert ids_of(people.readable(reader)) & set(team.persons) == seen
    table = exchange.list_people(reader, wanted)[0].decode()
    assert {p.id for p in team.persons.values() if str(p.id) in table} == listed
    for person in team.persons.values():
        name = person.name.split()[-1]
        assert there(people.get_person_row, reader, person.id) == (person.canonical_id in seen), (
            person.name
        )
        hits = {hit.id for hit in home.find_mixed(reader, name).people if hit.title == person.name}
        assert hits == ({person.id} & listed), person.name
        named = {found.id for found in people.find_named(reader, person.name)}
        assert named == ({person.id} & listed), person.name


def check_notes(team: Team, reader: Actor) -> None:
    seen = {note.id for note in team.notes.values() if team.sees_note(reader, note)}
    assert ids_of(people.readable_notes(reader)) & set(team.notes) == seen
    assert {
        note_id for note_id in team.notes if there(people.get_note_row, reader, note_id)
    } == seen
    listed: Counter[UUID] = Counter()
    told: Counter[UUID] = Counter()
    for person in team.persons.values():
        if person.merged_into_id is None and team.sees_person(reader, person):
            listed += Counter(row.id for row in _notes_of(reader, person))
            told += Counter(item.id for item in _timeline_of(reader, person, "note"))
    assert listed == told == Counter(seen) == _sought(reader, "note")


def _sought(reader: Actor, kind: str) -> Counter[UUID]:
    hits = every(lambda request: home.find_hits(reader, "signpost", kind, request))
    return Counter(hit.id for hit in hits)


def _notes_of(reader: Actor, person: Person) -> list[Any]:
    return every(lambda request: people.find_notes(reader, person.id, request))


def _timeline_of(reader: Actor, person: Person, kind: str) -> list[Any]:
    return every(lambda request: home.find_timeline(reader, person.id, request, kind=kind))


def check_gives(team: Team, reader: Actor) -> None:
    seen = {give_id for give_id, give in team.gives.items() if team.sees_give(reader, give)}
    rows: list[SeenGive] = every(lambda request: ledger.find_gives(reader, GiveFilter(), request))
    assert Counter(row.id for row in rows) == Counter(seen)
    assert ids_of(ledger.readable(reader)) & set(team.gives) == seen
    assert {give_id for give_id in team.gives if ledger.find_give(reader, give_id)} == seen
    settled = {row.id for row in rows if row.state in SETTLED}
    assert _sought(reader, "give") == Counter(seen - settled)
    for person in team.persons.values():
        if person.merged_into_id is None and team.sees_person(reader, person):
            sides = ("giver_id", "receiver_id")
            theirs = {
                give_id
                for give_id in seen
                if person.id in {team.whole(team.gives[give_id][side]).id for side in sides}
            }
            assert {item.id for item in _timeline_of(reader, person, "give")} == theirs
    counted = Counter(
        ("given" if row.i_gave else "received", row.kind)
        for row in rows
        if (row.i_gave or row.i_received) and row.counted_value > 0
    )
    # One's own figures go on counting help with somebody whom their author hides by now.
    hidden = sum(team.is_mine(reader, team.gives[give_id]) for give_id in set(team.gives) - seen)
    sums = ledger.sum_by_kind(reader, date(2000, 1, 1), date(2100, 1, 1))
    figures = Counter({(side, kind): number for side, kind, number, _value in sums})
    assert counted <= figures
    assert (figures - counted).total() <= hidden


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize("seed", range(1, TEAMS + 1))
def test_every_way_to_read_reads_the_same_set(seed: int) -> None:
    team = made_up(seed)
    for reader in team.actors:
        with acting(reader):
            check_people(team, reader)
            check_notes(team, reader)
            check_gives(team, reader)
