"""Merges, and pairs that are two people."""

from typing import TYPE_CHECKING

from community.people import actions as people_actions
from community.people.models import Person
from community.records import actions
from tests.contract.things import OWN, READERS, Kind, Thing, columns, maker_of, word
from tests.factories.identity import acting
from tests.factories.people import make_person

if TYPE_CHECKING:
    from tests.contract.world import World

_CASES = (*OWN, "people", "circle", "guest", "team")


def _two(world: "World", case: str) -> tuple[Person, Person, tuple[str, ...]]:
    maker, secrets = maker_of(world, case), (word(), word())
    one, other = (
        make_person(maker, f"Quillon {secret}", **columns(world, case)) for secret in secrets
    )
    return one, other, (*secrets, str(one.id), str(other.id))


def merge(world: "World", case: str) -> Thing:
    """That somebody is somebody else; both are known to the same people."""
    maker = maker_of(world, case)
    kept, gone, secrets = _two(world, case)
    with acting(maker):
        made = actions.merge_people(maker, kept.id, gone.id)
    path = {"merge_id": str(made.id)}
    return Thing(maker, READERS[case], path, (*secrets, str(made.id)), made.id)


def distinction(world: "World", case: str) -> Thing:
    """That somebody is not somebody else."""
    maker = maker_of(world, case)
    one, other, secrets = _two(world, case)
    with acting(maker):
        made = people_actions.tell_apart(maker, one.id, other.id)
    path = {"distinction_id": str(made.id)}
    return Thing(maker, READERS[case], path, (*secrets, str(made.id)), made.id)


def view(world: "World", case: str) -> Thing:
    """A saved list, for oneself or the whole team."""
    maker, secret = maker_of(world, case), word()
    with acting(maker):
        made = people_actions.save_view(
            maker, name=f"Quillon {secret}", query="tag=x", is_shared=case != "private"
        )
    path = {"view_id": str(made.id)}
    return Thing(maker, READERS[case], path, (secret, str(made.id)), made.id)


def bulk_act(world: "World", case: str) -> Thing:
    """What somebody did to many, theirs alone."""
    maker = maker_of(world, case)
    chosen = actions.Chosen([world.subject(maker).id])
    with acting(maker):
        made = actions.act_on_many(maker, "untag", chosen, tag=word())
    return Thing(maker, READERS[case], {"act_id": str(made.id)}, (str(made.id),), made.id)


KINDS: dict[str, Kind] = {
    "merge": Kind(merge, _CASES),
    "view": Kind(view, (*OWN, "team")),
    "bulk_act": Kind(bulk_act, OWN),
    "distinction": Kind(distinction, _CASES),
}
