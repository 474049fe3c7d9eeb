"""The floor: bare WSGI, psycopg and orjson, equal work in as few statements as can be.

It checks the token, reads what its member may see, and writes the same rows. It runs as the
owner role, so row-level security costs it nothing: that is part of what is compared.
"""

import hashlib
import os
import threading
import uuid
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

import orjson
import psycopg
from psycopg.rows import dict_row
from uuid_utils.compat import uuid7

_local = threading.local()
StartResponse = Callable[[str, list[tuple[str, str]]], Any]

_ACTOR = (
    "WITH me AS (SELECT m.team_id, p.id AS person_id FROM api_tokens a"
    " JOIN memberships m ON m.team_id = a.team_id AND m.id = a.member_id AND m.state = 'active'"
    " JOIN persons p ON p.team_id = m.team_id AND p.membership_id = m.id"
    " WHERE a.digest = %(digest)s AND a.revoked_at IS NULL) "
)
_SEEN = "(p.audience = 'team' OR p.author_id = me.person_id)"
_PERSON = (
    "p.id, p.name, p.call_name, p.tags, p.source, p.author_id AS created_by_id, p.created_at,"
    " p.updated_at, p.version, p.audience,"
    " (SELECT json_agg(json_build_object('value', value, 'label', label)) FROM person_emails e"
    "  WHERE e.team_id = p.team_id AND e.person_id = p.id) AS emails,"
    " (SELECT json_agg(json_build_object('value', value, 'label', label)) FROM person_phones e"
    "  WHERE e.team_id = p.team_id AND e.person_id = p.id) AS phones,"
    " (SELECT json_agg(json_build_object('value', value, 'label', label)) FROM person_links e"
    "  WHERE e.team_id = p.team_id AND e.person_id = p.id) AS links,"
    " (SELECT json_agg(json_build_object('organisation', organisation, 'title', title))"
    "  FROM positions e WHERE e.team_id = p.team_id AND e.person_id = p.id) AS positions"
)
LIST = (
    _ACTOR + f"SELECT {_PERSON} FROM persons p JOIN me ON me.team_id = p.team_id"
    f" WHERE p.deleted_at IS NULL AND p.merged_into_id IS NULL AND {_SEEN}"
    " ORDER BY p.sort_key, p.id LIMIT 51"
)
ONE = (
    _ACTOR + f"SELECT {_PERSON} FROM persons p JOIN me ON me.team_id = p.team_id"
    f" WHERE p.id = %(id)s AND p.deleted_at IS NULL AND {_SEEN}"
)
TIMELINE = (
    _ACTOR + "(SELECT 'note' AS kind, n.id, n.happened_at AS at, n.body AS text,"
    " n.author_id AS by_id FROM notes n JOIN me ON me.team_id = n.team_id"
    " WHERE n.person_id = %(id)s AND n.deleted_at IS NULL"
    " AND (n.audience = 'team' OR n.author_id = me.person_id)"
    " ORDER BY n.happened_at DESC, n.id DESC LIMIT 21)"
    " UNION ALL (SELECT 'give', s.give_id, s.happened_on::timestamptz, w.story, s.giver_id"
    " FROM give_states s JOIN me ON me.team_id = s.team_id"
    " JOIN give_words w ON w.team_id = s.team_id AND w.give_id = s.give_id"
    " WHERE (s.giver_id = %(id)s OR s.receiver_id = %(id)s)"
    " AND (s.audience = 'team' OR s.author_id = me.person_id)"
    " ORDER BY s.happened_on DESC, s.give_id DESC LIMIT 21) ORDER BY at DESC, id DESC LIMIT 20"
)
# Names; whom notes and they themselves speak of with any of the words; notes and gives with them.
SEARCH = (
    _ACTOR + ", asked AS (SELECT place, (word || ':*')::tsquery AS query"
    "  FROM unnest(%(words)s::text[]) WITH ORDINALITY asked (word, place)),"
    " said AS (SELECT n.id, n.person_id, n.happened_at, n.body, asked.place FROM asked, notes n"
    "  JOIN me ON me.team_id = n.team_id WHERE words_of(n.body) @@ asked.query"
    "  AND n.deleted_at IS NULL AND (n.audience = 'team' OR n.author_id = me.person_id)),"
    " told AS (SELECT s.give_id, s.happened_on, w.story, asked.place FROM asked, give_words w"
    "  JOIN me ON me.team_id = w.team_id"
    "  JOIN give_states s ON s.team_id = w.team_id AND s.give_id = w.give_id"
    "  WHERE words_of_give(w.story, w.thanks) @@ asked.query"
    "  AND (s.audience = 'team' OR s.author_id = me.person_id)),"
    " own AS (SELECT p.id, asked.place FROM asked, persons p JOIN me ON me.team_id = p.team_id"
    "  WHERE words_of_person(p.sought, p.tags) @@ asked.query),"
    " about AS (SELECT person_id, count(DISTINCT place) AS hits, max(happened_at) AS at FROM"
    "  (SELECT person_id, place, happened_at FROM said UNION ALL SELECT id, place, NULL FROM own) a"
    "  GROUP BY person_id ORDER BY hits DESC, at DESC LIMIT 20)"
    " (SELECT 'person' AS kind, p.id, p.name AS text, word_similarity(%(q)s, p.sought) AS score"
    "  FROM persons p JOIN me ON me.team_id = p.team_id"
    f"  WHERE %(q)s <%% p.sought AND p.deleted_at IS NULL AND {_SEEN}"
    "  ORDER BY score DESC, p.sort_key LIMIT 20)"
    " UNION ALL (SELECT 'about', p.id, p.name, about.hits FROM about, me, persons p"
    f"  WHERE p.team_id = me.team_id AND p.id = about.person_id AND {_SEEN})"
    " UNION ALL (SELECT 'note', id, body, count(DISTINCT place) AS hits FROM said"
    "  GROUP BY id, body ORDER BY hits DESC LIMIT 5)"
    " UNION ALL (SELECT 'give', give_id, story, count(DISTINCT place) AS hits FROM told"
    "  GROUP BY give_id, story ORDER BY hits DESC LIMIT 5)"
)
PAIR = (
    _ACTOR + "SELECT s.* FROM pair_sums s JOIN me ON me.team_id = s.team_id"
    " AND s.viewer_id = me.person_id WHERE s.other_id = %(id)s"
)
GIVE = (
    _ACTOR + ", seen AS (SELECT p.id FROM persons p JOIN me ON me.team_id = p.team_id"
    f"  WHERE p.id = %(receiver)s AND {_SEEN}),"
    " g AS (INSERT INTO gives (team_id, id, giver_id, receiver_id, logged_by_id, kind, size,"
    "  happened_on, no_reply, weights_version, created_at)"
    "  SELECT me.team_id, %(give)s, me.person_id, seen.id, me.person_id, %(kind)s, 'medium',"
    "  current_date, false, 0, now() FROM me, seen),"
    " a AS (INSERT INTO give_acts (team_id, give_id, seq, verb, by_id, at, data)"
    "  SELECT team_id, %(give)s, 1, 'log', person_id, now(), '{}' FROM me),"
    " s AS (INSERT INTO give_states (team_id, give_id, state, version, giver_id, receiver_id, kind,"
    "  size, happened_on, no_reply, value, counted_value, awaiting, author_id, audience,"
    "  audience_people, created_at, updated_at, outside)"
    "  SELECT me.team_id, %(give)s, 'logged', 1, me.person_id, seen.id, %(kind)s, 'medium',"
    "  current_date, false, 1, 0, true, me.person_id, 'team', '{}', now(), now(), false"
    "  FROM me, seen),"
    " w AS (INSERT INTO give_words (team_id, give_id, story, thanks, dispute_reason, told_subject,"
    "  told_body, told_address) SELECT team_id, %(give)s, %(story)s, '', '', '', '', '' FROM me),"
    " j AS (INSERT INTO journal_entries (team_id, id, at, actor_id, verb, thing_kind, thing_id,"
    "  fields) SELECT team_id, %(journal)s, now(), person_id, 'log', 'give', %(give)s, '{}' FROM me),"
    " n AS (INSERT INTO notices (team_id, id, member_id, kind, thing_kind, thing_id, key,"
    "  created_at, visible_at) SELECT me.team_id, %(notice)s, p.membership_id, 'give_logged',"
    "  'give', %(give)s, %(key)s, now(), now() + interval '60 s'"
    "  FROM me JOIN persons p ON p.team_id = me.team_id AND p.id = %(receiver)s"
    "  WHERE p.membership_id IS NOT NULL),"
    " o AS (INSERT INTO outbox (team_id, id, queue, job, args, key, priority, state, next_at,"
    "  attempt, created_at) SELECT team_id, %(outbox)s, 'mail', 'notifications.mail_notice', '{}',"
    "  'mail:' || %(key)s, 5, 'due', now() + interval '60 s', 0, now() FROM me)"
    " SELECT 1"
)


def _connection() -> psycopg.Connection[dict[str, Any]]:
    if not hasattr(_local, "connection"):
        url = os.environ["FLOOR_DATABASE_URL"].replace("postgresql+psycopg://", "postgresql://")
        _local.connection = psycopg.connect(url, row_factory=dict_row, autocommit=True)
    found: psycopg.Connection[dict[str, Any]] = _local.connection
    return found


def app(environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
    """Answer one request."""
    digest = hashlib.sha256(environ["HTTP_AUTHORIZATION"][7:].encode()).digest()
    body = orjson.dumps(_answer(environ, {"digest": digest}), default=str)
    start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _answer(environ: dict[str, Any], values: dict[str, Any]) -> Any:
    parts = environ["PATH_INFO"].removeprefix("/api/v1/").split("/")
    run = _connection().execute
    if parts == ["people"]:
        return {"items": run(LIST, values).fetchall()[:50], "next": None}
    if parts[0] == "people" and len(parts) == 3:
        found = run(TIMELINE, {**values, "id": uuid.UUID(parts[1])}).fetchall()
        return {"items": found, "next": None}
    if parts[0] == "people":
        return run(ONE, {**values, "id": uuid.UUID(parts[1])}).fetchone()
    if parts[0] == "search":
        q = parse_qs(environ["QUERY_STRING"])["q"][0].lower()
        found = run(SEARCH, {**values, "q": q, "words": q.split()[:8]}).fetchall()
        return {"items": found, "next": None}
    if parts[0] == "reciprocity":
        return run(PAIR, {**values, "id": uuid.UUID(parts[2])}).fetchone()
    sent = orjson.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    ids = {name: uuid.UUID(bytes=uuid7().bytes) for name in ("give", "journal", "notice", "outbox")}
    row = {"receiver": uuid.UUID(sent["receiver_id"]), "kind": sent["kind"], "story": sent["story"]}
    run(GIVE, {**values, **ids, **row, "key": f"give_logged:{ids['give']}"})
    return {"id": ids["give"], **sent, "state": "logged"}
