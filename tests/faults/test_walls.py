"""P7: twenty threads on two connections, alternating teams, with errors inside, read no foreign row.

Every read asks whole tables, as an application would that forgot each filter, so that only the
database's rows per team stand between the teams. What goes wrong on the way (errors in Python and
in SQL, savepoints, statements that are cut off, connections that die) must leave nothing behind on
a connection that the next team gets.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from sqlalchemy import Row, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

from community.core import db, schema
from community.identity.models import Actor
from community.ledger.actions import Draft, log_give
from community.people.actions import add_note
from community.web.session import CommunityFlask
from tests.conftest import database_url
from tests.conftest_servers import Servers
from tests.factories.accounts import make_token
from tests.factories.identity import acting, make_circle, make_member, make_team
from tests.factories.people import make_person
from tests.faults.conftest import Figures
from tests.faults.sizes import FOREIGN_READS, FOREIGN_REQUESTS
from tests.web_client import BASE_URL

THREADS, CONNECTIONS, TEAMS, AT_ONCE = 20, 2, 6, 25
TABLES = [table.name for table in db.Base.metadata.sorted_tables if "team_id" in table.c]
_FAILURES: tuple[str, ...] = (
    "SELECT 1/0",
    "SELECT * FROM no_such_table",
    "SELECT 'x'::uuid",
    "SET LOCAL statement_timeout = 1; SELECT pg_sleep(0.05)",
)
_PATHS = ("/people?limit=100", "/gives", "/members", "/circles", "/search?q=Quillon", "/me")


@dataclass
class Seen:
    """What all threads together have read."""

    reads: int = 0
    rows: int = 0
    foreign: int = 0
    without_team: int = 0
    waited: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, other: "Seen") -> None:
        """Count another thread's too."""
        with self.lock:
            for name in ("reads", "rows", "foreign", "without_team", "waited"):
                setattr(self, name, getattr(self, name) + getattr(other, name))
            self.failures.update(other.failures)


@pytest.fixture
def teams(configured: None) -> list[Actor]:
    """Teams with something in many tables."""
    return [_team(number) for number in range(TEAMS)]


def _team(number: int) -> Actor:
    owner = make_team(f"Team {number}")
    other = make_member(owner, f"Quillon {number}")
    make_circle(owner, other)
    person = make_person(owner, f"Quillon Outside {number}", email=f"q{number}@example.org")
    with acting(owner):
        private = {"audience": "private", "people": [], "circle_id": None}
        add_note(owner, person.id, body=f"Canary {number}", visibility=private)
        log_give(owner, Draft(receiver_id=other.person_id))
    return owner


@pytest.fixture
def two_connections(servers: Servers, worker_database: str, configured: None) -> Iterator[None]:
    """A pool that has every thread wait for a connection that another team had just before."""
    url = database_url(servers, schema.APP, worker_database)
    db.configure(url, pool_size=CONNECTIONS, max_overflow=0)
    yield
    db.configure(url)


def _foreign(rows: list[Row[UUID, int]], team_id: UUID) -> tuple[int, int]:
    return sum(n for _team, n in rows), sum(n for found, n in rows if found != team_id)


def _read(team: Actor, chance: random.Random, seen: Seen) -> None:
    table = chance.choice(TABLES)
    statement = text(f"SELECT team_id, count(*) FROM {table} GROUP BY team_id")
    rows, foreign = _foreign(list(db.session().execute(statement)), team.team_id)
    seen.reads += 1
    seen.rows += rows
    seen.foreign += foreign


def _transaction(team: Actor, chance: random.Random, seen: Seen) -> None:
    """Some reads as one team; now and then something goes wrong among them."""
    fails_at = chance.randrange(AT_ONCE * 4)
    with db.transaction(team.team_id, team.user_id):
        for number in range(AT_ONCE):
            if number == fails_at:
                _fail(chance, seen)
            _read(team, chance, seen)


def _fail(chance: random.Random, seen: Seen) -> None:
    how = chance.choice(("python", "sql", "savepoint", "dies", "leaves the team set"))
    seen.failures[how] += 1
    if how == "python":
        raise ZeroDivisionError
    if how == "sql":
        db.session().execute(text(chance.choice(_FAILURES)))
    if how == "dies":
        db.session().execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    if how == "leaves the team set":
        # For longer than the transaction: it stays on the connection when this one commits.
        team_id = str(db.current_team_id())
        db.session().execute(text("SELECT set_config('app.team_id', :t, false)"), {"t": team_id})
        return
    with pytest.raises(DBAPIError), db.attempt():
        db.session().execute(text(_FAILURES[0]))


def _without_team(chance: random.Random, seen: Seen) -> None:
    with db.transaction():
        table = chance.choice(TABLES)
        found = db.session().scalar(text(f"SELECT count(*) FROM {table}"))
        seen.reads += 1
        seen.without_team += int(found or 0)


def _in_threads(work: Callable[[int, Seen], None]) -> Seen:
    everybody = Seen()

    def one(number: int) -> None:
        seen = Seen()
        try:
            work(number, seen)
        finally:
            everybody.add(seen)

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(one, number) for number in range(THREADS)]:
            done.result()
    return everybody


@pytest.mark.timeout(7200)
def test_no_row_of_another_team_is_read_however_connections_change_hands(
    two_connections: None, teams: list[Actor], figures: Figures
) -> None:
    share = -(-FOREIGN_READS // THREADS)

    def work(number: int, seen: Seen) -> None:
        chance = random.Random(number)
        while seen.reads < share:
            team = chance.choice(teams)
            try:
                _transaction(team, chance, seen)
                if chance.random() < 0.1:
                    _without_team(chance, seen)
            except (ZeroDivisionError, DBAPIError):
                pass
            except NoConnection:
                seen.waited += 1  # half a minute for a connection: nobody promises a fair turn

    seen = _in_threads(work)
    said = figures(
        reads=seen.reads,
        rows=seen.rows,
        foreign_rows=seen.foreign,
        rows_without_a_team=seen.without_team,
        failures=sum(seen.failures.values()),
        tables=len(TABLES),
        waited_in_vain=seen.waited,
    )
    assert seen.reads >= FOREIGN_READS, said
    assert (seen.foreign, seen.without_team) == (0, 0), said
    assert seen.rows > seen.reads / 4, said
    assert len(seen.failures) == 5, seen.failures


def test_the_count_sees_foreign_rows_where_the_database_hides_none(
    servers: Servers, worker_database: str, teams: list[Actor]
) -> None:
    """The same reads with the database's own rights, which row-level security does not bind."""
    ours = database_url(servers, schema.APP, worker_database)
    mighty = make_url(servers.postgres.superuser_dsn).set(database=worker_database)
    db.configure(mighty.render_as_string(hide_password=False))
    try:
        seen, chance = Seen(), random.Random(1)
        with db.transaction(teams[0].team_id):
            for _ in range(50):
                _read(teams[0], chance, seen)
    finally:
        db.configure(ours)
    assert seen.foreign > 0


@pytest.mark.timeout(7200)
def test_no_answer_of_the_application_names_another_team(
    two_connections: None, teams: list[Actor], app: CommunityFlask, figures: Figures
) -> None:
    secrets = {team.team_id: make_token(team, "read") for team in teams}
    names = {team.team_id: _words_of(team) for team in teams}
    share = -(-FOREIGN_REQUESTS // THREADS)

    def work(number: int, seen: Seen) -> None:
        chance, client = random.Random(number), app.test_client()
        for _ in range(share):
            team, path = chance.choice(teams), chance.choice(_PATHS)
            headers = {"Authorization": f"Bearer {secrets[team.team_id]}"}
            answer = client.get(f"/api/v1{path}", headers=headers, base_url=BASE_URL)
            assert answer.status_code == 200, answer.get_data(as_text=True)
            said = answer.get_data(as_text=True)
            seen.reads += 1
            seen.rows += any(word in said for word in names[team.team_id])
            seen.foreign += any(
                word in said
                for other, words in names.items()
                if other != team.team_id
                for word in words
            )

    seen = _in_threads(work)
    said = figures(requests=seen.reads, foreign_answers=seen.foreign)
    assert seen.foreign == 0, said
    assert seen.rows > seen.reads / 2, said


def _words_of(team: Actor) -> list[str]:
    with acting(team) as unit:
        ids = unit.session.scalars(text("SELECT id::text FROM persons")).all()
    return [team.team_slug, *ids]
