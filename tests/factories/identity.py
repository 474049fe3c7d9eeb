"""Teams and members for tests, written straight to the tables."""

import itertools
import uuid
from contextlib import AbstractContextManager

from community.core import clock, db, tokens
from community.identity import queries
from community.identity.models import Actor, Circle, CircleMember, Membership, Team, User, UserEmail
from community.people.models import Person

_numbers = itertools.count(1)
_NAMES = (
    "Noor Haddad",
    "Ivy Okonjo",
    "Daniel Mensah",
    "Lena Brandt",
    "Yusuf Demir",
    "Mara Ellison",
    "Kofi Asante",
)


def acting(actor: Actor) -> AbstractContextManager[db.Unit]:
    """A transaction set to the actor's team and user."""
    return db.transaction(actor.team_id, actor.user_id)


def make_team(
    name: str = "Northlight", *, owner_name: str = "Noor Haddad", second_factor: str = "nobody"
) -> Actor:
    """A new team with one owner, from whom it asks no second factor; returns the owner."""
    team_id = db.new_id()
    with db.transaction(team_id):
        slug = f"{name.lower()}-{uuid.uuid4().hex[:10]}"
        settings = {"second_factor": second_factor} if second_factor else {}
        db.add(Team(id=team_id, key=tokens.team_key(), slug=slug, name=name, settings=settings))
        db.flush()
        user_id = _member(owner_name, "owner")
    with db.transaction(team_id, user_id):
        actor = queries.find_actor(team_id, user_id)
    assert actor is not None
    return actor


def make_member(beside: Actor, name: str | None = None, *, role: str = "member") -> Actor:
    """Another person in the same team."""
    with db.transaction(beside.team_id):
        user_id = _member(name or _NAMES[next(_numbers) % len(_NAMES)], role)
    with db.transaction(beside.team_id, user_id):
        actor = queries.find_actor(beside.team_id, user_id)
    assert actor is not None
    return actor


def make_circle(*members: Actor, name: str = "Founders") -> Circle:
    """A circle of these members."""
    with db.transaction(members[0].team_id):
        circle = Circle(name=f"{name} {next(_numbers)}")
        db.add(circle)
        db.flush()
        db.add(*[CircleMember(circle_id=circle.id, member_id=m.member_id) for m in members])
    return circle


def again(actor: Actor) -> Actor:
    """The same actor, loaded anew (after circles or roles changed)."""
    with db.transaction(actor.team_id, actor.user_id):
        found = queries.find_actor(actor.team_id, actor.user_id)
    assert found is not None
    return found


def _member(name: str, role: str) -> uuid.UUID:
    user = User(id=db.new_id())
    db.add(user)
    db.flush()
    address = f"{name.split(maxsplit=1)[0].lower()}-{uuid.uuid4().hex[:10]}@example.org"
    membership = Membership(id=db.new_id(), user_id=user.id, role=role)
    db.add(
        UserEmail(user_id=user.id, address=address, is_primary=True, verified_at=clock.now()),
        membership,
    )
    db.flush()
    person_id = db.new_id()
    person = Person(
        id=person_id,
        canonical_id=person_id,
        author_id=person_id,
        membership_id=membership.id,
        audience="team",
        source="member",
    )
    person.rename(name, name.split(maxsplit=1)[0])
    db.add(person)
    db.flush()
    return user.id
