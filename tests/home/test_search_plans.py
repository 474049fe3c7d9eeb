"""At size M full-text search reads its indexes, inside the functions and outside, whoever asks."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.pool import NullPool

from community.core import clock
from community.core.paging import PageRequest
from community.home import queries
from community.identity.models import Actor
from community.people import queries as people
from tests.conftest_servers import Servers
from tests.factories.identity import acting, make_member, make_team
from tests.faults.sizes import size
from tests.people.test_plans import plan_of

PEOPLE, NOTES = 10_000, size(10_000, 100_000)
FACTS = size(5_000, 20_000)
_WORDS = "ARRAY['harbour','kites','violins','winter','garden','lecture','coffee','letters']"
_PEOPLE = """
INSERT INTO persons (team_id, id, canonical_id, author_id, name, call_name, sort_key, sought, tags, source,
                     source_detail, extra, audience, audience_people, created_at, updated_at, version)
SELECT :team_id, id, id, :me, 'Person ' || n, '', 'person ' || n, 'person ' || n, '{}', 'typed', '', '{}',
       'team', '{}', now(), now(), 1
FROM (SELECT n, gen_random_uuid() AS id FROM generate_series(1, :many) n) made
"""
_NOTES = f"""
INSERT INTO notes (team_id, id, person_id, author_id, audience, audience_people, body, source, happened_at,
                   created_at, updated_at, version)
SELECT :team_id, gen_random_uuid(), about.ids[1 + n % :people], :me, CASE WHEN n % 3 = 0 THEN 'private' ELSE 'team' END,
       '{{}}', 'Said ' || md5(n::text) || ' of ' || (CASE WHEN n % 500 = 0 THEN ({_WORDS})[1 + n / 500 % 8] ELSE '' END)
       || CASE WHEN n % 2000 = 0 THEN ' regatta' ELSE '' END,
       'typed', now() - n * interval '1 minute', now(), now(), 1
FROM generate_series(1, :many) n, (SELECT array_agg(id) AS ids FROM persons WHERE team_id = :team_id) about
"""

_FACTS = f"""
INSERT INTO facts (team_id, id, person_id, author_id, audience, audience_people, kind, text, source, certainty,
                   in_confidence, created_at, updated_at, version)
SELECT :team_id, gen_random_uuid(), about.ids[1 + n % :people], :me, CASE WHEN n % 3 = 0 THEN 'private' ELSE 'team' END,
       '{{}}', 'other', 'Is ' || md5(n::text) || ' ' || CASE WHEN n % 500 = 0 THEN ({_WORDS})[1 + n / 500 % 8] ELSE '' END,
       'told_me', 'sure', false, now() - n * interval '1 minute', now(), 1
FROM generate_series(1, :many) n, (SELECT array_agg(id) AS ids FROM persons WHERE team_id = :team_id) about
"""


_ACHIEVEMENTS = f"""
INSERT INTO moments (team_id, id, person_id, author_id, audience, audience_people, kind, title, happened_on, source,
                     state, claimed_by_id, created_at, updated_at, version)
SELECT :team_id, gen_random_uuid(), about.ids[1 + n % :people], :me, CASE WHEN n % 3 = 0 THEN 'private' ELSE 'team' END,
       '{{}}', 'achievement', 'Won ' || md5(n::text) || ' ' || CASE WHEN n % 500 = 0 THEN ({_WORDS})[1 + n / 500 % 8] ELSE '' END,
       now()::date - n / 5, 'told_me', CASE WHEN n % 5 = 0 THEN 'noticed' ELSE 'sent' END,
       CASE WHEN n % 5 = 0 THEN NULL ELSE CAST(:me AS uuid) END, now(), now(), 1
FROM generate_series(1, :many) n, (SELECT array_agg(id) AS ids FROM persons WHERE team_id = :team_id) about
"""


@pytest.fixture
def reader(fresh_database: str, servers: Servers) -> Iterator[tuple[Actor, Connection]]:
    """Somebody in a team of the size, and a superuser's connection to look at plans."""
    owner = make_team()
    reader = make_member(owner, "Ivy Okonjo")
    with acting(owner) as unit:
        values = {"team_id": owner.team_id, "me": owner.person_id, "people": PEOPLE}
        unit.session.execute(text(_PEOPLE), {**values, "many": PEOPLE})
        unit.session.execute(text(_NOTES), {**values, "many": NOTES})
        unit.session.execute(text(_FACTS), {**values, "many": FACTS})
        unit.session.execute(text(_ACHIEVEMENTS), {**values, "many": FACTS})
    url = make_url(servers.postgres.superuser_dsn).set(database=fresh_database)
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("VACUUM ANALYZE persons, notes, facts, moments"))
        yield reader, connection


def plan_inside(connection: Connection, function: str, actor: Actor) -> str:
    """How the search role gets the rows of a function's own statement."""
    sql = connection.scalar(
        text("SELECT prosrc FROM pg_proc WHERE proname = :name"), {"name": function}
    )
    given = {
        "words": "ARRAY['harbour', 'regatta']",
        "me": f"'{{{actor.person_id}}}'::uuid[]",
        "circles": "'{}'::uuid[]",
        "sees_team": "true",
    }
    for name, value in given.items():
        sql = re.sub(rf"(?<![.\w]){name}(?!\w)", value, sql)
    team = {"id": str(actor.team_id)}
    connection.execute(text("SELECT set_config('app.team_id', :id, false)"), team)
    connection.execute(text("SET ROLE community_search"))
    plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN {sql}").scalars())
    connection.execute(text("RESET ROLE"))
    return plan


def test_search_reads_its_indexes(reader: tuple[Actor, Connection]) -> None:
    actor, connection = reader
    for function, index, table in (
        ("seek_notes", "ix_notes_words", "notes"),
        ("seek_facts", "ix_facts_words", "facts"),
        ("seek_achievements", "ix_moments_words", "moments"),
        ("seek_persons", "ix_persons_words", "persons"),
    ):
        plan = plan_inside(connection, function, actor)
        assert index in plan, plan
        assert f"Seq Scan on {table}" not in plan, plan
    for read in (
        lambda: queries.find_mixed(actor, "harbour regatta person 77"),
        lambda: queries.find_hits(actor, "regatta", "note", PageRequest(30)),
        lambda: queries.find_hits(actor, "harbour", "fact", PageRequest(30)),
        lambda: queries.find_hits(actor, "harbour", "achievement", PageRequest(30)),
        lambda: people.find_open_moments(actor, clock.today(), PageRequest(5)),
    ):
        outside = plan_of(actor, read)
        assert "Seq Scan on notes" not in outside, outside
        assert "Seq Scan on facts" not in outside, outside
        assert "Seq Scan on moments" not in outside, outside
        assert "Seq Scan on persons" not in outside, outside
