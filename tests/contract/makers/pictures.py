"""People with a picture."""

from dataclasses import replace
from typing import TYPE_CHECKING

from community.people.actions.pictures import give_picture
from community.people.formats.pictures import read_picture
from community.people.queries import get_person
from tests.contract.makers.people import person
from tests.contract.things import Kind, Thing
from tests.factories.identity import acting
from tests.people.picturing import drawn

if TYPE_CHECKING:
    from tests.contract.world import World

_MADE = read_picture(drawn())


def picture(world: "World", case: str) -> Thing:
    """Somebody outside the team, with a picture."""
    made = person(world, case)
    with acting(made.maker):
        row = get_person(made.maker, made.id, lock=True)
        picture_id = str(give_picture(made.maker, row, _MADE).picture_id)
    path = {**made.path, "picture_id": picture_id}
    return replace(made, path=path, secrets=(*made.secrets, picture_id))


KINDS: dict[str, Kind] = {"picture": Kind(picture)}
