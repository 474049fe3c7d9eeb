"""Fills an empty database with a team of a size, in SQL, the same every time.

Sizes are people / notes / gives: S 100/1k/10k, M 10k/100k/1M, L 50k/500k/10M.
"""

import uuid
from dataclasses import dataclass

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from community.core import tokens

SIZES = {
    "S": (100, 1_000, 10_000),
    "M": (10_000, 100_000, 1_000_000),
    "L": (50_000, 500_000, 10_000_000),
}
MEMBERS = 12
CHUNK = 250_000
KEY = "benchteam2"
# One thing a millisecond, as UUIDv7 writes time: the short ids of pages look among few.
_EPOCH = 0x0193_0000_0000


@dataclass(frozen=True)
class World:
    """Where the requests of a run point."""

    team: uuid.UUID
    me: uuid.UUID
    member: uuid.UUID
    other: uuid.UUID
    outsider: uuid.UUID
    token: str
    session: str
    slug: str


def _id(kind: int, number: int) -> uuid.UUID:
    return uuid.UUID(f"{_EPOCH + number:012x}70008{kind:03x}{number:012x}")


def _sql_id(kind: int, number: str) -> str:
    millisecond = f"lpad(to_hex({_EPOCH}::bigint + {number}), 12, '0')"
    return f"({millisecond} || '70008{kind:03x}' || lpad(to_hex({number}), 12, '0'))::uuid"


WORLD = World(
    team=_id(0, 1),
    me=_id(1, 1),
    member=_id(2, 1),
    other=_id(1, 2),
    outsider=_id(1, MEMBERS + 5),
    token=f"cty_{KEY}_{'t' * 43}",
    session="s" * 43,
    slug="bench",
)


def fill(owner_url: str, size: str) -> World:
    """Load the size as the owner role (which bypasses row-level security)."""
    people, notes, gives = SIZES[size]
    engine = create_engine(owner_url, poolclass=NullPool)
    with engine.begin() as connection:
        _team(connection)
        _people(connection, people)
        _notes(connection, people, notes)
    for start in range(1, gives + 1, CHUNK):
        with engine.begin() as connection:
            _gives(connection, people, start, min(start + CHUNK - 1, gives))
    with engine.begin() as connection:
        _pairs(connection)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    return WORLD


def _team(connection: Connection) -> None:
    values = {"team": WORLD.team, "members": MEMBERS, "key": KEY}
    statements = [
        "INSERT INTO teams (id, key, slug, name, zone, locale, settings, is_demo, created_at,"
        " updated_at, version)"
        " VALUES (:team, :key, 'bench', 'Bench', 'UTC', 'en', '{}', false, now(), now(), 1)",
        "INSERT INTO users (id, locale, zone, hotkeys, created_at)"
        f" SELECT {_sql_id(3, 'n')}, 'en', 'UTC', true, now() FROM generate_series(1, CAST(:members AS int)) n",
        "INSERT INTO user_emails (id, user_id, address, is_primary, verified_at, created_at)"
        f" SELECT {_sql_id(4, 'n')}, {_sql_id(3, 'n')}, 'm' || n || '@example.org', true, now(),"
        " now() FROM generate_series(1, CAST(:members AS int)) n",
        "INSERT INTO memberships (team_id, id, user_id, role, state, default_audience, joined_at,"
        " created_at, updated_at, version)"
        f" SELECT :team, {_sql_id(2, 'n')}, {_sql_id(3, 'n')}, 'member', 'active', 'private',"
        " now(), now(), now(), 1 FROM generate_series(1, CAST(:members AS int)) n",
    ]
    for statement in statements:
        connection.execute(text(statement), values)
    connection.execute(
        text(
            "INSERT INTO api_tokens (team_id, id, member_id, name, digest, scopes, created_at,"
            " last_used_at) VALUES (:team, :id, :member, 'bench', :digest,"
            " ARRAY['read', 'write'], now(), now() + interval '1 day')"
        ),
        {
            "team": WORLD.team,
            "id": _id(5, 1),
            "member": WORLD.member,
            "digest": tokens.digest(WORLD.token),
        },
    )
    connection.execute(
        text(
            "INSERT INTO sessions (id, token_digest, user_id, user_agent, name, created_at, seen_at,"
            " confirmed_at, expires_at) VALUES (:id, :digest, :user, 'bench', '', now(),"
            " now() + interval '1 day', now(), now() + interval '2 days')"
        ),
        {"id": _id(6, 1), "digest": tokens.digest(WORLD.session), "user": _id(3, 1)},
    )


_FIRST = (
    "ARRAY['Mara','Noor','Ivy','Kofi','Lena','Yusuf','Daniel','Priya','Oskar','Zanele','Jörg',"
    "'Inês']"
)
_LAST = (
    "ARRAY['Ellison','Haddad','Okonjo','Asante','Brandt','Demir','Mensah','Raman','Blom','Dube',"
    "'Müller','Gonçalves']"
)


def _people(connection: Connection, people: int) -> None:
    name = f"({_FIRST})[1 + n % 12] || ' ' || ({_LAST})[1 + (n / 12) % 12] || ' ' || n"
    folded = f"translate(lower({name}), 'öêüç', 'oeuc')"
    author = (
        f"CASE WHEN n <= {MEMBERS} THEN {_sql_id(1, 'n')}"
        f" ELSE {_sql_id(1, f'1 + n % {MEMBERS}')} END"
    )
    values = {"team": WORLD.team, "people": people}
    connection.execute(
        text(
            "INSERT INTO persons (team_id, id, membership_id, name, call_name, sort_key, sought,"
            " tags, source, source_detail, extra, canonical_id, author_id, audience,"
            " audience_people, created_at, updated_at, version)"
            f" SELECT :team, {_sql_id(1, 'n')},"
            f" CASE WHEN n <= {MEMBERS} THEN {_sql_id(2, 'n')} END, {name}, '', {folded},"
            f" {folded} || ' p' || n || '@example.org',"
            " CASE WHEN n % 3 = 0 THEN ARRAY['design'] ELSE '{}' END,"
            f" CASE WHEN n <= {MEMBERS} THEN 'member' ELSE 'typed' END, '', '{{}}',"
            f" {_sql_id(1, 'n')}, {author},"
            f" CASE WHEN n % 10 = 9 AND n > {MEMBERS} THEN 'private' ELSE 'team' END, '{{}}',"
            " now() - n * interval '1 second', now() - n * interval '1 second', 1"
            " FROM generate_series(1, CAST(:people AS int)) n"
        ),
        values,
    )
    for table, kind, columns, cells in (
        ("person_emails", 7, "value", "'p' || n || '@example.org'"),
        ("person_phones", 8, "value, e164", "'+49 30 ' || n, '+4930' || n"),
    ):
        connection.execute(
            text(
                f"INSERT INTO {table} (team_id, id, person_id, position, label, {columns})"
                f" SELECT :team, {_sql_id(kind, 'n')}, {_sql_id(1, 'n')}, 0, 'work', {cells}"
                " FROM generate_series(1, CAST(:people AS int)) n"
            ),
            values,
        )
    connection.execute(
        text(
            "INSERT INTO positions (team_id, id, person_id, organisation, title, created_at)"
            f" SELECT :team, {_sql_id(9, 'n')}, {_sql_id(1, 'n')}, 'Hale Studio ' || n % 50,"
            " 'Designer', now() FROM generate_series(1, CAST(:people AS int)) n"
        ),
        values,
    )


def _notes(connection: Connection, people: int, notes: int) -> None:
    connection.execute(
        text(
            "INSERT INTO notes (team_id, id, person_id, author_id, audience, audience_people,"
            " body, happened_at, created_at, updated_at, version)"
            f" SELECT :team, {_sql_id(10, 'n')}, {_sql_id(1, f'1 + n % {people}')},"
            f" {_sql_id(1, f'1 + n % {MEMBERS}')},"
            " CASE WHEN n % 4 = 0 THEN 'private' ELSE 'team' END, '{}',"
            " 'Talked about the plan for spring and the move, note ' || n,"
            " now() - n * interval '1 minute', now(), now(), 1"
            " FROM generate_series(1, CAST(:notes AS int)) n"
        ),
        {"team": WORLD.team, "notes": notes},
    )


def _gives(connection: Connection, people: int, first: int, last: int) -> None:
    giver = _sql_id(1, f"1 + n % {MEMBERS}")
    # Half go to another member, half to somebody outside; never to oneself.
    other = (
        f"CASE WHEN n % 2 = 0 THEN 1 + (n + 1 + n / 24 % 11) % {MEMBERS}"
        f" ELSE {MEMBERS + 1} + n / 2 % {people - MEMBERS} END"
    )
    receiver = _sql_id(1, f"({other})")
    day = "current_date - (n % 365)::int"
    series = f"FROM generate_series(CAST(:first AS int), CAST(:last AS int)) n WHERE {giver} <> {receiver}"
    common = f"SELECT :team, {_sql_id(11, 'n')}"
    plain = {"team": WORLD.team, "first": first, "last": last}
    for statement in (
        "INSERT INTO gives (team_id, id, giver_id, receiver_id, logged_by_id, kind, size,"
        " happened_on, no_reply, weights_version, created_at)"
        f" {common}, {giver}, {receiver}, {giver}, 'advice', 'medium', {day}, false, 0, now()"
        f" {series}",
        "INSERT INTO give_acts (team_id, give_id, seq, verb, by_id, at, data)"
        f" {common}, 1, 'log', {giver}, now(), '{{}}' {series}",
        "INSERT INTO give_states (team_id, give_id, state, version, giver_id, receiver_id, kind,"
        " size, happened_on, no_reply, value, counted_value, awaiting, author_id, audience,"
        " audience_people, created_at, updated_at, outside)"
        f" {common}, CASE WHEN n % 2 = 0 THEN 'acknowledged' ELSE 'logged' END, 1, {giver},"
        f" {receiver}, 'advice', 'medium', {day}, false, 1, 1 - n % 2, false, {giver}, 'team',"
        f" '{{}}', now(), now(), n % 2 = 1 {series}",
        "INSERT INTO give_words (team_id, give_id, story, thanks, dispute_reason, told_subject,"
        " told_body, told_address)"
        f" {common}, 'An hour on the grant draft ' || n, '', '', '', '', '' {series}",
    ):
        connection.execute(text(statement), plain)


_PAIR_DAYS = """
    INSERT INTO pair_days (team_id, viewer_id, other_id, day, given, received, given_entries, received_entries)
    SELECT team_id, viewer, other, day, sum(given), sum(received), sum((given > 0)::int), sum((received > 0)::int)
    FROM (
      SELECT team_id, giver_id AS viewer, receiver_id AS other, happened_on - date '1970-01-01' AS day,
             value AS given, 0 AS received
      FROM give_states WHERE team_id = :team AND (counted_value > 0 OR outside)
      UNION ALL
      SELECT team_id, receiver_id, giver_id, happened_on - date '1970-01-01', 0, value
      FROM give_states WHERE team_id = :team AND counted_value > 0) AS sides
    GROUP BY 1, 2, 3, 4
"""
_PAIR_SUMS = """
    INSERT INTO pair_sums (team_id, viewer_id, other_id, first_day, latest_day, given, received,
                           given_lifetime, received_lifetime, entries, updated_at)
    SELECT d.team_id, viewer_id, other_id, min(day), max(day),
           sum(least(given, 6) * power(2, -(m.latest - day) / 180.0)),
           sum(least(received, 6) * power(2, -(m.latest - day) / 180.0)),
           sum(least(given, 6)), sum(least(received, 6)), sum(given_entries + received_entries), now()
    FROM pair_days d
    JOIN (SELECT team_id, viewer_id, other_id, max(day) AS latest FROM pair_days GROUP BY 1, 2, 3) m
      USING (team_id, viewer_id, other_id)
    WHERE d.team_id = :team GROUP BY 1, 2, 3
"""


def _pairs(connection: Connection) -> None:
    """What the keeper would have kept: one row a viewer, other and day; then the decayed sums."""
    connection.execute(text(_PAIR_DAYS), {"team": WORLD.team})
    connection.execute(text(_PAIR_SUMS), {"team": WORLD.team})
