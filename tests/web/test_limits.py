"""One address may ask for one route so often in a minute, and no more."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from community.web import security
from community.web.session import CommunityFlask
from tests.factories import identity
from tests.web_client import Api


@pytest.fixture
def limited(app: CommunityFlask, monkeypatch: pytest.MonkeyPatch) -> Iterator[CommunityFlask]:
    """Three requests a minute."""
    monkeypatch.setattr(security.limiter, "enabled", True)
    config = replace(app.config["COMMUNITY"], requests_per_minute=3)
    monkeypatch.setitem(app.config, "COMMUNITY", config)
    with app.app_context():
        security.limiter.reset()
    yield app
    with app.app_context():
        security.limiter.reset()


def test_the_fourth_request_waits_and_is_told_so(limited: CommunityFlask) -> None:
    api = Api(limited, identity.make_team())
    assert [api.get("/me").status_code for _ in range(3)] == [200] * 3
    refused = api.get("/me")
    assert refused.status_code == 429
    assert refused.mimetype == "application/problem+json"
    assert api.get("/team").status_code == 200


def test_health_is_never_refused(limited: CommunityFlask) -> None:
    client = limited.test_client()
    assert {client.get("/healthz").status_code for _ in range(5)} == {200}


def test_none_at_all_by_setting(limited: CommunityFlask, monkeypatch: pytest.MonkeyPatch) -> None:
    config = replace(limited.config["COMMUNITY"], requests_per_minute=0)
    monkeypatch.setitem(limited.config, "COMMUNITY", config)
    api = Api(limited, identity.make_team())
    assert {api.get("/me").status_code for _ in range(5)} == {200}


def test_counters_that_fail_refuse_nobody(
    limited: CommunityFlask, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = []

    def fail(*_: object, **__: object) -> None:
        failures.append("threads can only be started once")
        raise RuntimeError(failures[-1])

    with limited.app_context():
        monkeypatch.setattr(type(security.limiter.storage), "incr", fail)
    assert Api(limited, identity.make_team()).get("/me").status_code == 200
    assert failures
