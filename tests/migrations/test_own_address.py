"""Members from before their address stood on their person get it, where nobody of the team has it."""

import uuid

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from community.core import schema

BEFORE, AFTER = "ledger01", "accounts01"
MEMBER = """
    WITH t AS (
        INSERT INTO users (id, locale, zone, hotkeys, created_at) VALUES (:user, 'en', 'UTC', true, now())
    ), a AS (
        INSERT INTO user_emails (id, user_id, address, is_primary, created_at)
        VALUES (:user, :user, :name || '@example.org', true, now())
    ), m AS (
        INSERT INTO memberships (team_id, id, user_id, role, state, default_audience, joined_at,
            created_at, updated_at, version)
        VALUES (:team, :user, :user, 'member', :state, 'private', now(), now(), now(), 1)
    )
    INSERT INTO persons (team_id, id, canonical_id, author_id, membership_id, audience,
        audience_people, name, call_name, sort_key, sought, tags, source, source_detail, extra,
        created_at, updated_at, version)
    VALUES (:team, :user, :user, :user, :user, 'team', '{}', :name, '', :name, :name, '{}',
        'member', '', '{}', now(), now(), 1)
"""
TEAM = """
    INSERT INTO teams (id, key, slug, name, zone, locale, settings, is_demo, created_at, updated_at, version)
    VALUES (:team, 'key', 'northlight', 'Northlight', 'UTC', 'en', '{}', false, now(), now(), 1)
"""
ADDRESS = """
    INSERT INTO person_emails (team_id, id, person_id, position, label, value)
    VALUES (:team, :id, :person, 0, '', :value)
"""
SHOWN = """
    SELECT p.name, p.sought, p.version, e.value, e.position FROM persons p
    LEFT JOIN person_emails e ON e.team_id = p.team_id AND e.person_id = p.id ORDER BY p.name, e.position
"""


def fill(connection: Connection) -> None:
    team = {"team": uuid.uuid4()}
    people = {name: uuid.uuid4() for name in ("ann", "bob", "cid", "dan", "eve")}
    connection.execute(text(TEAM), team)
    for name, user in people.items():
        state = "left" if name == "dan" else "active"
        connection.execute(text(MEMBER), {**team, "user": user, "name": name, "state": state})
    for name, value in (("bob", "home@example.net"), ("cid", "cid@example.org")):
        given = {"id": uuid.uuid4(), "person": people[name], "value": value}
        connection.execute(text(ADDRESS), {**team, **given})
    # Somebody of the team is known by eve's address: there it stays.
    given = {"id": uuid.uuid4(), "person": people["ann"], "value": "eve@example.org"}
    connection.execute(text(ADDRESS), {**team, **given})
    connection.commit()


def test_only_who_is_missing_it_gets_their_address(owner_url: str) -> None:
    schema.upgrade(owner_url, BEFORE)
    engine = create_engine(owner_url, poolclass=NullPool)
    with engine.connect() as connection:
        fill(connection)
    expected = [
        ("ann", "ann ann@example.org", 2, "eve@example.org", 0),
        ("ann", "ann ann@example.org", 2, "ann@example.org", 1),
        ("bob", "bob bob@example.org", 2, "home@example.net", 0),
        ("bob", "bob bob@example.org", 2, "bob@example.org", 1),
        ("cid", "cid", 1, "cid@example.org", 0),
        ("dan", "dan", 1, None, None),
        ("eve", "eve", 1, None, None),
    ]
    schema.upgrade(owner_url, AFTER)
    with engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(text(SHOWN))] == expected
    schema.downgrade(owner_url, BEFORE)
    schema.upgrade(owner_url, AFTER)
    with engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(text(SHOWN))] == expected
