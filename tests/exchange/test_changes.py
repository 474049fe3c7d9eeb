"""What changed, for programs that keep a copy: deletions too, and nothing of what they may not see."""

import time
from typing import Any

from community.identity.models import Actor, Visibility
from community.ledger import actions as ledger
from community.people import actions as people
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import acting, make_member
from tests.factories.ledger import log_give
from tests.web_client import Api

PATIENCE = 10.0


def follow(api: Api, cursor: str, until: int = 0) -> tuple[list[dict[str, Any]], str]:
    """What is told from a cursor on, page by page; waits while older transactions are open."""
    found: list[dict[str, Any]] = []
    ends = time.monotonic() + PATIENCE
    while True:
        body = api.get(f"/changes?limit=3&cursor={cursor}").get_json()
        found += body["items"]
        cursor = body["cursor"]
        if body["next"] is None and (len(found) >= until or time.monotonic() > ends):
            return found, cursor
        time.sleep(0.02)


def now(api: Api) -> str:
    body = api.get("/changes?from=now").get_json()
    assert (body["items"], body["next"]) == ([], None)
    cursor: str = body["cursor"]
    return cursor


def test_a_copy_that_follows_is_what_one_may_see(app: CommunityFlask, owner: Actor) -> None:
    member = make_member(owner)
    api = Api(app, owner)
    cursor = now(api)
    with acting(member):
        ada = people.create_person(member, name="Ada Quill").person
        bo = people.create_person(member, name="Bo Ray").person
        mine = {"audience": "private", "people": [], "circle_id": None}
        hidden = people.create_person(member, name="Hid", visibility=mine).person
        note = people.add_note(
            member, ada.id, body="Sails.", visibility={**mine, "audience": "team"}
        )
        people.add_note(member, ada.id, body="Only mine.")
    give = log_give(member, owner.person_id, visibility=Visibility("team"))
    told, cursor = follow(api, cursor, until=4)
    states = {(item["kind"], item["id"]): item["state"] for item in told}
    assert states == {
        ("person", str(ada.id)): "changed",
        ("person", str(bo.id)): "changed",
        ("note", str(note.id)): "changed",
        ("give", str(give.give.id)): "changed",
    }
    assert follow(api, cursor) == ([], cursor), "asked again, nothing is told twice"
    with acting(member):
        people.delete_note(member, note.id)
        people.delete_person(member, bo.id)
        people.delete_person(member, hidden.id)
        people.edit_person(member, ada.id, name="Ada Quill-Ray")
        people.edit_person(member, ada.id, call_name="Ada")
    told, cursor = follow(api, cursor, until=3)
    assert {(item["kind"], item["id"], item["state"]) for item in told} == {
        ("note", str(note.id), "deleted"),
        ("person", str(bo.id), "deleted"),
        ("person", str(ada.id), "changed"),
    }
    with acting(member):
        ledger.retract(member, give.give.id)
    told, cursor = follow(api, cursor, until=1)
    assert [item["kind"] for item in told] == ["give"]
    with counting() as sent:
        assert api.get(f"/changes?cursor={cursor}").status_code == 200
    assert len(sent) <= 4, str(sent)


def test_a_merged_person_is_gone_and_says_who_they_are_now(
    app: CommunityFlask, owner: Actor
) -> None:
    api = Api(app, owner)
    with acting(owner):
        kept = people.create_person(owner, name="Ada Quill").person
        gone = people.create_person(owner, name="A. Quill").person
    with acting(owner) as unit:
        row = unit.session.merge(gone)
        row.merged_into_id = row.canonical_id = kept.id
    told, _cursor = follow(api, "", until=2)
    (one,) = [item for item in told if item["id"] == str(gone.id)]
    assert (one["state"], one["became_id"]) == ("deleted", str(kept.id))


def test_a_cursor_that_is_none_of_ours_is_refused(app: CommunityFlask, owner: Actor) -> None:
    answer = Api(app, owner).get("/changes?cursor=nonsense")
    assert (answer.status_code, answer.get_json()["code"]) == (422, "bad_cursor")
