"""What changed, for programs that keep a copy: deletions too, and nothing of what they may not see."""

import time
from typing import Any

import pytest

from community.core import crypto
from community.exchange.queries import changes
from community.identity.models import Actor, Visibility
from community.journal import actions as journal
from community.ledger import actions as ledger
from community.people import actions as people
from community.records import actions as records
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import acting, make_member, make_team
from tests.factories.ledger import log_give
from tests.web_client import Api

PATIENCE = 10.0
# What other tests have open is over by then, mostly.
PAUSE = 0.1


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
    assert follow(api, cursor)[0] == [], "asked again, nothing is told twice"
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
    with acting(member):
        two = people.create_person(member, name="Hid Too", visibility=mine).person
        people.tell_apart(member, ada.id, two.id)
    journal.note_export(member, "person", ada.id)
    time.sleep(PAUSE)
    assert follow(api, cursor)[0] == [], "an act on one seen, of which nothing came for its readers"
    with counting() as sent:
        assert api.get(f"/changes?cursor={cursor}").status_code == 200
    assert len(sent) <= 4, str(sent)


def test_a_merged_person_is_gone_and_says_who_they_are_now(
    app: CommunityFlask, owner: Actor
) -> None:
    member = make_member(owner)
    reads, hers = Api(app, owner), Api(app, member)
    with acting(member):
        kept = people.create_person(member, name="Ada Quill").person
        gone = people.create_person(member, name="A. Quill", tags=["choir"]).person
        mine = {"audience": "private", "people": [], "circle_id": None}
        hidden = people.create_person(member, name="Hid", visibility=mine).person
    _told, cursor = follow(reads, "", until=2)
    _told, own = follow(hers, "", until=3)
    with acting(member):
        records.merge_people(member, kept.id, gone.id)
    told, cursor = follow(reads, cursor, until=2)
    states = {item["id"]: (item["state"], item["became_id"]) for item in told}
    assert states == {
        str(kept.id): ("changed", None),
        str(gone.id): ("deleted", str(kept.id)),
    }
    with acting(member):
        records.merge_people(member, kept.id, hidden.id)
    told, _own = follow(hers, own, until=3)
    assert str(hidden.id) in {item["id"] for item in told}
    assert follow(reads, cursor)[0] == [], "nothing came of it that this one reads"


def test_a_cursor_goes_past_what_is_hidden_and_an_answer_is_bounded(
    app: CommunityFlask, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = make_member(owner)
    mine = {"audience": "private", "people": [], "circle_id": None}
    api = Api(app, owner)
    cursor = now(api)
    with acting(member):
        for number in range(12):
            people.create_person(member, name=f"Hid {number}", visibility=mine)
        seen = people.create_person(member, name="Ada Quill").person
    told, after = follow(api, cursor, until=1)
    assert [item["id"] for item in told] == [str(seen.id)]
    monkeypatch.setattr(changes, "AT_ONCE", 2)
    monkeypatch.setattr(changes, "WINDOWS", 2)
    answers = []
    while cursor:
        with counting() as sent:
            answers.append(api.get(f"/changes?cursor={cursor}").get_json())
        assert len(sent) <= 6, str(sent)
        cursor = answers[-1]["next"]
    assert len(answers) > 3, "so many entries are gone through in steps"
    assert [item["id"] for a in answers for item in a["items"]] == [str(seen.id)]
    lengths = {len(answer["cursor"]) for answer in answers} | {len(after)}
    assert len(lengths) == 1, "a cursor tells nothing by its length"
    with counting() as sent:
        assert follow(api, answers[-1]["cursor"])[0] == []
    assert len(sent) <= 4, "what was gone past is not gone through again"


def test_a_cursor_that_is_none_of_ours_is_refused(app: CommunityFlask, owner: Actor) -> None:
    other = make_team()
    theirs = now(Api(app, other))
    for cursor in ("nonsense", theirs, crypto.seal("changes:x"), crypto.seal("other:eA==")):
        answer = Api(app, owner).get(f"/changes?cursor={cursor}")
        assert (answer.status_code, answer.get_json()["code"]) == (422, "bad_cursor")
