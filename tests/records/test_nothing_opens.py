"""Whatever members do at random, nobody reads what its author did not show them, and no author loses it.

They enter, share, narrow, merge, part, dispute, help and fill in fields; after a few acts everything
that each of them can read or take out is searched for words and ids that are not theirs to know.
"""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from community.core import clock, db
from community.core.errors import AppError
from community.core.paging import PageRequest
from community.home.queries import find_timeline
from community.identity.models import Actor, Visibility
from community.ledger import actions as ledger
from community.ledger.actions import Draft
from community.ledger.models import GiveState
from community.people import actions as people_actions
from community.people import queries as people
from community.people.models import Person
from community.people.queries import Filter
from community.records import actions, queries
from community.records.queries import Wanted
from tests.factories.identity import acting, again, make_member, make_team
from tests.faults.sizes import size

TEAMS = size(1, 200)
ACTS, BEGUN, CHECKED = 120, 12, 30
ROLES = ("steward", "member", "member", "guest")
PAGE = PageRequest(limit=200)


def audience(kind: str) -> dict[str, Any]:
    return {"audience": kind, "people": [], "circle_id": None}


@dataclass
class World:
    """Who may know which word: of an item by what its author chose at any time, of a name as it is now."""

    dice: random.Random
    actors: list[Actor]
    entered: dict[UUID, UUID] = field(default_factory=dict)
    names: dict[UUID, str] = field(default_factory=dict)
    mails: dict[UUID, set[str]] = field(default_factory=dict)
    shown: dict[str, set[UUID]] = field(default_factory=dict)
    notes: list[UUID] = field(default_factory=list)
    merges: list[UUID] = field(default_factory=list)
    kept: set[UUID] = field(default_factory=set)

    def word(self, stem: str) -> str:
        return f"{stem}{self.dice.getrandbits(60):x}"

    def readers(self, kind: str, author_id: UUID) -> set[UUID]:
        team = {one.person_id for one in self.actors if not one.is_guest}
        return {author_id, *(team if kind == "team" else ())}

    def kind(self) -> str:
        return self.dice.choice(("private", "team"))

    def anybody(self, actor: Actor) -> UUID:
        """Somebody from outside, or one of the team; mostly one of the actor's own."""
        own = [one for one, author in self.entered.items() if author == actor.person_id]
        members = [one.person_id for one in self.actors]
        return self.dice.choice([*own, *own, *self.entered, *members])

    def turn(self, number: int) -> tuple["Act", Actor]:
        """What is done next and by whom: who narrows is mostly the author of a kept one."""
        act = enter if number < BEGUN else self.dice.choice(DONE)
        authors = {self.entered[one] for one in self.kept & set(self.entered)}
        acting_ = [one for one in self.actors if one.person_id in authors]
        return act, again(self.dice.choice(acting_ if act is share and acting_ else self.actors))

    def own(self, actor: Actor, *, of: str = "") -> UUID:
        """One of the actor's own: kept in a merge where there is one."""
        mine = [one for one, author in self.entered.items() if author == actor.person_id]
        if of == "kept":
            mine = [one for one in mine if one in self.kept] or mine
        return self.dice.choice(mine or [actor.person_id])


Act = Callable[[World, Actor], None]


def enter(world: World, actor: Actor) -> None:
    name, mail, kind = world.word("Name"), world.word("mail"), world.kind()
    made = people_actions.create_person(
        actor,
        name=f"Some {name}",
        emails=[{"value": f"{mail}@example.org"}],
        visibility=audience(kind),
    ).person.id
    world.entered[made], world.names[made], world.mails[made] = actor.person_id, name, {mail}


def share(world: World, actor: Actor) -> None:
    people_actions.edit_person(
        actor,
        world.own(actor, of="kept"),
        visibility=audience(world.dice.choice(("private", "private", "team"))),
    )


def write(world: World, actor: Actor) -> None:
    """A note or a fact; a member reads what is shared about them."""
    about, kind, said = world.anybody(actor), world.kind(), world.word("said")
    if world.dice.random() < 0.5:
        item: Any = people_actions.add_note(actor, about, body=said, visibility=audience(kind))
        world.notes.append(item.id)
    else:
        item = people_actions.add_fact(
            actor, about, kind="work", text=said, visibility=audience(kind)
        )
    world.shown[said] = world.readers(kind, actor.person_id)
    if kind != "private":
        world.shown[said].add(item.person_id)


def fill(world: World, actor: Actor) -> None:
    named = world.dice.choice([None, str(world.own(actor)), str(world.own(actor))])
    people_actions.edit_person(actor, world.anybody(actor), fields={"mentor": named})


def help_(world: World, actor: Actor) -> None:
    said, kind = world.word("story"), world.kind()
    draft = Draft(receiver_id=world.anybody(actor), story=said, visibility=Visibility(kind))
    state = ledger.log_give(actor, draft).entry.state
    if world.dice.random() < 0.5:
        told = update(GiveState).where(GiveState.give_id == state.give_id)
        db.session().execute(told.values(told_at=clock.now()))
    world.shown[said] = world.readers(kind, actor.person_id) | {state.receiver_id}


def merge(world: World, actor: Actor) -> None:
    pick = world.dice.choice((world.own, world.anybody))
    kept, other = pick(actor), pick(actor)
    made = actions.merge_people(actor, kept, other)
    world.merges.append(made.id)
    world.kept.add(made.kept_id)
    world.mails.setdefault(made.kept_id, set()).update(world.mails.get(made.merged_id, ()))


def part(world: World, actor: Actor) -> None:
    actions.unmerge(actor, world.dice.choice(world.merges or [actor.person_id]))


def dispute(world: World, actor: Actor) -> None:
    people_actions.dispute_note(actor, world.dice.choice(world.notes or [actor.person_id]))


DONE: tuple[Act, ...] = (
    *(enter,) * 2,
    *(share,) * 4,
    *(write,) * 2,
    *(fill,) * 3,
    *(help_,) * 2,
    *(merge,) * 6,
    part,
    dispute,
)


def everything(actor: Actor) -> str:
    """All that the actor reads and takes out, as one text."""
    with acting(actor):
        wanted = (Wanted(None), Wanted(queries.myself(actor), is_self=True))
        files = [
            (one.table, [dict(row) for row in one.rows])
            for each in wanted
            for one in queries.find_held(actor, each)
        ]
        rows = people.find_people(actor, Filter(archived=None), PAGE).items
        items = [
            (item.title, item.text)
            for row in rows
            for item in find_timeline(actor, row.id, PAGE).items
        ]
        merges = queries.find_merges(actor, PAGE).items
        return str((files, [tuple(row) for row in rows], items, [tuple(one) for one in merges]))


def check(world: World) -> None:
    with acting(world.actors[0]) as unit:
        rows = unit.session.execute(select(Person.id, Person.canonical_id, Person.audience)).all()
    kinds = {row.id: row.audience for row in rows}
    now = {one: world.readers(kinds[one], author) for one, author in world.entered.items()}
    members = {one.person_id: world.readers("team", one.person_id) for one in world.actors}
    for one, mails in world.mails.items():
        for mail in mails:
            world.shown.setdefault(mail, set()).update((now | members)[one])
    became = {row.id: row.canonical_id for row in rows}
    named = {
        word: now[one] & (now | members)[became[one]]
        for one, name in world.names.items()
        for word in (name, str(one))
    }
    for actor in world.actors:
        read = everything(again(actor))
        known = {word for word in (named | world.shown) if word in read}
        not_theirs = {word for word in known if actor.person_id not in (named | world.shown)[word]}
        assert not_theirs == set(), actor.role
        own = {
            world.names[one] for one, author in world.entered.items() if author == actor.person_id
        }
        assert own <= known, actor.role


@pytest.mark.parametrize("seed", range(TEAMS))
def test_nobody_reads_what_its_author_did_not_show_them_whatever_is_done(seed: int) -> None:
    dice = random.Random(seed)
    owner = make_team(f"Team {seed}")
    world = World(dice, [owner, *(make_member(owner, role=role) for role in ROLES)])
    with acting(owner):
        people_actions.define_field(owner, name="Mentor", kind="person")
    done: dict[str, int] = {}
    for number in range(ACTS):
        act, actor = world.turn(number)
        with suppress(AppError), acting(actor):
            act(world, actor)
            done[act.__name__] = done.get(act.__name__, 0) + 1
        if (number + 1) % CHECKED == 0:
            check(world)
    assert done["merge"] >= 2
    assert len(done) >= 4
