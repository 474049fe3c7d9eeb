"""People, notes, and what was deleted of them."""

from typing import TYPE_CHECKING
from uuid import UUID

from community.core import slugs
from community.identity.models import Actor
from community.people import actions
from community.people.models import Note, Organisation, Person, Position, Relation
from community.relationships import actions as ties
from tests.contract.things import (
    EVERY,
    OWN,
    READERS,
    SHARED,
    Kind,
    Thing,
    columns,
    maker_of,
    visibility,
    word,
)
from tests.factories.identity import acting
from tests.factories.people import make_dispute, make_note, make_organisation, make_person

if TYPE_CHECKING:
    from tests.contract.world import World


def person(world: "World", case: str) -> Thing:
    """Somebody outside the team."""
    maker, secret, email = maker_of(world, case), word(), f"{word('mail').lower()}@example.org"
    made = make_person(maker, f"Quillon {secret}", email=email, **columns(world, case))
    path = {"person_id": str(made.id), "slug": slugs.slug(made.id, made.name)}
    secrets = (secret, secret.lower(), str(made.id), slugs.short_id(made.id))
    if case == "deleted":
        with acting(maker) as unit:
            row = unit.session.get_one(Person, (maker.team_id, made.id))
            row.delete(unit.now, maker.person_id)
    return Thing(maker, READERS[case], path, secrets, made.id, made.name, email)


def deleted_person(world: "World", case: str) -> Thing:
    """Somebody whom their author deleted by mistake; stewards may undo that for the team."""
    made = person(world, case)
    with acting(made.maker) as unit:
        row = unit.session.get_one(Person, (made.maker.team_id, made.id))
        row.delete(unit.now, made.maker.person_id)
    undoers = {"team": {"author", "owner", "steward"}, "foreign": {"stranger"}}
    return _gone(made, undoers.get(case, {"author"}))


def organisation(world: "World", case: str) -> Thing:
    """An organisation."""
    maker, secret = maker_of(world, case), word()
    made = make_organisation(maker, f"Quillon {secret}", **columns(world, case))
    path = {"organisation_id": str(made.id), "slug": slugs.slug(made.id, made.name)}
    secrets = (secret, secret.lower(), str(made.id), slugs.short_id(made.id))
    return Thing(maker, READERS[case], path, secrets, made.id, made.name)


def deleted_organisation(world: "World", case: str) -> Thing:
    """An organisation that was deleted by mistake; stewards may undo that for the team."""
    made = organisation(world, case)
    with acting(made.maker) as unit:
        row = unit.session.get_one(Organisation, (made.maker.team_id, made.id))
        row.delete(unit.now, made.maker.person_id)
    undoers = {"team": {"author", "owner", "steward"}, "foreign": {"stranger"}}
    return _gone(made, undoers.get(case, {"author"}))


def position(world: "World", case: str) -> Thing:
    """What somebody outside the team does: seen and changed by whoever sees and changes them."""
    made = person(world, case)
    with acting(made.maker) as unit:
        held = Position(person_id=made.id, title=f"Quillon {word()}")
        unit.session.add(held)
    path = {**made.path, "position_id": str(held.id)}
    secrets = (*made.secrets, held.title.split()[1], str(held.id))
    return Thing(made.maker, READERS[case], path, secrets, made.id, made.name)


def relation(world: "World", case: str) -> Thing:
    """What somebody is to somebody, both of whom the readers see."""
    maker, secret = maker_of(world, case), word()
    about = world.guest_person if case == "guest" else world.subject(maker)
    if case == "guest":
        other = make_person(maker, f"Quillon {word()}", **columns(world, case))
    else:
        other = world.spare(maker)
    with acting(maker):
        made = actions.add_relation(
            maker,
            about.id,
            kind="other",
            word=f"Quillon {secret}",
            other_id=other.id,
            visibility=visibility(world, case),
        )
    path = {"relation_id": str(made.id)}
    return Thing(maker, READERS[case], path, (secret, str(made.id)), made.id)


def tie(world: "World", case: str) -> Thing:
    """How somebody met a person whom the readers see."""
    maker, secret = maker_of(world, case), word()
    about = world.spare(maker)
    if case == "guest":
        about = make_person(maker, f"Quillon {word()}", **columns(world, case))
    with acting(maker):
        made = ties.add_tie(
            maker, about.id, met_where=f"Quillon {secret}", visibility=visibility(world, case)
        )
    return Thing(maker, READERS[case], {"tie_id": str(made.id)}, (secret, str(made.id)), made.id)


def custom_field(world: "World", case: str) -> Thing:
    """A field of the team's own."""
    maker, secret = maker_of(world, case), word()
    keeper = maker if case == "foreign" else world.people["owner"]
    with acting(keeper):
        made = actions.define_field(keeper, name=secret, kind="text")
    secrets = (secret, made.key, str(made.id))
    return Thing(maker, READERS[case], {"field_id": str(made.id)}, secrets, made.id)


def deleted_tie(world: "World", case: str) -> Thing:
    """One that its author took away by mistake."""
    made = tie(world, case)
    with acting(made.maker):
        ties.delete_tie(made.maker, made.id)
    return _gone(made, {"stranger" if case == "foreign" else "author"})


def relation_kind(world: "World", case: str) -> Thing:
    """A word of the team's own for a relation."""
    maker, secret = maker_of(world, case), word()
    keeper = maker if case == "foreign" else world.people["owner"]
    with acting(keeper):
        made = actions.define_relation_kind(keeper, name=secret, reverse_name=f"{secret}back")
    ids = (str(made.id), str(made.reverse_id))
    return Thing(maker, READERS[case], {"kind_id": str(made.id)}, (secret, *ids), made.id)


def deleted_relation(world: "World", case: str) -> Thing:
    """A relation that its author removed by mistake."""
    made = relation(world, case)
    with acting(made.maker) as unit:
        unit.session.get_one(Relation, (made.maker.team_id, made.id)).delete(unit.now)
    return _gone(made, {"stranger" if case == "foreign" else "author"})


def note(world: "World", case: str) -> Thing:
    """A note about somebody whom the readers see; a disputed one is about a member."""
    maker = maker_of(world, case)
    if case == "disputed":
        return disputed_note(world, case)
    about = world.guest_person if case == "guest" else world.subject(maker)
    made = _note(world, case, maker, about.id)
    if case == "deleted":
        with acting(maker) as unit:
            unit.session.get_one(Note, (maker.team_id, made.id)).delete(unit.now)
    return made


def note_about_subject(world: "World", case: str) -> Thing:
    """A note about a member, which they may dispute; nobody was told of it."""
    maker, secret = maker_of(world, case), word()
    about = _subject(world, case).person_id
    made = make_note(maker, about, f"Quillon said {secret}.", audience="team")
    return Thing(maker, READERS[case], {"note_id": str(made.id)}, (secret, str(made.id)), made.id)


def disputed_note(world: "World", case: str) -> Thing:
    """A note of the author's that whom it is about disputes."""
    made, _made = _disputed(world, case)
    return made


def dispute(world: "World", case: str) -> Thing:
    """The dispute itself."""
    made, dispute_id = _disputed(world, case)
    secrets = (*made.secrets, str(dispute_id))
    path = {"dispute_id": str(dispute_id)}
    return Thing(made.maker, made.readers, path, secrets, dispute_id)


def _disputed(world: "World", case: str) -> tuple[Thing, UUID]:
    maker, subject, said, why = maker_of(world, case), _subject(world, case), word(), word()
    note = make_note(maker, subject.person_id, f"Quillon said {said}.", audience="team")
    made = make_dispute(subject, note, f"Quillon never said {why}.")
    readers = READERS["foreign"] if case == "foreign" else READERS["disputed"]
    secrets = (said, why, str(note.id))
    return Thing(maker, readers, {"note_id": str(note.id)}, secrets, note.id), made.id


def _subject(world: "World", case: str) -> Actor:
    return world.friend if case == "foreign" else world.people["other"]


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
    "person": Kind(person, (*EVERY, "deleted")),
    "deleted_person": Kind(deleted_person),
    "organisation": Kind(organisation),
    "deleted_organisation": Kind(deleted_organisation),
    "position": Kind(position),
    "relation": Kind(relation),
    "tie": Kind(tie),
    "deleted_tie": Kind(deleted_tie, OWN),
    "custom_field": Kind(custom_field, SHARED),
    "relation_kind": Kind(relation_kind, SHARED),
    "deleted_relation": Kind(deleted_relation, OWN),
    "note": Kind(note, (*EVERY, "deleted", "disputed")),
    "deleted_note": Kind(deleted_note),
    "note_about_subject": Kind(note_about_subject, SHARED),
    "disputed_note": Kind(disputed_note, OWN),
    "dispute": Kind(dispute, OWN),
    "note_about_member": Kind(note_about_member, ("private",)),
}
