"""At 10,000 people the list, a page's address and search are read through their indexes."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.pool import NullPool

from community.core import db, slugs
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.people import queries
from community.people.queries import Filter
from tests.conftest_servers import Servers
from tests.factories.identity import acting, make_team

_FILL = """
INSERT INTO persons (team_id, id, canonical_id, author_id, name, call_name, sort_key, sought, tags, source,
                     source_detail, extra, audience, audience_people, created_at, updated_at, version)
SELECT :team_id, id, id, :person_id, name, '', lower(name), lower(name), '{}', 'typed', '', '{}', 'team', '{}',
       now() - n * interval '1 minute', now() - n * interval '1 minute', 1
FROM (SELECT n, gen_random_uuid() AS id,
             (ARRAY['Mara','Ivy','Oskar','Lena','Yusuf','Kofi'])[1 + n % 6] || ' ' || md5(n::text) AS name
      FROM generate_series(1, :many) n) made
"""


@pytest.fixture
def full_team(fresh_database: str, servers: Servers) -> Iterator[tuple[Actor, Connection]]:
    """A team of 10,000 people, and a superuser's connection to look at plans."""
    owner = make_team()
    with acting(owner) as unit:
        values = {"team_id": owner.team_id, "person_id": owner.person_id, "many": 10_000}
        unit.session.execute(text(_FILL), values)
    url = make_url(servers.postgres.superuser_dsn).set(database=fresh_database)
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("VACUUM ANALYZE persons"))
        yield owner, connection


def plan_of(actor: Actor, read: Callable[[], object]) -> str:
    """How the application's role gets the rows of the statements that `read` sends."""
    plans: list[str] = []

    def explain(_connection: object, cursor: Any, sql: str, values: Any, *_rest: object) -> None:
        rows = cursor.connection.execute(f"EXPLAIN {sql}", values).fetchall()
        plans.extend(row[0] for row in rows)

    with acting(actor):
        event.listen(db.engine(), "before_cursor_execute", explain)
        try:
            read()
        finally:
            event.remove(db.engine(), "before_cursor_execute", explain)
    return "\n".join(plans)


def test_pages_of_the_list_walk_the_index_of_names(full_team: tuple[Actor, Connection]) -> None:
    owner, _connection = full_team
    with acting(owner):
        middle = queries.find_people(owner, Filter(), PageRequest(50)).next
    for cursor in (None, middle):
        request = PageRequest(50, cursor)
        plan = plan_of(owner, lambda request=request: queries.find_people(owner, Filter(), request))
        assert "ix_persons_list" in plan, plan
        assert "Seq Scan on persons" not in plan


def test_what_changed_last_walks_the_index_of_changes(full_team: tuple[Actor, Connection]) -> None:
    owner, _connection = full_team
    wanted = Filter(sort="-updated")
    plan = plan_of(owner, lambda: queries.find_people(owner, wanted, PageRequest(50)))
    assert "ix_persons_updated" in plan, plan


def test_an_address_of_a_page_is_looked_up_by_key(full_team: tuple[Actor, Connection]) -> None:
    owner, _connection = full_team
    slug = slugs.slug(owner.person_id, "x")
    plan = plan_of(owner, lambda: queries.get_person_by_slug(owner, slug))
    assert "pk_persons" in plan, plan
    assert "Seq Scan on persons" not in plan, plan


def test_search_reads_the_index_of_trigrams(full_team: tuple[Actor, Connection]) -> None:
    """The function's own statement, as the search role's policy lets it run."""
    owner, connection = full_team
    body = connection.scalar(text("SELECT prosrc FROM pg_proc WHERE proname = 'search_persons'"))
    sql = body.rpartition(";")[2].replace("sees_team", "true").replace("max_rows", "20")
    for name, value in (("circles", "'{}'::uuid[]"), ("me", f"'{{{owner.person_id}}}'::uuid[]")):
        sql = sql.replace(f"({name})", f"({value})").replace(f"&& {name}", f"&& {value}")
    sql = sql.replace("like_escape(q)", "like_escape('mara el')").replace(
        "q OPERATOR", "'mara el' OPERATOR"
    )
    sql = sql.replace("word_similarity(q,", "word_similarity('mara el',")
    team = {"id": str(owner.team_id)}
    connection.execute(text("SELECT set_config('app.team_id', :id, false)"), team)
    plan = "\n".join(connection.execute(text(f"EXPLAIN {sql}".replace(":", r"\:"))).scalars())
    assert "ix_persons_sought" in plan, plan
