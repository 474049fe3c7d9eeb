"""Things that routes name, one maker a kind: private, shared with some, the team's, a stranger's.

Every thing carries secrets: words and ids that must reach nobody but its readers. A feature adds
its kinds to KINDS; the matrix, the canaries and the comparison of answers then cover them.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from community.accounts.actions import sign_in
from community.accounts.models import ApiToken
from community.core import db, slugs, tokens
from community.identity.models import Actor
from community.notifications import links
from community.people import actions as people_actions
from community.people.models import Note, Person
from tests.factories import accounts, identity
from tests.factories.identity import acting
from tests.factories.people import make_note, make_person

if TYPE_CHECKING:
    from tests.contract.world import World

INSIDERS = frozenset({"author", "named", "other", "owner", "steward"})
READERS: dict[str, frozenset[str]] = {
    "private": frozenset({"author"}),
    "people": frozenset({"author", "named"}),
    "circle": frozenset({"author", "named"}),
    "guest": frozenset({"author", "guest"}),
    "team": INSIDERS,
    "foreign": frozenset({"stranger"}),
}
"""Who of the world sees a thing of each audience; everybody else must not know it is there."""

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Thing:
    """A thing and what its routes need of it."""

    maker: Actor
    readers: frozenset[str]
    path: dict[str, str]
    secrets: tuple[str, ...] = ()
    id: UUID = field(default_factory=uuid4)
    name: str = ""


Maker = Callable[["World", str], Thing]


@dataclass(frozen=True)
class Kind:
    """How a kind of thing is made, and for which audiences."""

    make: Maker
    cases: tuple[str, ...] = tuple(READERS)


def word(stem: str = "Vexara") -> str:
    """A word that occurs nowhere else."""
    return f"{stem}{next(_numbers)}q{uuid4().hex[:10]}"


def columns(world: "World", case: str) -> dict[str, Any]:
    """The audience columns of a case."""
    who = world.people
    return {
        "private": {"audience": "private"},
        "people": {"audience": "people", "audience_people": [who["named"].person_id]},
        "circle": {"audience": "circle", "circle_id": world.circle_id},
        "guest": {"audience": "people", "audience_people": [who["guest"].person_id]},
        "team": {"audience": "team"},
        "foreign": {"audience": "team"},
    }[case]


def maker_of(world: "World", case: str) -> Actor:
    """Who makes the things of a case."""
    return world.people["stranger" if case == "foreign" else "author"]


def never_there(like: Thing) -> Thing:
    """An address like that of a thing, of nothing that ever was."""
    absent = {name: _absent(value) for name, value in like.path.items()}
    return Thing(like.maker, frozenset(), absent, name=like.name)


def _absent(value: str) -> str:
    try:
        UUID(value)
    except ValueError:
        return slugs.slug(db.new_id(), "Nobody") if slugs.read(value) else tokens.secret()
    return str(db.new_id())


def person(world: "World", case: str, **more: Any) -> Thing:
    """Somebody outside the team."""
    maker, secret = maker_of(world, case), word()
    email = f"{secret.lower()}@example.org"
    made = make_person(maker, f"Quillon {secret}", email=email, **columns(world, case), **more)
    slug = slugs.slug(made.id, made.name)
    return Thing(
        maker,
        READERS[case],
        {"person_id": str(made.id), "slug": slug},
        (secret, secret.lower(), str(made.id), slugs.short_id(made.id)),
        made.id,
        made.name,
    )


def deleted_person(world: "World", case: str) -> Thing:
    """Somebody whom their author deleted by mistake."""
    thing = person(world, case)
    with acting(thing.maker) as unit:
        row = unit.session.get_one(Person, (thing.maker.team_id, thing.id))
        row.delete(unit.now, thing.maker.person_id)
    return thing


def note(world: "World", case: str) -> Thing:
    """A note about somebody the whole team sees."""
    maker, secret = maker_of(world, case), word()
    about = world.guest_person if case == "guest" else world.subject(maker)
    made = make_note(maker, about.id, f"Quillon said {secret}.", **columns(world, case))
    return Thing(maker, READERS[case], {"note_id": str(made.id)}, (secret, str(made.id)), made.id)


def note_about_member(world: "World", case: str) -> Thing:
    """A private note about a member: the one it is about hears nothing of it."""
    maker, secret = maker_of(world, case), word()
    with acting(maker):
        visibility = columns(world, case)
        made = people_actions.add_note(
            maker,
            world.people["other"].person_id,
            body=f"Quillon said {secret}.",
            visibility=visibility,
        )
    return Thing(maker, READERS[case], {"note_id": str(made.id)}, (secret, str(made.id)), made.id)


def deleted_note(world: "World", case: str) -> Thing:
    """A note that its author deleted by mistake."""
    thing = note(world, case)
    with acting(thing.maker) as unit:
        unit.session.get_one(Note, (thing.maker.team_id, thing.id)).delete(unit.now)
    return thing


def member(world: "World", case: str) -> Thing:
    """Somebody in the team, whom the whole team knows, or in another."""
    maker, secret = maker_of(world, case), word()
    made = identity.make_member(maker, f"Quillon {secret}")
    name_slug = slugs.slug(made.person_id, made.name)
    return Thing(
        maker,
        READERS[case],
        {"person_id": str(made.person_id), "slug": name_slug},
        (secret, str(made.person_id), slugs.short_id(made.person_id)),
        made.person_id,
        made.name,
    )


def circle_seat(world: "World", case: str) -> Thing:
    """A circle of its maker, and a member who is in it."""
    maker = maker_of(world, case)
    other = identity.make_member(maker, f"Quillon {word()}")
    secret = word("Circle")
    circle = identity.make_circle(maker, other, name=secret)
    return Thing(
        maker,
        READERS[case],
        {"circle_id": str(circle.id), "person_id": str(other.person_id)},
        (secret, str(circle.id), str(other.person_id)),
        circle.id,
    )


def token(world: "World", case: str) -> Thing:
    """An API token, which is its maker's alone."""
    maker, secret = maker_of(world, case), word("Token")
    with acting(maker) as unit:
        hidden = tokens.issue(maker.team_key)
        made = ApiToken(
            member_id=maker.member_id,
            name=secret,
            digest=tokens.digest(hidden),
            scopes=["read"],
        )
        unit.session.add(made)
    return Thing(maker, READERS[case], {"token_id": str(made.id)}, (secret, str(made.id)), made.id)


def session(world: "World", case: str) -> Thing:
    """A signed-in browser, which is its user's alone."""
    maker = maker_of(world, case)
    found = accounts.open_session(accounts.make_session(maker))
    return Thing(maker, READERS[case], {"session_id": str(found.id)}, (str(found.id),), found.id)


def sign_in_link(world: "World", _case: str) -> Thing:
    """A mailed link that signs its owner in."""
    owner = identity.make_member(world.people["owner"], "Lina Link")
    with db.transaction():
        sign_in.new_link(owner.user_id, "sign_in", life=timedelta(minutes=15))
    secret = accounts.newest_link(owner.user_id)
    assert secret is not None
    return Thing(owner, frozenset(), {"token": secret})


def unsubscribe_link(world: "World", _case: str) -> Thing:
    """The link at the foot of a mail."""
    who = identity.make_member(world.people["owner"], "Ulla Unwilling")
    link = links.Unsubscribe(who.member_id, "note_about_you")
    return Thing(who, frozenset(), {"token": links.unsubscribe_token(who.team_key, link)})


OWN = ("private", "foreign")
SHARED = ("team", "foreign")

KINDS: dict[str, Kind] = {
    "person": Kind(person),
    "deleted_person": Kind(deleted_person),
    "note": Kind(note),
    "deleted_note": Kind(deleted_note),
    "note_about_member": Kind(note_about_member, ("private",)),
    "member": Kind(member, SHARED),
    "circle_seat": Kind(circle_seat, SHARED),
    "token": Kind(token, OWN),
    "session": Kind(session, OWN),
}

PROOFS: dict[str, Maker] = {
    "sign_in_link": sign_in_link,
    "unsubscribe_link": unsubscribe_link,
}
"""Links that are their own proof: whoever holds one may use it, and made-up ones open nothing."""
