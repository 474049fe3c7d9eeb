"""How members met people, by the JSON API and on pages."""

import pytest
from marshmallow import Schema, ValidationError

from community.identity.models import Actor
from community.relationships import schemas
from community.relationships.portal import partial_date
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import make_member
from tests.factories.people import make_person
from tests.people.asking import agrees
from tests.people.browsing import page, path, send, words
from tests.web_client import Api, Portal

DAYS = {"": "", "2019": "2019", "2019-03": "2019-03", " 2020-02-29 ": "2020-02-29"}
NO_DAYS = ("19", "2019-3", "2019-13", "2019-02-29", "1899", "2019-03-01T00", "x", "2019/03", 2019)


class _One(Schema):
    day = schemas.PartialDay()


def test_a_day_is_as_exact_as_one_remembers() -> None:
    for text, read in DAYS.items():
        assert _One().load({"day": text}) == {"day": read}
    for text in NO_DAYS:
        with pytest.raises(ValidationError):
            _One().load({"day": text})


def test_a_tie_is_written_read_changed_deleted_and_restored(
    app: CommunityFlask, owner: Actor
) -> None:
    api = Api(app, owner)
    mara, ada = make_person(owner, "Mara"), make_person(owner, "Ada")
    through = {"kind": "person", "id": str(ada.id)}
    sent = {"person_id": str(mara.id), "met_on": "2019-03", "met_where": "Porto"}
    made = api.post("/ties", {**sent, "met_through": through})
    assert made.status_code == 201
    agrees(schemas.TieOut(), made.json)
    assert {name: made.json[name] for name in sent} == sent
    assert made.json["met_through"] == through
    assert api.post("/ties", sent).status_code == 409
    one = f"/ties/{made.json['id']}"
    assert api.get(one).json == made.json
    assert api.patch(one, {"met_through": None}, 1).json["met_through"] is None
    assert api.patch(one, {"met_on": "2020"}, 1).status_code == 412
    bad = api.post(
        "/ties", {"person_id": str(ada.id), "met_on": "soon", "met_through": {"id": "x"}}
    )
    assert {error["field"] for error in bad.json["errors"]} >= {"met_on", "met_through.id"}
    assert [each["id"] for each in api.get("/ties").json["items"]] == [made.json["id"]]
    assert len(api.get(f"/ties?person_id={mara.id}").json["items"]) == 1
    assert api.get(f"/ties?person_id={ada.id}").json["items"] == []
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404
    assert api.post(f"{one}/restoration").json["met_where"] == "Porto"
    with counting() as statements:
        api.get("/ties")
    assert len(statements) <= 4


def test_the_persons_page_asks_how_one_met_and_shows_it(app: CommunityFlask, owner: Actor) -> None:
    portal = Portal(app, owner)
    mara = make_person(owner, "Mara Ellison")
    make_person(owner, "Ada Lovelace")
    assert "How did you meet?" in words(portal.get(path(mara)))
    here = path(mara, "met")
    refused = send(portal, here, {"met_on": "yesterday", "through": ""})
    assert refused.status_code == 422
    assert "a year, a month or a day" in words(refused)
    nobody = portal.post(here, {"through": "Nobody"})
    assert "Nobody here is called Nobody." in words(nobody)
    sent = {"met_where": "Porto", "met_on": "2019-03", "through": "Ada Lovelace"}
    assert portal.post(here, {**sent, "visibility": "team"}).status_code == 303
    assert "Porto, March 2019, through Ada Lovelace" in words(portal.get(path(mara)))
    other = Portal(app, make_member(owner))
    assert f"How {owner.name} met them" in words(other.get(path(mara)))
    form = page(portal.get(here)).select_one("form[action$='/forget']")
    gone = portal.post(form["action"], {})
    back = page(portal.get(gone.headers["Location"])).select_one("#toasts form")["action"]
    assert portal.post(back, {}).status_code == 303
    with counting() as statements:
        portal.get(path(mara))
    assert len(statements) <= 12


def test_a_partial_day_is_said_in_words(app: CommunityFlask) -> None:
    with app.test_request_context():
        said = [partial_date(text) for text in ("2019", "2019-03", "2019-03-31")]
    assert said == ["2019", "March 2019", "31 March 2019"]
