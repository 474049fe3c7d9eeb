"""P3: what is owed is there exactly when its change is, wherever in the transaction one dies.

Each request is answered by a process of its own, which is ended by kill -9 before or after one of
its statements, before its commit, or around its ring; then the same request is sent once more.
"""

import json
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from community.identity.models import Actor
from tests.factories.identity import make_member, make_team
from tests.faults.checks import differences, owed_wrongly
from tests.faults.conftest import Figures
from tests.faults.rig import ROOT, Rig, eventually
from tests.faults.sizes import DEATHS, FULL


class Dying:
    """The program that dies where it is told, and the member who asks it."""

    def __init__(self, process: "subprocess.Popen[str]", token: str, receiver_id: str) -> None:
        self.process = process
        self.asked = {"token": token, "receiver_id": receiver_id}

    def log_give(self, key: str, at: int = 0) -> dict[str, Any]:
        """Log a give under this key, dying at this point (0: nowhere); what became of it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({**self.asked, "key": key, "at": at}) + "\n")
        self.process.stdin.flush()
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found


@pytest.fixture
def owner(rig: Rig) -> Actor:
    """The owner of a team, who receives; nothing but the servers runs."""
    rig.run()
    with rig.core():
        return make_team()


@pytest.fixture
def dying(rig: Rig, owner: Actor) -> Iterator[Dying]:
    with rig.core():
        member = make_member(owner)
    with (rig.folder / "dying.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.dying"],
            cwd=ROOT,
            env=rig.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    with process:
        yield Dying(process, rig.token(member), str(owner.person_id))


@pytest.mark.timeout(3600 if FULL else 240)
def test_what_is_owed_is_there_exactly_when_its_change_is_wherever_one_dies(
    rig: Rig, owner: Actor, dying: Dying, figures: Figures
) -> None:
    dying.log_give(str(uuid.uuid4()))  # the first of a token does more than those that follow
    whole = dying.log_give(str(uuid.uuid4()))
    assert whole["status"] == 201
    points = range(1, whole["points"] + 1)
    at = {str(uuid.uuid4()): point for _ in range(-(-DEATHS // len(points))) for point in points}
    assert all(dying.log_give(key, point)["killed"] for key, point in at.items())
    eventually(lambda: _no_transaction(rig), "PostgreSQL knows that they are dead")
    there = _gives(rig, list(at))
    said = figures(
        deaths=len(at), points=len(points), committed=len(there), undone=len(at) - len(there)
    )
    assert _answered(rig, list(at)) == there.keys(), said
    assert {at[key] for key in there}.isdisjoint({at[key] for key in at.keys() - there.keys()})
    assert owed_wrongly(rig, owner) == [], said
    assert 0 < len(there) < len(at), said
    again = Counter(dying.log_give(key)["status"] for key in at)
    assert again == {201: len(at)}, said
    now = _gives(rig, list(at))
    assert set(now.values()) == {1}, said
    assert now.keys() == at.keys(), said
    assert owed_wrongly(rig, owner) == [], said
    assert differences(rig, owner) == [], said


def _no_transaction(rig: Rig) -> bool:
    statement = (
        "SELECT pid FROM pg_stat_activity"
        " WHERE usename = 'community_app' AND xact_start IS NOT NULL"
    )
    return rig.rows(statement) == []


def _gives(rig: Rig, keys: list[str]) -> dict[str, int]:
    """How many gives there are under each key that has one."""
    statement = "SELECT story, count(*) FROM give_words WHERE story = ANY(%s) GROUP BY story"
    return dict(rig.rows(statement, keys))


def _answered(rig: Rig, keys: list[str]) -> set[str]:
    """The keys whose first answer is kept."""
    return {
        key for (key,) in rig.rows("SELECT key FROM idempotency_keys WHERE key = ANY(%s)", keys)
    }
