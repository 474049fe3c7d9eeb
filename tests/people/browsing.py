"""How the tests of the pages of people look into them."""

from typing import Any

from bs4 import BeautifulSoup

from community.core import slugs
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.people import queries
from community.people.models import Person
from community.people.queries import Filter
from tests.factories.identity import acting
from tests.web_client import Portal

TEAM = {"visibility": "team"}


def page(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.get_data(as_text=True), "html.parser")


def words(response: Any) -> str:
    return " ".join(page(response).get_text(" ").split())


def outsiders(actor: Actor) -> dict[str, Any]:
    with acting(actor):
        rows = queries.find_people(
            actor, Filter(is_member=False, archived=None), PageRequest()
        ).items
        return {row.name: row for row in rows}


def path(person: Person | Any, part: str = "") -> str:
    return f"/people/{slugs.slug(person.id, person.name)}{'/' + part if part else ''}"


def send(portal: Portal, address: str, data: dict[str, Any], **more: Any) -> Any:
    """Open the form's page, then send it."""
    portal.get(more.pop("form", address))
    return portal.post(address, data, **more)
