"""P1, P2, P3, P9: what was acknowledged is there, exactly once, with what it owes, whoever dies.

Real web and PostgreSQL processes are ended by kill -9 while people log gives over HTTP: a
hundred times each by `make faults`, twice in the checks.
"""

import random
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from community.identity.models import Actor
from tests.factories.identity import make_member, make_team
from tests.faults.conftest import Figures
from tests.faults.load import Answer, Client, Tally, giving
from tests.faults.rig import FULL, Rig

KILLS = 100 if FULL else 2
WRITES = 100_000 if FULL else 20
KEYS_AT_ONCE = 10_000 if FULL else 20
CLIENTS = 8 if FULL else 4


@pytest.fixture(scope="module")
def team(rig: Rig) -> tuple[Actor, list[Actor]]:
    """The owner and the members who will give; web runs."""
    with rig.core():
        owner = make_team()
        members = [make_member(owner) for _ in range(CLIENTS)]
    rig.start("web")
    return owner, members


@pytest.mark.timeout(7200 if FULL else 240)
def test_an_acknowledged_write_is_there_exactly_once_whoever_is_killed(
    rig: Rig, team: tuple[Actor, list[Actor]], figures: Figures
) -> None:
    owner, members = team
    clients = [
        (Client(rig, rig.token(member), number), str(owner.person_id))
        for number, member in enumerate(members, 1)
    ]
    with giving(clients) as tallies:
        for _ in range(KILLS):
            for name in ("web", "postgres"):
                time.sleep(random.uniform(0.3, 1.5))
                rig.kill(name)
                rig.start("web") if name == "web" else rig.postgres.start()
        while sum(len(tally.gives) for tally in tallies) < WRITES and not _wrong(tallies):
            time.sleep(0.2)
    _check(rig, owner, tallies, figures)


def _wrong(tallies: list[Tally]) -> list[str]:
    return [said for tally in tallies for said in tally.wrong]


def _check(rig: Rig, owner: Actor, tallies: list[Tally], figures: Figures) -> None:
    acknowledged = {key: id_ for tally in tallies for key, id_ in tally.gives.items()}
    stored = rig.rows(
        "SELECT story, array_agg(give_id::text) FROM give_words WHERE team_id = %s GROUP BY story",
        owner.team_id,
    )
    found: dict[str, list[str]] = dict(stored)
    lost = [key for key, id_ in acknowledged.items() if id_ not in found.get(key, [])]
    doubled = [story for story, ids in found.items() if len(ids) > 1]
    said = figures(
        acknowledged=len(acknowledged),
        requests=sum(tally.sent for tally in tallies),
        cut=sum(tally.cut for tally in tallies),
        replayed=sum(tally.replayed for tally in tallies),
        kills=dict(rig.kills),
        lost=len(lost),
        doubled=len(doubled),
    )
    assert not _wrong(tallies), (said, _wrong(tallies)[:5])
    assert len(acknowledged) >= WRITES, said
    assert (lost, doubled) == ([], []), said
    assert _owed_wrongly(rig, owner) == [], said
    assert rig.differences(owner) == [], said


def _owed_wrongly(rig: Rig, owner: Actor) -> list[tuple[str, int, int]]:
    """P3: gives with another number of notices or of owed mails than one."""
    return rig.rows(
        """
        SELECT g.id::text, count(DISTINCT n.id), count(DISTINCT o.id) FROM gives g
        LEFT JOIN notices n ON n.team_id = g.team_id AND n.thing_id = g.id
        LEFT JOIN outbox o ON o.team_id = g.team_id AND o.key = 'mail:' || n.key
        WHERE g.team_id = %s GROUP BY g.id
        HAVING count(DISTINCT n.id) <> 1 OR count(DISTINCT o.id) <> 1
        """,
        owner.team_id,
    )


@pytest.mark.timeout(3600 if FULL else 240)
def test_the_same_request_sent_several_times_at_once_has_one_effect(
    rig: Rig, team: tuple[Actor, list[Actor]], figures: Figures
) -> None:
    owner, members = team
    client, other = Client(rig, rig.token(members[0]), 100), str(uuid.uuid4())
    receiver_id = str(owner.person_id)
    path, seen = "/api/v1/gives", Tally()

    def send(key: str) -> Answer:
        seen.sent += 1
        body = {"receiver_id": receiver_id, "kind": "other", "story": key}
        return client.send("POST", path, body, **{"Idempotency-Key": key})

    keys = [str(uuid.uuid4()) for _ in range(KEYS_AT_ONCE)]
    with ThreadPoolExecutor(5) as pool:
        for number, key in enumerate(keys):
            client.source = f"127.1.{number // 250 % 250}.{2 + number % 250}"
            answers = list(pool.map(send, [key] * random.randint(1, 5)))
            assert {answer.status for answer in answers} <= {201, 409}, answers
            assert sum(each.status == 201 and not each.replayed for each in answers) == 1, answers
            seen.gives[key] = client.log_give(receiver_id, seen, key)
    counted = rig.rows(
        "SELECT story, min(give_id::text), count(*) FROM give_words"
        " WHERE story = ANY(%s) GROUP BY story",
        keys,
    )
    doubled = [story for story, _, count in counted if count != 1]
    said = figures(keys=len(keys), requests=seen.sent, doubled=len(doubled))
    assert {story: id_ for story, id_, _ in counted} == seen.gives, said
    assert doubled == [], said
    changed = {"receiver_id": receiver_id, "kind": "other", "story": other}
    assert client.send("POST", path, changed, **{"Idempotency-Key": keys[0]}).status == 422
