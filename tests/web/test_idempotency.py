"""One request, one effect: keys, versions, and bodies that nobody can read."""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from community.accounts.models import ApiToken
from community.core import clock, db
from community.core.idempotency import IdempotencyKey
from community.identity.models import Actor
from community.people.models import Person
from community.web import idempotency
from community.web.security import BODY_LIMIT, JSON_DEPTH
from community.web.session import CommunityFlask
from tests.factories.identity import acting
from tests.factories.people import make_person
from tests.web_client import Api, Portal


@pytest.fixture
def api(app: CommunityFlask, owner: Actor) -> Api:
    return Api(app, owner)


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid.uuid4())}


def people_called(actor: Actor, name: str) -> int:
    with acting(actor) as unit:
        return (
            unit.session.scalar(
                select(func.count()).where(Person.team_id == actor.team_id, Person.name == name)
            )
            or 0
        )


def kept(actor: Actor) -> int:
    with acting(actor) as unit:
        found = unit.session.scalar(
            select(func.count()).where(IdempotencyKey.team_id == actor.team_id)
        )
    return found or 0


def test_the_same_key_and_body_is_one_effect_and_one_answer(api: Api, owner: Actor) -> None:
    headers = key()
    first = api.post("/people", {"name": "Mara Ellison"}, headers=headers)
    again = api.post("/people", {"name": "Mara Ellison"}, headers=headers)
    assert first.status_code == again.status_code == 201
    assert first.data == again.data
    for name in ("Location", "ETag", "Content-Type"):
        assert first.headers[name] == again.headers[name]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert people_called(owner, "Mara Ellison") == 1


def test_who_looked_before_the_first_was_done_undoes_its_own_effect(
    api: Api, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = key()
    first = api.post("/people", {"name": "Mara Ellison"}, headers=headers)
    with monkeypatch.context() as patch:
        # What a statement sees that began before the first's commit and took the lock after it.
        patch.setattr(
            idempotency, "_LOOK", text("SELECT true AS mine, CAST(NULL AS bytea) AS request_digest")
        )
        second = api.post("/people", {"name": "Mara Ellison"}, headers=headers)
    assert (second.status_code, second.json["code"]) == (409, "in_progress")
    assert people_called(owner, "Mara Ellison") == 1
    assert api.post("/people", {"name": "Mara Ellison"}, headers=headers).data == first.data


def test_the_same_key_with_another_body_is_refused(api: Api, owner: Actor) -> None:
    headers = key()
    api.post("/people", {"name": "Mara Ellison"}, headers=headers)
    refused = api.post("/people", {"name": "Kofi Asante"}, headers=headers)
    assert refused.status_code == 422
    assert refused.json["code"] == "key_reused"
    assert people_called(owner, "Kofi Asante") == 0


def test_the_same_key_at_another_address_is_refused(api: Api) -> None:
    headers = key()
    api.post("/people", {"name": "Mara Ellison"}, headers=headers)
    refused = api.post("/circles", {"name": "Mara Ellison"}, headers=headers)
    assert (refused.status_code, refused.json["code"]) == (422, "key_reused")


def test_without_a_key_every_request_acts(api: Api, owner: Actor) -> None:
    api.post("/people", {"name": "Mara Ellison"})
    api.post("/people", {"name": "Mara Ellison"})
    assert people_called(owner, "Mara Ellison") == 2
    assert kept(owner) == 0


def test_a_key_belongs_to_its_member(app: CommunityFlask, owner: Actor, member: Actor) -> None:
    headers = key()
    first = Api(app, owner).post("/people", {"name": "Mara Ellison"}, headers=headers)
    other = Api(app, member).post("/people", {"name": "Mara Ellison"}, headers=headers)
    assert first.json["id"] != other.json["id"]


def test_only_successes_are_kept(api: Api, owner: Actor) -> None:
    headers = key()
    refused = api.post("/people", {"name": ""}, headers=headers)
    assert refused.status_code == 422
    assert kept(owner) == 0
    mended = api.post("/people", {"name": "Mara Ellison"}, headers=headers)
    assert mended.status_code == 201


def test_a_key_is_forgotten_after_a_day(api: Api, owner: Actor) -> None:
    headers = key()
    api.post("/people", {"name": "Mara Ellison"}, headers=headers)
    with acting(owner) as unit:
        unit.session.execute(
            update(IdempotencyKey)
            .where(IdempotencyKey.team_id == owner.team_id)
            .values(created_at=clock.now() - timedelta(hours=24, seconds=1))
        )
    late = api.post("/people", {"name": "Kofi Asante"}, headers=headers)
    assert late.status_code == 201
    assert kept(owner) == 1


@contextmanager
def _working_on(actor: Actor, header: dict[str, str]) -> Iterator[None]:
    """Hold the lock that a request with this key holds while it runs."""
    lock = f"{actor.member_id}:{header['Idempotency-Key']}"
    with db.engine().connect() as connection, connection.begin():
        connection.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:lock, 0))"), {"lock": lock}
        )
        yield


def test_while_the_first_is_worked_on_the_second_is_told_so_at_once(api: Api, owner: Actor) -> None:
    headers = key()
    with _working_on(owner, headers):
        second = api.post("/people", {"name": "Mara Ellison"}, headers=headers)
    assert (second.status_code, second.json["code"]) == (409, "in_progress")
    assert people_called(owner, "Mara Ellison") == 0
    assert api.post("/people", {"name": "Mara Ellison"}, headers=headers).status_code == 201


def test_of_many_at_once_one_acts(app: CommunityFlask, owner: Actor) -> None:
    """Two programs with one key: one acts; the other hears its answer, or that it is not done."""
    headers, start = key(), threading.Barrier(4)
    answers: list[Any] = []
    clients = [Api(app, owner) for _ in range(4)]

    def send(client: Api) -> None:
        start.wait(10)
        answers.append(client.post("/people", {"name": "Mara Ellison"}, headers=headers))

    threads = [threading.Thread(target=send, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    done = [answer for answer in answers if answer.status_code == 201]
    waiting = [answer for answer in answers if answer.status_code == 409]
    assert len(answers) == 4
    assert len(done) + len(waiting) == 4
    assert len({answer.data for answer in done}) == 1
    assert {answer.json["code"] for answer in waiting} <= {"in_progress"}
    assert people_called(owner, "Mara Ellison") == 1


def test_a_secret_is_answered_once_and_never_kept(api: Api, owner: Actor) -> None:
    headers, body = key(), {"name": "Reader", "scopes": ["read"]}
    first = api.post("/tokens", body, headers=headers)
    again = api.post("/tokens", body, headers=headers)
    assert first.status_code == 201
    assert (again.status_code, again.json["code"]) == (409, "already_created")
    assert first.json["token"] not in again.get_data(as_text=True)
    with acting(owner) as unit:
        row = unit.session.scalars(
            select(IdempotencyKey).where(IdempotencyKey.team_id == owner.team_id)
        ).one()
        made = unit.session.scalar(
            select(func.count()).where(ApiToken.team_id == owner.team_id, ApiToken.name == "Reader")
        )
    assert (row.body, str(row.thing_id)) == (None, first.json["id"])
    assert made == 1


@pytest.mark.parametrize("bad", ["", "short", "x" * 201, "with\ttab-and-more", "schlüssel-1"])
def test_a_key_has_a_shape(api: Api, bad: str) -> None:
    refused = api.post("/people", {"name": "M"}, headers={"Idempotency-Key": bad})
    assert (refused.status_code, refused.json["code"]) == (422, "bad_key")


def test_a_form_sent_twice_acts_once(app: CommunityFlask, owner: Actor) -> None:
    portal = Portal(app, owner)
    portal.get("/people/new")
    form = {"name": "Mara Ellison", "visibility": "team", "idempotency_key": str(uuid.uuid4())}
    first, again = portal.post("/people/new", form), portal.post("/people/new", form)
    assert first.status_code == again.status_code == 303
    assert first.headers["Location"] == again.headers["Location"]
    assert people_called(owner, "Mara Ellison") == 1


def test_a_form_that_came_back_can_be_mended_under_its_key(
    app: CommunityFlask, owner: Actor
) -> None:
    portal = Portal(app, owner)
    portal.get("/people/new")
    sent = {"visibility": "team", "idempotency_key": str(uuid.uuid4())}
    assert portal.post("/people/new", {**sent, "name": ""}).status_code == 422
    assert portal.post("/people/new", {**sent, "name": "Mara Ellison"}).status_code == 303
    assert people_called(owner, "Mara Ellison") == 1


def test_a_form_with_a_secret_shows_it_once(app: CommunityFlask, owner: Actor) -> None:
    portal = Portal(app, owner)
    portal.get("/settings/tokens")
    form = {
        "name": "Reader",
        "scopes": ["read"],
        "days": "30",
        "idempotency_key": str(uuid.uuid4()),
    }
    first, again = portal.post("/settings/tokens", form), portal.post("/settings/tokens", form)
    assert f"cty_{owner.team_key}_" in first.get_data(as_text=True)
    assert again.status_code == 409
    assert f"cty_{owner.team_key}_" not in again.get_data(as_text=True)


def test_an_etag_is_the_version_and_spares_a_second_reading(api: Api, owner: Actor) -> None:
    person = make_person(owner)
    first = api.get(f"/people/{person.id}")
    assert first.headers["ETag"] == f'"{first.json["version"]}"'
    known = api.get(f"/people/{person.id}", headers={"If-None-Match": first.headers["ETag"]})
    assert (known.status_code, known.data) == (304, b"")
    assert known.headers["ETag"] == first.headers["ETag"]
    other = api.get(f"/people/{person.id}", headers={"If-None-Match": '"999"'})
    assert other.status_code == 200
    many = api.get(f"/people/{person.id}", headers={"If-None-Match": 'W/"7", "1", "12"'})
    assert many.status_code == 304


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_change_names_the_version_it_saw(api: Api, owner: Actor, method: str) -> None:
    person = make_person(owner)
    path, body = f"/people/{person.id}", {"call_name": "Quill"}
    missing = api.open(method, path, json=body)
    assert (missing.status_code, missing.json["code"]) == (428, "if_match_required")
    for stale in ('"2"', "nonsense", '"-1"', '"1.0"'):
        refused = api.open(method, path, json=body, headers={"If-Match": stale})
        assert (refused.status_code, refused.json["code"]) == (412, "stale"), stale
    assert api.open(method, path, json=body, headers={"If-Match": '"1"'}).status_code < 300


def test_of_two_changes_to_one_version_one_is_refused(api: Api, owner: Actor) -> None:
    person = make_person(owner)
    first = api.patch(f"/people/{person.id}", {"call_name": "One"}, version=1)
    second = api.patch(f"/people/{person.id}", {"call_name": "Two"}, version=1)
    assert (first.status_code, second.status_code) == (200, 412)
    assert first.headers["ETag"] == f'"{first.json["version"]}"' != '"1"'
    assert api.get(f"/people/{person.id}").json["call_name"] == "One"


def test_a_star_means_whatever_is_there(api: Api, owner: Actor) -> None:
    person = make_person(owner)
    assert api.patch(f"/people/{person.id}", {"call_name": "One"}, version="*").status_code == 200


PROBLEMS = {
    "404": ("GET", f"/people/{uuid.uuid4()}", {}),
    "405": ("PUT", "/people", {"json": {}}),
    "415": ("POST", "/people", {"data": "name=Mara", "content_type": "text/plain"}),
    "422": ("POST", "/people", {"json": {"name": "Mara", "nmae": "Ellison"}}),
}


@pytest.mark.parametrize("status", PROBLEMS)
def test_every_refusal_has_the_one_shape(api: Api, status: str) -> None:
    method, path, sent = PROBLEMS[status]
    response = api.open(method, path, **sent)
    assert response.status_code == int(status)
    assert response.mimetype == "application/problem+json"
    found = response.json
    assert set(found) == {"type", "title", "status", "detail", "code", "errors", "trace_id"}
    assert found["status"] == int(status)
    assert found["type"] == f"urn:community:problem:{found['code']}"
    assert found["detail"].endswith(".")


def test_refused_fields_are_named(api: Api) -> None:
    response = api.post("/people", {"nmae": "Mara", "emails": [{"value": "no address"}]})
    assert {error["field"] for error in response.json["errors"]} == {
        "name",
        "nmae",
        "emails.0.value",
    }
    assert all(error["message"] for error in response.json["errors"])


def _nested(depth: int) -> str:
    return '{"name": "Mara", "extra": ' + "[" * depth + "]" * depth + "}"


UNREADABLE = {
    "nothing": ("", 422),
    "half": ('{"name": ', 422),
    "nan": ('{"name": NaN}', 422),
    "infinity": ('{"name": Infinity}', 422),
    "lone surrogate": ('{"name": "\\ud800"}', 422),
    "not utf-8": (b'{"name": "\xff"}', 422),
    "utf-16": ('{"name": "Mara"}'.encode("utf-16"), 422),
    "nul": ('{"name": "Ma\\u0000ra"}', 422),
    "control": ('{"name": "Ma\\u0007ra"}', 422),
    "deep": (_nested(JSON_DEPTH + 1), 422),
    "very deep": (_nested(100_000), 422),
    "deep enough": (_nested(JSON_DEPTH - 1), 422),
    "a list": ("[]", 422),
    "a number": ("7", 422),
    "null": ("null", 422),
    "too long": (f'{{"name": "{"x" * BODY_LIMIT}"}}', 413),
    "huge number": ('{"name": "Mara", "birthday": {"month": 1e999, "day": 1}}', 422),
    "big number": (f'{{"name": "Mara", "birthday": {{"month": {10**40}, "day": 1}}}}', 422),
    "a fraction": ('{"name": "Mara", "birthday": {"month": 1.5, "day": 1}}', 422),
    "a wrong type": ('{"name": 7}', 422),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_bodies_that_cannot_be_read_are_refused(api: Api, owner: Actor, what: str) -> None:
    body, status = UNREADABLE[what]
    response = api.open("POST", "/people", data=body, content_type="application/json")
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.mimetype == "application/problem+json"
    assert people_called(owner, "Mara") == 0


@pytest.mark.parametrize("value", ["Ma\0ra", "Ma\x07ra", "M" * 201, "M\nara"])
def test_forms_refuse_the_same_beside_the_field(
    app: CommunityFlask, owner: Actor, value: str
) -> None:
    portal = Portal(app, owner)
    portal.get("/people/new")
    response = portal.post("/people/new", {"name": value, "visibility": "team"})
    assert response.status_code == 422
    assert 'id="f-name-error"' in response.get_data(as_text=True)


def test_a_form_larger_than_a_mebibyte_is_refused(app: CommunityFlask, owner: Actor) -> None:
    portal = Portal(app, owner)
    portal.get("/people/new")
    response = portal.post("/people/new", {"name": "x" * BODY_LIMIT})
    assert response.status_code == 413
    assert response.mimetype == "text/html"
