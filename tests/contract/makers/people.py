"""People, notes, and what was deleted of them."""

from typing import TYPE_CHECKING
from uuid import UUID

from community.core import slugs
from community.identity.models import Actor
from community.people import actions
from community.people.models import Note, Person
from tests.contract.things import READERS, Kind, Thing, columns, maker_of, visibility, word
from tests.factories.identity import acting
from tests.factories.people import make_person

if TYPE_CHECKING:
    from tests.contract.world import World


def person(world: "World", case: str) -> Thing:
    """Somebody outside the team."""
    maker, secret, email = maker_of(world, case), word(), f"{word('mail').lower()}@example.org"
    made = make_person(maker, f"Quillon {secret}", email=email, **columns(world, case))
    path = {"person_id": str(made.id), "slug": slugs.slug(made.id, made.name)}
    secrets = (secret, secret.lower(), str(made.id), slugs.short_id(made.id))
    return Thing(maker, READERS[case], path, secrets, made.id, made.name, email)


def deleted_person(world: "World", case: str) -> Thing:
    """Somebody whom their author deleted by mistake; stewards may undo that for the team."""
    made = person(world, case)
    with acting(made.maker) as unit:
        row = unit.session.get_one(Person, (made.maker.team_id, made.id))
        row.delete(unit.now, made.maker.person_id)
    undoers = {"team": {"author", "owner", "steward"}, "foreign": {"stranger"}}
    return _gone(made, undoers.get(case, {"author"}))


def note(world: "World", case: str) -> Thing:
    """A note about somebody whom the readers see."""
    maker = maker_of(world, case)
    about = world.guest_person if case == "guest" else world.subject(maker)
    return _note(world, case, maker, about.id)


def deleted_note(world: "World", case: str) -> Thing:
    """A note that its author deleted by mistake."""
    made = note(world, case)
    with acting(made.maker) as unit:
        unit.session.get_one(Note, (made.maker.team_id, made.id)).delete(unit.now)
    return _gone(made, {"stranger" if case == "foreign" else "author"})


def note_about_member(world: "World", case: str) -> Thing:
    """A private note about a member: the one it is about hears nothing of it."""
    return _note(world, case, maker_of(world, case), world.people["other"].person_id)


def _note(world: "World", case: str, maker: Actor, about_id: UUID) -> Thing:
    secret = word()
    with acting(maker):
        made = actions.add_note(
            maker, about_id, body=f"Quillon said {secret}.", visibility=visibility(world, case)
        )
    path = {"note_id": str(made.id)}
    return Thing(maker, READERS[case], path, (secret, str(made.id)), made.id)


def _gone(made: Thing, undoers: set[str]) -> Thing:
    return Thing(
        made.maker,
        frozenset(),
        made.path,
        made.secrets,
        made.id,
        made.name,
        undoers=frozenset(undoers),
    )


KINDS: dict[str, Kind] = {
    "person": Kind(person),
    "deleted_person": Kind(deleted_person),
    "note": Kind(note),
    "deleted_note": Kind(deleted_note),
    "note_about_member": Kind(note_about_member, ("private",)),
}
