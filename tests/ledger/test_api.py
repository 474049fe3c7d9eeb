"""The API of the ledger: success and refusal."""

from typing import Any
from uuid import uuid4

import pytest
from marshmallow import Schema

from community.identity.models import Actor
from community.ledger import schemas
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import make_circle, make_member
from tests.factories.ledger import log_give, say_thanks
from tests.factories.people import make_person
from tests.web_client import Api


def fits(schema: type[Schema], body: dict[str, Any]) -> bool:
    """Whether an answer has exactly the fields its schema names, and all of its types."""
    return set(body) == set(schema().fields) and not schema(unknown="raise").validate(body)


def test_a_logged_give_waits_for_the_receivers_word(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    body = {"receiver_id": str(member.person_id), "kind": "advice", "story": "an hour"}
    answer = Api(app, owner).post("/gives", body)
    assert answer.status_code == 201
    assert fits(schemas.GiveOut, answer.json)
    assert answer.headers["Location"] == f"/api/v1/gives/{answer.json['id']}"
    assert (answer.json["state"], answer.json["awaiting"]) == ("logged", True)
    assert (answer.json["value"], answer.json["counted_value"]) == (1.0, 0.0)
    assert answer.json["created_by_id"] == str(owner.person_id)
    read = Api(app, owner).get(f"/gives/{answer.json['id']}")
    assert read.json == answer.json
    assert read.headers["ETag"] == '"1"'


def test_thanks_count_at_once(app: CommunityFlask, owner: Actor, member: Actor) -> None:
    body = {"giver_id": str(member.person_id), "kind": "time", "impact": "large", "story": "a day"}
    answer = Api(app, owner).post("/thanks", body)
    assert answer.status_code == 201
    assert fits(schemas.GiveOut, answer.json)
    assert (answer.json["state"], answer.json["counted_value"]) == ("acknowledged", 2.0)
    pair = Api(app, owner).get(f"/reciprocity/people/{member.person_id}")
    assert pair.json["received"] == 2.0


def test_the_acknowledgement_counts_with_the_impact(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    give_id = log_give(owner, member.person_id).give.id
    body = {"impact": "small", "thanks": "just in time"}
    answer = Api(app, member).post(f"/gives/{give_id}/acknowledgement", body)
    assert answer.status_code == 200
    assert (answer.json["state"], answer.json["counted_value"]) == ("acknowledged", 0.5)
    assert answer.json["thanks"] == "just in time"
    again = Api(app, member).post(f"/gives/{give_id}/acknowledgement", body)
    assert again.status_code == 409


def test_an_amendment_is_a_yes_with_a_difference(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    give_id = log_give(owner, member.person_id).give.id
    api = Api(app, member)
    assert api.post(f"/gives/{give_id}/amendment", {"thanks": "x"}).status_code == 422
    answer = api.post(f"/gives/{give_id}/amendment", {"kind": "time", "size": "large"})
    assert (answer.json["state"], answer.json["kind"]) == ("amended", "time")
    assert answer.json["counted_value"] == 2.0


def test_a_dispute_is_read_by_the_two_alone(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    third = make_member(owner, "Kofi Asante")
    give_id = log_give(owner, member.person_id).give.id
    assert Api(app, third).get(f"/gives/{give_id}").status_code == 200
    answer = Api(app, member).post(f"/gives/{give_id}/dispute", {"reason": "it was Ivy"})
    assert (answer.json["state"], answer.json["dispute_reason"]) == ("disputed", "it was Ivy")
    assert Api(app, owner).get(f"/gives/{give_id}").json["dispute_reason"] == "it was Ivy"
    assert Api(app, third).get(f"/gives/{give_id}").status_code == 404


@pytest.mark.parametrize("verb", ["acknowledgement", "dispute"])
def test_nobody_but_the_receiver_answers(
    app: CommunityFlask, owner: Actor, member: Actor, verb: str
) -> None:
    give_id = log_give(owner, member.person_id).give.id
    assert Api(app, owner).post(f"/gives/{give_id}/{verb}").status_code == 403
    assert Api(app, make_member(owner)).post(f"/gives/{give_id}/{verb}").status_code == 403


def test_a_retraction_ends_it(app: CommunityFlask, owner: Actor, member: Actor) -> None:
    give_id = log_give(owner, member.person_id).give.id
    assert Api(app, member).post(f"/gives/{give_id}/retraction").status_code == 403
    assert Api(app, owner).post(f"/gives/{give_id}/retraction").json["state"] == "retracted"
    assert Api(app, member).post(f"/gives/{give_id}/acknowledgement").status_code == 409


def test_a_correction_answers_the_entry_and_what_replaces_it(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    give_id = say_thanks(owner, member.person_id, impact="large").give.id
    body = {"replacement": {"size": "small"}}
    answer = Api(app, owner).post(f"/gives/{give_id}/correction", body)
    assert answer.status_code == 200
    assert fits(schemas.CorrectedOut, answer.json)
    assert (answer.json["state"], answer.json["counted_value"]) == ("corrected", 0.0)
    assert answer.json["replacement"]["replaces_id"] == str(give_id)
    assert answer.json["replacement"]["counted_value"] == 0.5
    bare = Api(app, owner).post(f"/gives/{answer.json['replacement']['id']}/correction")
    assert bare.json["replacement"] is None
    assert Api(app, owner).get(f"/reciprocity/people/{member.person_id}").json["volume"] == 0


def test_sharing_is_the_authors(app: CommunityFlask, owner: Actor, member: Actor) -> None:
    third = make_member(owner, "Kofi Asante")
    private = {"visibility": {"audience": "private"}}
    give_id = log_give(owner, member.person_id).give.id
    assert Api(app, third).get(f"/gives/{give_id}").status_code == 200
    assert Api(app, member).post(f"/gives/{give_id}/sharing", private).status_code == 403
    answer = Api(app, owner).post(f"/gives/{give_id}/sharing", private)
    assert answer.json["visibility"] == {"audience": "private", "people": [], "circle_id": None}
    assert Api(app, third).get(f"/gives/{give_id}").status_code == 404


def test_people_with_nobody_named_is_a_private_give(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    body = {
        "receiver_id": str(member.person_id),
        "visibility": {"audience": "people", "people": []},
    }
    answer = Api(app, owner).post("/gives", body)
    assert answer.json["visibility"]["audience"] == "private"
    assert Api(app, member).get(f"/gives/{answer.json['id']}").status_code == 200
    assert Api(app, make_member(owner)).get(f"/gives/{answer.json['id']}").status_code == 404


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"receiver_id": None}, "receiver_id", "required"),
        ({"receiver_id": "self"}, "receiver_id", "self_give"),
        ({"receiver_id": str(uuid4())}, "receiver_id", "no_such_person"),
        ({"giver_id": str(uuid4())}, "giver_id", "not_one_of_the_two"),
        ({"happened_on": "2199-01-01"}, "happened_on", "too_far_ahead"),
        ({"kind": "money"}, "kind", "invalid"),
        ({"size": "huge"}, "size", "invalid"),
        ({"minutes": 1.5}, "minutes", "invalid"),
        ({"minutes": 0}, "minutes", "invalid"),
        ({"story": "a\u0000b"}, "story", "invalid"),
        ({"state": "acknowledged"}, "state", "invalid"),
        ({"counted_value": 6}, "counted_value", "invalid"),
        ({"inspired_by_id": str(uuid4())}, "inspired_by_id", "no_such_give"),
        ({"no_reply": True, "visibility": {"audience": "team"}}, "visibility", "no_reply"),
        ({"tell_outsider": {"subject": "a", "body": "b"}}, "tell_outsider", "not_outside"),
        (
            {"visibility": {"audience": "circle", "circle_id": str(uuid4())}},
            "visibility.circle_id",
            "not_your_circle",
        ),
    ],
)
def test_what_breaks_a_rule_is_refused_with_its_field(
    app: CommunityFlask, owner: Actor, member: Actor, change: dict[str, Any], field: str, code: str
) -> None:
    body = {"receiver_id": str(member.person_id), **change}
    if body["receiver_id"] == "self":
        body["receiver_id"] = str(owner.person_id)
    answer = Api(app, owner).post("/gives", body)
    assert answer.status_code == 422
    assert (answer.json["code"], answer.json["errors"][0]["field"]) == (code, field)


def test_a_hidden_person_is_not_to_be_named(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    hidden = make_person(owner, "Canary Hidden", audience="private")
    answer = Api(app, member).post("/gives", {"receiver_id": str(hidden.id)})
    assert answer.status_code == 422
    assert "Canary" not in answer.get_data(as_text=True)


def test_another_teams_gives_are_not_there(
    app: CommunityFlask, owner: Actor, member: Actor, stranger: Actor
) -> None:
    give_id = log_give(owner, member.person_id).give.id
    api = Api(app, stranger)
    assert api.get(f"/gives/{give_id}").status_code == 404
    assert api.post(f"/gives/{give_id}/retraction").status_code == 404
    assert api.get("/gives").json == {"items": [], "next": None}
    assert api.get(f"/reciprocity/people/{owner.person_id}").status_code == 404


def test_the_list_pages_by_day_and_is_filtered(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    outsider = make_person(owner)
    thanked = say_thanks(owner, member.person_id, kind="time").give.id
    waiting = log_give(owner, member.person_id, kind="advice").give.id
    outside = log_give(owner, outsider.id, kind="advice").give.id
    api = Api(app, owner)

    def ids(query: str) -> set[str]:
        answer = api.get(f"/gives{query}")
        assert answer.status_code == 200, answer.json
        assert all(fits(schemas.GiveOut, item) for item in answer.json["items"])
        return {item["id"] for item in answer.json["items"]}

    assert ids("") == {str(thanked), str(waiting), str(outside)}
    assert ids("?from=me") == {str(waiting), str(outside)}
    assert ids("?to=me") == {str(thanked)}
    assert ids(f"?to={member.person_id}") == {str(waiting)}
    assert ids(f"?with={member.person_id}") == {str(thanked), str(waiting)}
    assert ids("?kind=advice&from=me") == {str(waiting), str(outside)}
    assert ids("?state=acknowledged") == {str(thanked)}
    assert ids("?thanked=no") == {str(waiting), str(outside)}
    assert ids("?since=2199-01-01") == set()
    first = api.get("/gives?limit=2")
    assert 'rel="next"' in first.headers["Link"]
    rest = api.get(f"/gives?limit=2&cursor={first.json['next']}")
    assert len(rest.json["items"]) == 1
    assert rest.json["next"] is None
    assert api.get("/gives?cursor=nonsense").status_code == 422
    assert api.get("/gives?colour=red").status_code == 422
    assert api.get("/gives?from=somebody").status_code == 422


def test_no_reply_reaches_nobody(app: CommunityFlask, owner: Actor, member: Actor) -> None:
    body = {"receiver_id": str(member.person_id), "no_reply": True}
    answer = Api(app, owner).post("/gives", body)
    assert answer.json["visibility"]["audience"] == "private"
    assert (answer.json["awaiting"], answer.json["counted_value"]) == (False, 1.0)
    give_id = answer.json["id"]
    assert Api(app, member).get(f"/gives/{give_id}").status_code == 404
    assert Api(app, member).get("/gives").json["items"] == []
    assert Api(app, member).post(f"/gives/{give_id}/acknowledgement").status_code == 404


def test_a_circle_reads_its_gives(app: CommunityFlask, owner: Actor, member: Actor) -> None:
    friend, other = make_member(owner, "Kofi Asante"), make_member(owner, "Lena Brandt")
    circle = make_circle(owner, friend)
    visibility = {"audience": "circle", "circle_id": str(circle.id)}
    body = {"receiver_id": str(member.person_id), "visibility": visibility}
    answer = Api(app, owner).post("/gives", body)
    assert answer.status_code == 201
    path = f"/gives/{answer.json['id']}"
    assert [Api(app, reader).get(path).status_code for reader in (friend, member, other)] == [
        200,
        200,
        404,
    ]


def test_undo_of_an_answer_lets_the_give_wait_again(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    give_id = log_give(owner, member.person_id).give.id
    api = Api(app, member)
    api.post(f"/gives/{give_id}/acknowledgement", {"thanks": "oops"})
    answer = api.post(f"/gives/{give_id}/undo")
    assert (answer.json["state"], answer.json["thanks"]) == ("logged", "")
    assert answer.json["awaiting"] is True


def test_logging_a_give_costs_ten_statements_at_most(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    outsider = make_person(owner, email="mara@example.org")
    api = Api(app, owner)
    headers = {"Idempotency-Key": "a-key-of-one-request"}
    with counting() as colleague:
        api.post("/gives", {"receiver_id": str(member.person_id), "story": "x"})
    with counting() as outside:
        api.post("/gives", {"receiver_id": str(outsider.id), "story": "x"})
    with counting() as thanks:
        api.post("/thanks", {"giver_id": str(member.person_id), "story": "x"}, headers=headers)
    assert len(colleague) <= 8, colleague
    assert len(outside) <= 7, outside
    assert len(thanks) <= 10, thanks


def test_the_list_costs_two_statements(app: CommunityFlask, owner: Actor, member: Actor) -> None:
    for _ in range(3):
        log_give(owner, member.person_id)
    api = Api(app, owner)
    with counting() as sent:
        api.get("/gives")
    assert len(sent) == 2, sent


def test_no_answer_tells_the_id_of_an_earlier_give_that_is_hidden(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    private = {"audience": "private", "people": [], "circle_id": None}
    hidden = str(say_thanks(owner, make_person(owner).id, visibility=private).give.id)
    body = {"receiver_id": str(member.person_id), "inspired_by_id": hidden}
    made = Api(app, owner).post("/gives", body)
    assert made.json["inspired_by_id"] == hidden
    path = f"/gives/{made.json['id']}"
    theirs = Api(app, member)
    for answer in (
        theirs.get(path),
        theirs.get("/gives"),
        theirs.get(f"/people/{member.person_id}/timeline"),
        theirs.post(f"{path}/acknowledgement", {}),
        theirs.post(f"{path}/correction", {"replacement": {"story": "two hours"}}),
    ):
        assert answer.status_code == 200, answer.json
        assert hidden not in answer.get_data(as_text=True)
