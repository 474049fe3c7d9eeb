"""P1, P2, P3, P9: what was acknowledged is there, exactly once, with what it owes, whoever dies.

Real processes are ended by kill -9 while people log gives over HTTP: web, one of its workers
alone, and PostgreSQL.
"""

import random
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from community.identity.models import Actor
from tests.factories.identity import make_member, make_team
from tests.faults.checks import check_writes, wrong
from tests.faults.conftest import Figures
from tests.faults.load import Answer, Client, Tally, giving
from tests.faults.rig import Rig
from tests.faults.sizes import CLIENTS, FULL, KEYS_AT_ONCE, KILLS, WRITES

PAUSE_SECONDS = (0.3, 1.5) if FULL else (0.1, 0.6)


@pytest.fixture
def team(rig: Rig) -> tuple[Actor, list[Actor]]:
    """The owner, who receives, and the members, who give; web runs and nobody mails."""
    rig.run("web")
    with rig.core():
        owner = make_team()
        return owner, [make_member(owner) for _ in range(CLIENTS)]


def _clients(rig: Rig, team: tuple[Actor, list[Actor]]) -> list[tuple[Client, str]]:
    owner, members = team
    return [(Client(rig, rig.token(member)), str(owner.person_id)) for member in members]


def _pause() -> None:
    time.sleep(random.uniform(*PAUSE_SECONDS))


@pytest.mark.timeout(7200 if FULL else 240)
def test_an_acknowledged_write_is_there_exactly_once_whoever_is_killed(
    rig: Rig, team: tuple[Actor, list[Actor]], figures: Figures
) -> None:
    with giving(_clients(rig, team)) as tallies:
        for _ in range(KILLS):
            _pause()
            rig.kill("web")
            rig.start("web")
            _pause()
            rig.kill("postgres")
            rig.postgres.start()
        while sum(len(tally.gives) for tally in tallies) < WRITES and not wrong(tallies):
            time.sleep(0.2)
    check_writes(rig, team[0], tallies, figures, at_least=WRITES)


@pytest.mark.timeout(3600 if FULL else 240)
def test_a_web_worker_that_is_killed_takes_nothing_with_it_and_its_master_replaces_it(
    rig: Rig, team: tuple[Actor, list[Actor]], figures: Figures
) -> None:
    master = rig.processes["web"][0]
    with giving(_clients(rig, team)) as tallies:
        for _ in range(KILLS):
            _pause()
            rig.kill_web_worker()
        _pause()
    assert master.poll() is None
    check_writes(rig, team[0], tallies, figures, at_least=KILLS)


@pytest.mark.timeout(3600 if FULL else 240)
def test_the_same_request_sent_several_times_at_once_has_one_effect(
    rig: Rig, team: tuple[Actor, list[Actor]], figures: Figures
) -> None:
    owner, members = team
    client, other = Client(rig, rig.token(members[0])), str(uuid.uuid4())
    receiver_id = str(owner.person_id)
    path, seen, in_progress = "/api/v1/gives", Tally(), 0

    def send(key: str) -> Answer:
        body = {"receiver_id": receiver_id, "kind": "other", "story": key}
        return client.send("POST", path, body, **{"Idempotency-Key": key})

    keys = [str(uuid.uuid4()) for _ in range(KEYS_AT_ONCE)]
    with ThreadPoolExecutor(5) as pool:
        for key in keys:
            answers = list(pool.map(send, [key] * random.randint(1, 5)))
            assert {answer.status for answer in answers} <= {201, 409}, answers
            assert sum(each.status == 201 and not each.replayed for each in answers) == 1, answers
            seen.sent += len(answers)
            in_progress += sum(each.status == 409 for each in answers)
            seen.gives[key] = client.log_give(receiver_id, seen, key)
    counted = rig.rows(
        "SELECT story, min(give_id::text), count(*) FROM give_words"
        " WHERE story = ANY(%s) GROUP BY story",
        keys,
    )
    doubled = [story for story, _, count in counted if count != 1]
    said = figures(
        keys=len(keys), requests=seen.sent, in_progress=in_progress, doubled=len(doubled)
    )
    assert {story: id_ for story, id_, _ in counted} == seen.gives, said
    assert doubled == [], said
    changed = {"receiver_id": receiver_id, "kind": "other", "story": other}
    assert client.send("POST", path, changed, **{"Idempotency-Key": keys[0]}).status == 422
