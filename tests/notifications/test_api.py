"""Notices and preferences by the API."""

import pytest
from bs4 import BeautifulSoup

from community.identity.models import Actor
from community.notifications import catalogue, schemas
from community.web.session import CommunityFlask
from tests.factories.identity import make_member
from tests.notifications.conftest import KIND, QUIET_KIND, Things, tell
from tests.web_client import Api, Portal


def test_notices_are_listed_as_the_schema_says(
    app: CommunityFlask, owner: Actor, member: Actor, things: Things
) -> None:
    thing_id = tell(member, by=owner)
    body = Api(app, member).get("/notices?state=new").json
    assert body["next"] is None
    (notice,) = body["items"]
    assert schemas.NoticeOut(unknown="raise").validate(notice) == {}
    assert notice["thing_id"] == str(thing_id)
    assert notice["path"] == f"/gives/{thing_id}"
    assert notice["reason"] == "You helped with this."
    assert notice["from_person_id"] == str(owner.person_id)
    assert notice["state"] == "new"


def test_only_the_addressee_lists_and_sees(
    app: CommunityFlask, owner: Actor, member: Actor, stranger: Actor, things: Things
) -> None:
    tell(member, by=owner)
    (notice,) = Api(app, member).get("/notices").json["items"]
    for other in (owner, stranger):
        api = Api(app, other)
        assert api.get("/notices").json["items"] == []
        assert api.post("/notices/seen", {"ids": [notice["id"]]}).json == {"seen": 0}
    assert Api(app, member).post("/notices/seen").json == {"seen": 1}
    assert Api(app, member).get("/notices?state=seen").json["items"][0]["state"] == "seen"


def test_pages_have_a_cursor_and_a_link(
    app: CommunityFlask, owner: Actor, member: Actor, things: Things
) -> None:
    for _ in range(3):
        tell(member, by=owner)
    api = Api(app, member)
    first = api.get("/notices?limit=2")
    assert len(first.json["items"]) == 2
    assert 'rel="next"' in first.headers["Link"]
    rest = api.get(f"/notices?limit=2&cursor={first.json['next']}").json
    assert (len(rest["items"]), rest["next"]) == (1, None)
    assert api.get("/notices?cursor=nonsense").status_code == 422
    assert api.get("/notices?state=lost").status_code == 422


def test_preferences_are_read_and_replaced(
    app: CommunityFlask, owner: Actor, things: Things
) -> None:
    api = Api(app, owner)
    body = {"items": [{"kind": KIND, "mail": False}]}
    answer = api.put("/notification_preferences", body)
    assert answer.status_code == 200
    assert schemas.PreferencesOut(unknown="raise").validate(answer.json) == {}
    found = {item["kind"]: item for item in api.get("/notification_preferences").json["items"]}
    assert (found[KIND]["app"], found[KIND]["mail"]) == (True, False)
    assert (found[QUIET_KIND]["app"], found[QUIET_KIND]["mail"]) == (True, None)


def test_an_unknown_kind_or_field_is_refused(
    app: CommunityFlask, owner: Actor, things: Things
) -> None:
    api = Api(app, owner)
    for items in ([{"kind": "nothing", "mail": False}], [{"kind": KIND, "sms": True}]):
        assert api.put("/notification_preferences", {"items": items}).status_code == 422


def test_reading_needs_no_right_to_write(app: CommunityFlask, owner: Actor, things: Things) -> None:
    api = Api(app, owner, scopes=("read",))
    assert api.get("/notices").status_code == 200
    assert api.post("/notices/seen").status_code == 403


OWNERS = {"dead_letter", "data_request_due", "data_request_prepared"}
KEEPERS = {"data_request_received"}


@pytest.mark.parametrize(
    ("role", "missing"),
    [
        ("owner", set()),
        ("steward", OWNERS),
        ("member", OWNERS | KEEPERS),
        ("guest", OWNERS | KEEPERS | {"import_done"}),
    ],
)
def test_only_what_can_reach_a_role_is_asked_about(
    app: CommunityFlask, owner: Actor, role: str, missing: set[str]
) -> None:
    actor = owner if role == "owner" else make_member(owner, role=role)
    items = Api(app, actor).get("/notification_preferences").get_json()["items"]
    codes = {kind.code for kind in catalogue.choosable()}
    assert codes - {item["kind"] for item in items} == missing
    page = BeautifulSoup(Portal(app, actor).get("/settings/notifications").text, "html.parser")
    offered = {box["value"] for box in page.select('main input[type="checkbox"]')}
    assert codes - offered == missing


def test_notices_about_ways_in_are_nobodys_to_switch_off(app: CommunityFlask, owner: Actor) -> None:
    essential = [kind.code for kind in catalogue.all_kinds() if kind.essential]
    assert "security_new_browser" in essential
    api = Api(app, owner)
    for code in essential:
        answer = api.put("/notification_preferences", {"items": [{"kind": code, "app": False}]})
        assert answer.get_json()["code"] == "essential_kind"
