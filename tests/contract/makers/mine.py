"""People whom colleagues see, and hand-overs of them."""

from typing import TYPE_CHECKING

from community.people import actions
from tests.contract.makers.people import person
from tests.contract.things import READERS, SHARED, Kind, Thing, maker_of, word
from tests.factories.identity import acting

if TYPE_CHECKING:
    from tests.contract.world import World


def handover(world: "World", case: str) -> Thing:
    """A person whom one member left to another, with a word for the two alone."""
    maker, secret = maker_of(world, case), word()
    to = world.friend if case == "foreign" else world.people["named"]
    about = world.spare(maker)
    with acting(maker):
        made = actions.hand_over(maker, about.id, to_id=to.person_id, words=f"Quillon {secret}.")
    path = {"handover_id": str(made.id)}
    return Thing(maker, READERS[case], path, (secret, str(made.id)), made.id)


KINDS: dict[str, Kind] = {
    "shared_person": Kind(person, SHARED),
    "handover": Kind(handover, ("people", "foreign")),
}
