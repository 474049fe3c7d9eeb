"""What the logs hold: enough to find an error, and nothing that people wrote or must keep secret."""

import io
import json
import logging
import uuid
from collections.abc import Callable, Iterator

import pytest
import structlog
from sqlalchemy import text

from community import worker
from community.core import db, outbox, queue
from community.core.mail import MailFailed
from community.identity.models import Actor
from community.installation import PROCESSORS
from community.web.session import CommunityFlask, public
from tests.factories.accounts import make_session, make_token, open_session
from tests.factories.identity import acting, make_member
from tests.factories.people import make_person
from tests.web_client import BASE_URL, Api, Portal

CANARY = f"Kanarienvogel-{uuid.uuid4().hex[:8]}"


class Log:
    """Everything that is logged, by us and by the libraries."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        """As it would stand in the file."""
        return self.stream.getvalue()

    def events(self, name: str) -> list[dict[str, str]]:
        """Our own lines of one kind."""
        lines = [json.loads(line) for line in self.text.splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == name]


@pytest.fixture
def log(app: CommunityFlask) -> Iterator[Log]:
    made, before = Log(), structlog.get_config()
    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(made.stream),
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        processors=PROCESSORS,
    )
    handler = logging.StreamHandler(made.stream)
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield made
    root.removeHandler(handler)
    root.setLevel(level)
    structlog.configure(**before)


def _raise_value() -> None:
    raise ValueError(f"cannot read {CANARY}")


def _raise_chain() -> None:
    try:
        {}[CANARY]
    except KeyError as error:
        raise LookupError(CANARY) from error


def _raise_data() -> None:
    db.session().execute(text("SELECT CAST(:x AS uuid)"), {"x": CANARY})


def _raise_row() -> None:
    """PostgreSQL tells the whole row that fails a check."""
    db.session().execute(
        text("UPDATE persons SET name = :x, audience = 'nobody at all'"), {"x": CANARY}
    )


def _raise_syntax() -> None:
    db.session().execute(text("SELECT nothing FROM persons WHERE name = :x"), {"x": CANARY})


@pytest.mark.parametrize(
    ("fail", "kind"),
    [
        (_raise_value, "ValueError"),
        (_raise_chain, "LookupError"),
        (_raise_data, "sqlstate=22P02"),
        (_raise_syntax, "sqlstate=42703"),
    ],
)
def test_an_error_is_logged_with_its_place_and_without_its_words(
    app: CommunityFlask,
    owner: Actor,
    log: Log,
    monkeypatch: pytest.MonkeyPatch,
    fail: Callable[[], None],
    kind: str,
) -> None:
    endpoint = next(r.endpoint for r in app.url_map.iter_rules() if r.rule == "/api/v1/me")
    monkeypatch.setitem(app.view_functions, endpoint, lambda **_: fail())
    answer = Api(app, owner).get(f"/me?x={CANARY}")
    assert answer.status_code == 500
    assert CANARY not in log.text + answer.get_data(as_text=True)
    noted = log.events("request.failed")
    assert [line["rule"] for line in noted] == ["/api/v1/me"]
    assert noted[0]["trace_id"] == (answer.json or {})["trace_id"]
    assert kind in noted[0]["exception"]
    assert fail.__name__ in noted[0]["exception"]


def test_a_row_that_the_database_refuses_is_not_told(
    app: CommunityFlask, owner: Actor, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = next(r.endpoint for r in app.url_map.iter_rules() if r.rule == "/api/v1/me")
    monkeypatch.setitem(app.view_functions, endpoint, lambda **_: _raise_row())
    assert Api(app, owner).get("/me").status_code == 409
    assert CANARY not in log.text
    assert log.events("request.conflict")[0]["sqlstate"] == "23514"


def test_the_secret_of_a_link_is_not_logged_when_its_page_fails(
    app: CommunityFlask, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = {"/login/<token>", "/invite/<token>", "/i/<token>", "/setup/<token>"}
    for rule in [r for r in app.url_map.iter_rules() if r.rule in rules]:
        broken = public(lambda **_: _raise_value())
        monkeypatch.setitem(app.view_functions, rule.endpoint, broken)
    client = app.test_client()
    for rule in sorted(rules):
        assert client.get(rule.replace("<token>", CANARY), base_url=BASE_URL).status_code == 500
    assert CANARY not in log.text
    assert {line["rule"] for line in log.events("request.failed")} == rules


@pytest.mark.parametrize("error", [ValueError(CANARY), KeyError(CANARY)])
def test_a_job_that_fails_says_where_and_not_what(
    app: CommunityFlask,
    owner: Actor,
    log: Log,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    def broken(_claim: outbox.Claim) -> None:
        raise error

    lane = f"lane-{uuid.uuid4().hex[:12]}"
    monkeypatch.setattr(queue, "ring", lambda _name: None)
    monkeypatch.setitem(outbox._handlers, "test.broken", broken)
    with acting(owner):
        outbox.put("test.broken", {}, queue_name=lane)
    worker.answer_ring(lane)
    assert CANARY not in log.text
    noted = log.events("job.failed")
    assert [line["reason"] for line in noted] == [type(error).__name__]
    assert "broken" in noted[0]["exception"]


def test_a_day_s_work_leaves_neither_words_nor_secrets_in_the_log(
    app: CommunityFlask, owner: Actor, log: Log
) -> None:
    """Notes, help, names, addresses, passwords, tokens, cookies: taken, refused and searched for."""
    api, portal = Api(app, owner), Portal(app, owner)
    member = make_member(owner, f"Quillon {CANARY}")
    person = make_person(owner, f"Petra {CANARY}", email=f"{CANARY}@example.org".lower())
    secrets = [make_token(owner), make_session(owner), api.token]
    for body in ({"body": CANARY}, {"body": CANARY, "visibility": CANARY}, {CANARY: 1}):
        api.post(f"/people/{person.id}/notes", body)
    api.post("/gives", {"receiver_id": str(member.person_id), "story": CANARY})
    api.post("/gives", {"receiver_id": CANARY, "story": CANARY})
    api.get(f"/search?q={CANARY}")
    api.patch(f"/people/{person.id}", {"name": CANARY}, version=99)
    portal.get("//login")
    for password in (CANARY, "x"):
        portal.post("//login/password", {"email": f"{CANARY}@example.org", "password": password})
    portal.post("//login", {"email": f"{CANARY}@example.org"})
    portal.get(f"/search?q={CANARY}")
    for secret in secrets:
        app.test_client().get(f"/login/{secret}", base_url=BASE_URL)
        headers = {"Authorization": f"Bearer {secret}x"}
        app.test_client().get("/api/v1/me", headers=headers, base_url=BASE_URL)
    queue_names = (queue.MAIL, queue.WORK)
    for name in queue_names:
        worker.answer_ring(name)
    said = log.text.lower()
    assert CANARY.lower() not in said
    assert [secret for secret in secrets if secret in log.text] == []
    assert open_session(secrets[1]).id is not None


def test_what_is_refused_is_logged_with_who_and_what(
    app: CommunityFlask, owner: Actor, member: Actor, log: Log
) -> None:
    Api(app, member).get("/audit")
    Api(app, owner, scopes=("read",)).post("/people", {"name": "Petra"})
    app.test_client().get("/api/v1/me", base_url=BASE_URL)
    noted = log.events("request.refused")
    assert [(line["status"], line["code"], line["rule"]) for line in noted] == [
        (403, "not_allowed", "/api/v1/audit"),
        (403, "scope_missing", "/api/v1/people"),
        (401, "no_token", "/api/v1/me"),
    ]
    assert [line["person_id"] for line in noted] == [
        str(member.person_id),
        str(owner.person_id),
        "",
    ]
    assert all(line["timestamp"].endswith("Z") and line["address"] for line in noted)


def test_a_line_break_in_what_is_logged_stays_inside_its_line(log: Log) -> None:
    structlog.get_logger("test").info("mail.refused", reason='x\n{"event": "forged"}')
    assert log.events("forged") == []
    assert len(log.text.splitlines()) == 1


def test_what_a_mail_server_says_is_kept_for_whoever_looks_after_it(
    app: CommunityFlask, owner: Actor, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_claim: outbox.Claim) -> None:
        raise MailFailed("451 come back later", permanent=False)

    lane = f"lane-{uuid.uuid4().hex[:12]}"
    monkeypatch.setattr(queue, "ring", lambda _name: None)
    monkeypatch.setitem(outbox._handlers, "test.refused", refused)
    with acting(owner):
        outbox.put("test.refused", {}, queue_name=lane)
    worker.answer_ring(lane)
    assert "451 come back later" in log.events("job.failed")[0]["reason"]
