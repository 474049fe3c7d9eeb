"""The chain over the journal: sealed behind every writer, and every later hand is found."""

import random
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import accumulate
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from community.core import clock, db, schema
from community.identity.models import Actor
from community.journal import actions, chain, queries
from community.journal.chain import Head, Problem
from tests.conftest import counting, database_url
from tests.conftest_servers import Servers
from tests.factories.identity import acting, make_team
from tests.factories.journal import seal_all
from tests.faults.sizes import size


@pytest.fixture
def as_owner_role(servers: Servers, worker_database: str) -> Iterator[Connection]:
    """Someone with the database's own rights, who can write what the application cannot."""
    engine = create_engine(
        database_url(servers, schema.OWNER, worker_database),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
    )
    with engine.connect() as connection:
        yield connection


def write(actor: Actor, count: int = 1) -> None:
    """Acts of one transaction each."""
    for number in range(count):
        with acting(actor):
            actions.record(
                actor, "acknowledge", "give", uuid.uuid4(), fields=[f"f{number}", "impact"]
            )


def seal(actor: Actor) -> int:
    with db.transaction(actor.team_id):
        return actions.seal(clock.now())


def problems(actor: Actor, head: Head | None = None) -> list[Problem]:
    with db.transaction(actor.team_id):
        return list(queries.verify(actor.team_id, head))


def test_what_was_done_is_sealed_and_found_whole(owner: Actor) -> None:
    write(owner, 5)
    seal_all(owner, 5)
    write(owner, 3)
    seal_all(owner, 3)
    assert seal(owner) == 0
    assert problems(owner) == []
    with db.transaction(owner.team_id):
        # Whoever else writes on this server may cut a seal short, and the next takes the rest.
        links = list(accumulate(s.entries for s in queries.find_seals(owner.team_id)))
    assert {5, 8} <= set(links)
    assert links[-1] == 8


def test_a_team_without_seals_has_no_problem_but_with_a_kept_head(owner: Actor) -> None:
    write(owner)
    assert problems(owner) == []
    assert [p.seq for p in problems(owner, Head(3, "00" * 32))] == [3]


def test_a_long_journal_is_sealed_in_links(owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "SEAL_LIMIT", 4)
    write(owner, 10)
    with acting(owner):
        for _ in range(9):
            actions.record(owner, "import", "person", uuid.uuid4())
    seal_all(owner, 19)
    with db.transaction(owner.team_id):
        entries = [s.entries for s in queries.find_seals(owner.team_id)]
    assert sum(entries) == 19
    assert max(entries[:-1]) <= 4
    assert entries[-1] >= 9, "an act is never cut in two"
    assert problems(owner) == []


def test_a_seal_never_waits_for_a_writer_and_never_overtakes_one(owner: Actor) -> None:
    write(owner, 2)
    inside, go_on = threading.Event(), threading.Event()

    def slow_writer() -> None:
        with acting(owner):
            actions.record(owner, "log", "give", uuid.uuid4())
            db.flush()
            inside.set()
            go_on.wait(10)

    writer = threading.Thread(target=slow_writer)
    writer.start()
    assert inside.wait(10)
    write(owner, 2)
    first = seal(owner)
    go_on.set()
    writer.join()
    assert first <= 2  # what was written after the open act waits for it
    seal_all(owner, 5 - first)
    assert problems(owner) == []


def test_two_sealers_at_once_make_one_chain(owner: Actor) -> None:
    write(owner, 30)
    with db.transaction(owner.team_id):
        actions.seal(clock.now())
        found: list[int] = []
        other = threading.Thread(target=lambda: found.append(seal(owner)))
        other.start()
        other.join(10)
    assert found == [0]
    assert problems(owner) == []


def test_a_rolled_back_act_leaves_nothing_to_seal(owner: Actor) -> None:
    with pytest.raises(ZeroDivisionError), acting(owner):
        actions.record(owner, "log", "give", uuid.uuid4())
        db.flush()
        raise ZeroDivisionError
    assert seal(owner) == 0


def test_each_team_has_a_chain_of_its_own(owner: Actor, stranger: Actor) -> None:
    write(owner, 2)
    write(stranger, 1)
    seal_all(owner, 2)
    seal_all(stranger, 1)
    with db.transaction(owner.team_id), pytest.raises(Exception, match="violates"):
        # The other team's seals are not in reach, not even with their own numbers.
        db.session().execute(
            text(
                "INSERT INTO journal_seals SELECT :team, seq + 1, 0, 0, 0, digest, previous, now() FROM journal_seals"
            ),
            {"team": stranger.team_id},
        )
    assert problems(stranger) == []


def test_the_application_cannot_rewrite_what_was_done(owner: Actor) -> None:
    write(owner)
    for forbidden in (
        "UPDATE journal_entries SET verb = 'x'",
        "DELETE FROM journal_entries",
        "DELETE FROM journal_seals",
    ):
        with pytest.raises(Exception, match="permission denied"), acting(owner) as unit:
            unit.session.execute(text(forbidden))


def test_the_head_shows_that_the_end_was_cut_off(owner: Actor, as_owner_role: Connection) -> None:
    write(owner, 2)
    seal_all(owner, 2)
    write(owner, 2)
    seal_all(owner, 2)
    with db.transaction(owner.team_id):
        last = queries.find_last_seal(owner.team_id)
    assert last is not None
    head = chain.head_of(last)
    assert problems(owner, head) == []
    # A transaction open elsewhere on the server may have split what is sealed.
    team = {"team": owner.team_id, "last": head.seq}
    as_owner_role.execute(
        text("DELETE FROM journal_seals WHERE team_id = :team AND seq = :last"), team
    )
    as_owner_role.execute(
        text(
            "DELETE FROM journal_entries WHERE team_id = :team AND position >"
            " (SELECT max(last_position) FROM journal_seals WHERE team_id = :team)"
        ),
        team,
    )
    assert problems(owner) == []
    assert [p.seq for p in problems(owner, head)] == [head.seq]


def test_a_restore_may_shift_every_position(owner: Actor, as_owner_role: Connection) -> None:
    write(owner, 6)
    seal_all(owner, 6)
    team = {"team": owner.team_id}
    as_owner_role.execute(
        text("UPDATE journal_entries SET position = position - 1000000000 WHERE team_id = :team"),
        team,
    )
    as_owner_role.execute(
        text(
            "UPDATE journal_seals SET first_position = first_position - 1000000000,"
            " last_position = last_position - 1000000000 WHERE team_id = :team"
        ),
        team,
    )
    assert problems(owner) == []
    write(owner, 2)
    seal_all(owner, 2)
    assert problems(owner) == []


MUTATIONS = size(6, 250)
Mutation = Callable[[Connection, Actor, random.Random], None]


def _entries(connection: Connection, actor: Actor) -> list[Any]:
    statement = text(
        "SELECT id, position FROM journal_entries WHERE team_id = :team ORDER BY position, id"
    )
    return list(connection.execute(statement, {"team": actor.team_id}))


def _insert(connection: Connection, actor: Actor, chance: random.Random) -> None:
    like = chance.choice(_entries(connection, actor))
    connection.execute(
        text(
            "INSERT INTO journal_entries (team_id, id, at, position, actor_id, verb, thing_kind, thing_id, fields)"
            " SELECT team_id, :new, at, position, actor_id, verb, thing_kind, thing_id, fields"
            " FROM journal_entries WHERE id = :like"
        ),
        {"new": db.new_id(), "like": like.id},
    )


def _delete(connection: Connection, actor: Actor, chance: random.Random) -> None:
    gone = chance.choice(_entries(connection, actor))
    connection.execute(text("DELETE FROM journal_entries WHERE id = :id"), {"id": gone.id})


_CHANGES = (
    "at = at + interval '1 microsecond'",
    "actor_id = gen_random_uuid()",
    "actor_id = NULL",
    "verb = verb || 'd'",
    "thing_kind = 'ask'",
    "thing_id = gen_random_uuid()",
    "about_id = gen_random_uuid()",
    "fields = fields || ARRAY['x']",
    "fields = ARRAY[]::text[]",
    "id = gen_random_uuid()",
)


def _change(connection: Connection, actor: Actor, chance: random.Random) -> None:
    row = chance.choice(_entries(connection, actor))
    change = chance.choice(_CHANGES)
    connection.execute(text(f"UPDATE journal_entries SET {change} WHERE id = :id"), {"id": row.id})


def _reorder(connection: Connection, actor: Actor, chance: random.Random) -> None:
    one, two = chance.sample(_entries(connection, actor), 2)
    move = text("UPDATE journal_entries SET position = :position WHERE id = :id")
    connection.execute(move, {"id": one.id, "position": two.position})
    connection.execute(move, {"id": two.id, "position": one.position})


def _cut(connection: Connection, actor: Actor, chance: random.Random) -> None:
    """From some link on everything is gone, seals and entries: only a kept head tells."""
    team = {"team": actor.team_id, "seq": chance.randint(1, 3)}
    connection.execute(
        text("DELETE FROM journal_seals WHERE team_id = :team AND seq >= :seq"), team
    )
    connection.execute(
        text(
            "DELETE FROM journal_entries WHERE team_id = :team AND position > coalesce("
            "(SELECT max(last_position) FROM journal_seals WHERE team_id = :team), -9e18)"
        ),
        team,
    )


@pytest.mark.parametrize("mutate", [_insert, _delete, _change, _reorder, _cut])
@pytest.mark.timeout(3600)
def test_every_later_hand_is_found(
    configured: None,
    as_owner_role: Connection,
    mutate: Mutation,
    record_property: Callable[[str, object], None],
) -> None:
    chance = random.Random(4)
    found = false_alarms = 0
    for _ in range(MUTATIONS):
        actor = make_team()
        for number in (4, 3, 5):
            write(actor, number)
            seal_all(actor, number)
        with db.transaction(actor.team_id):
            head, _sealed_at, entries = queries.find_head(actor.team_id)
        assert entries == 12
        false_alarms += bool(problems(actor, head))
        mutate(as_owner_role, actor, chance)
        found += bool(problems(actor, head if mutate is _cut else None))
    record_property("mutations_found", f"{found} of {MUTATIONS}")
    record_property("false_alarms", false_alarms)
    assert (found, false_alarms) == (MUTATIONS, 0)


@pytest.mark.parametrize(
    "change",
    [
        "digest = sha256(digest) WHERE seq = 2",
        "previous = sha256(previous) WHERE seq = 2",
        "entries = entries + 1 WHERE seq = 2",
        "seq = 7 WHERE seq = 2",
        "last_position = last_position - 1 WHERE seq = 2",
    ],
)
def test_a_hand_on_a_seal_is_found(owner: Actor, as_owner_role: Connection, change: str) -> None:
    for number in (2, 2, 2):
        write(owner, number)
        seal_all(owner, number)
    as_owner_role.execute(
        text(f"UPDATE journal_seals SET {change} AND team_id = :team"), {"team": owner.team_id}
    )
    assert problems(owner) != []


def test_opening_a_page_is_noted_once_a_day(owner: Actor, member: Actor) -> None:
    for hours in (0, 0, 25):
        with clock.shifted(timedelta(hours=hours)), acting(owner):
            actions.opened(owner, member.person_id)
            actions.opened(owner, owner.person_id)
    with acting(owner) as unit:
        rows = unit.session.execute(text("SELECT person_id, reader_id FROM opened_by")).all()
    assert [tuple(row) for row in rows] == [(member.person_id, owner.person_id)] * 2


def test_sealing_nothing_costs_few_statements(owner: Actor) -> None:
    write(owner, 3)
    seal_all(owner, 3)
    with counting() as sent:
        seal(owner)
    assert len(sent) == 4, str(sent)
