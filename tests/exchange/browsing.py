"""How the tests of the import wizard walk through it."""

import io
import re

from bs4 import BeautifulSoup
from werkzeug.test import TestResponse

from community.exchange.models import ImportBatch
from community.identity.models import Actor
from tests.factories.exchange import work_on
from tests.factories.identity import acting
from tests.web_client import Portal

START = "/people/import"


def page(response: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(response.get_data(as_text=True), "html.parser")


def words(response: TestResponse) -> str:
    return " ".join(page(response).get_text(" ").split())


def bring_file(portal: Portal, content: bytes, filename: str = "people.csv") -> TestResponse:
    """The first step, and the page it leads to."""
    portal.get(START)
    answer = portal.post(START, {"file": (io.BytesIO(content), filename)})
    return portal.get(answer.headers["Location"]) if answer.status_code == 303 else answer


def form_of(response: TestResponse, action: str) -> dict[str, str]:
    """What a form would send if nothing were touched."""
    (form,) = (f for f in page(response).find_all("form") if str(f["action"]).endswith(action))
    values = {
        i["name"]: i.get("value", "")
        for i in form.find_all("input")
        if i.get("type") != "radio" or i.has_attr("checked")
    }
    for select in form.find_all("select"):
        chosen = select.find("option", selected=True) or select.find("option")
        values[select["name"]] = chosen["value"]
    return {k: v for k, v in values.items() if k != "csrf_token" and not k.endswith("_people")}


def address(response: TestResponse) -> str:
    """The import a page is about, from its forms."""
    found = re.search(r"/people/import/[0-9a-f-]{36}", response.get_data(as_text=True))
    assert found
    return found[0]


def batch_of(owner: Actor, path: str) -> ImportBatch:
    with acting(owner) as unit:
        return unit.session.get_one(ImportBatch, (owner.team_id, path.rpartition("/")[2]))


def work(owner: Actor, path: str) -> None:
    work_on(batch_of(owner, path))
