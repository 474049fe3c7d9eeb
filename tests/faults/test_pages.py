"""P10: pages and API answer while the queue's server is away, and what is owed comes later."""

import time
import uuid
from collections import Counter
from statistics import quantiles

import pytest

from community.identity.models import Actor
from tests.factories.identity import make_member, make_team
from tests.faults.checks import differences, due
from tests.faults.conftest import Figures
from tests.faults.load import Client
from tests.faults.rig import Rig, eventually
from tests.faults.sizes import AWAY_SECONDS, FULL, HEALED_SECONDS

PAGES = ("/", "/people", "/gives", "/more", "/search?q=noor", "/settings/notifications")
RESOURCES = ("/me", "/people", "/gives", "/reciprocity/me", "/notices")


@pytest.fixture
def owner(rig: Rig) -> Actor:
    """The owner of a team on the installation, with web, a mail worker and the clock running."""
    rig.run("web", "mail", "clock")
    with rig.core():
        return make_team()


@pytest.mark.timeout(1800 if FULL else 240)
def test_pages_and_api_answer_while_the_queue_is_away(
    rig: Rig, owner: Actor, figures: Figures
) -> None:
    with rig.core():
        other = make_member(owner)
    visitor = _Visitor(rig, owner, other)
    before = visitor.look_around(AWAY_SECONDS / 4)
    assert set(visitor.statuses) <= {200, 201}, visitor.statuses
    rig.kill("valkey")
    try:
        away = visitor.look_around(AWAY_SECONDS)
    finally:
        rig.valkey.start()
    healed = eventually(lambda: due(rig, owner) == 0, "what was owed meanwhile is out")
    said = figures(
        requests=len(away),
        statuses=dict(visitor.statuses),
        p95_ms_before=round(_p95(before) * 1000),
        p95_ms_away=round(_p95(away) * 1000),
        all_out_after_seconds=round(healed, 1),
    )
    assert set(visitor.statuses) <= {200, 201}, said
    assert healed <= HEALED_SECONDS, said
    assert differences(rig, owner) == [], said


class _Visitor:
    """Reads every page and resource in turn, and logs a give each time round."""

    def __init__(self, rig: Rig, owner: Actor, other: Actor) -> None:
        self.browser = Client(rig, "")
        self.browser.headers = {"Cookie": f"community={rig.cookie(owner)}"}
        self.api = Client(rig, rig.token(owner))
        self.home = f"/t/{owner.team_slug}"
        self.receiver_id = str(other.person_id)
        self.statuses: Counter[int] = Counter()

    def look_around(self, seconds: float) -> list[float]:
        """Go round until the time is over, once at least; how long each answer took."""
        took: list[float] = []
        ends = time.monotonic() + seconds
        while not took or time.monotonic() < ends:
            took += [self._ask(self.browser, "GET", f"{self.home}{page}") for page in PAGES]
            took += [self._ask(self.api, "GET", f"/api/v1{name}") for name in RESOURCES]
            body = {"receiver_id": self.receiver_id, "kind": "other", "story": str(uuid.uuid4())}
            took.append(self._ask(self.api, "POST", "/api/v1/gives", body))
        return took

    def _ask(self, client: Client, method: str, path: str, body: object = None) -> float:
        began = time.monotonic()
        answer = client.send(method, path, body)
        self.statuses[answer.status] += 1
        assert answer.status in (200, 201), (method, path, answer.status, answer.body[:500])
        return time.monotonic() - began


def _p95(took: list[float]) -> float:
    return quantiles(took, n=20)[-1]
