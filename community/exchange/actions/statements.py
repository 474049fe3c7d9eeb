"""The statements that make staged plans come true: each reads `import_rows.written` alone.

Parameters: team_id, batch_id, author_id, now, source, audience, circle_id, audience_people.
"""

from sqlalchemy import TextClause

from community.exchange.actions.own_statements import OWN_STATEMENTS
from community.exchange.actions.staged import MINE, PERSON, statement

_COLUMNS = """p (id uuid, name text, call_name text, sort_name text, sort_key text, sought text,
    birthday_month smallint, birthday_day smallint, birthday_year smallint, tags text[], extra jsonb)"""


def _listed(table: str, part: str, extra: str = "") -> TextClause:
    """The values of one list of `written` into their table."""
    columns = f"id, value, label, position{', e164' if extra else ''}"
    return statement(
        f"""
        INSERT INTO {table} (team_id, person_id, {columns})
        SELECT r.team_id, {PERSON}, {columns} FROM import_rows r,
               jsonb_to_recordset(r.written -> '{part}')
               AS w (id uuid, value text, label text, position smallint{extra})
        WHERE {MINE} AND r.outcome IN ('new', 'update') ON CONFLICT DO NOTHING
        """
    )


_PERSONS = statement(
    f"""
    INSERT INTO persons (team_id, id, canonical_id, author_id, audience, circle_id, audience_people,
        source, source_detail, created_at, updated_at, version, name, call_name, sort_name,
        sort_key, sought,
        birthday_month, birthday_day, birthday_year, tags, extra)
    SELECT r.team_id, p.id, p.id, :author_id, :audience, :circle_id, :audience_people,
           'import', :source, :now, :now, 1, p.name, p.call_name, coalesce(p.sort_name, ''),
           p.sort_key, p.sought,
           p.birthday_month, p.birthday_day, p.birthday_year, p.tags, p.extra
    FROM import_rows r, jsonb_to_record(r.written -> 'person') AS {_COLUMNS}
    WHERE {MINE} AND r.outcome = 'new'
    """
)
_CHANGED = statement(
    f"""
    UPDATE persons SET name = p.name, call_name = p.call_name,
        sort_name = p.sort_name, sort_key = p.sort_key,
        sought = p.sought, birthday_month = p.birthday_month, birthday_day = p.birthday_day,
        birthday_year = p.birthday_year, tags = p.tags, extra = p.extra, updated_at = :now,
        version = version + 1
    FROM import_rows r, jsonb_to_record(r.written -> 'person') AS {_COLUMNS}
    WHERE {MINE} AND r.outcome = 'update' AND persons.team_id = r.team_id AND persons.id = p.id
    """
)
_TITLED = statement(
    f"""
    UPDATE positions SET title = w.title FROM import_rows r,
           jsonb_to_recordset(r.written -> 'titled') AS w (id uuid, title text)
    WHERE {MINE} AND r.outcome = 'update' AND positions.team_id = r.team_id AND positions.id = w.id
    """
)
_ENDED = statement(
    f"""
    UPDATE positions SET to_on = w.to_on FROM import_rows r,
           jsonb_to_recordset(r.written -> 'ended') AS w (id uuid, to_on date)
    WHERE {MINE} AND r.outcome = 'update' AND positions.team_id = r.team_id AND positions.id = w.id
    """
)
_POSITIONS = statement(
    f"""
    INSERT INTO positions (team_id, person_id, id, organisation, title, from_on, to_on, created_at)
    SELECT r.team_id, {PERSON}, w.id, w.organisation, w.title, w.from_on, w.to_on, :now
    FROM import_rows r, jsonb_to_recordset(r.written -> 'positions')
         AS w (id uuid, organisation text, title text, from_on date, to_on date)
    WHERE {MINE} AND r.outcome IN ('new', 'update')
    """
)
# An id that stood for somebody who was deleted since stands for the new person now.
_EXTERNAL_IDS = statement(
    f"""
    INSERT INTO external_ids (team_id, person_id, importer_id, source, id, external_id)
    SELECT r.team_id, {PERSON}, :author_id, :source, w.id, w.value FROM import_rows r,
           jsonb_to_recordset(r.written -> 'external_ids') AS w (id uuid, value text)
    WHERE {MINE} AND r.outcome IN ('new', 'update', 'unchanged', 'skipped')
    ON CONFLICT (team_id, importer_id, source, external_id) DO UPDATE SET person_id = excluded.person_id
    """
)
# What is the importer's own (notes, ids) leaves the person's version as it is.
_VERSION = """CASE WHEN r.outcome = 'new' THEN 1 WHEN r.written ? 'person' THEN r.person_version + 1
    ELSE r.person_version END"""
_FIELDS = "ARRAY(SELECT jsonb_array_elements_text(r.written -> 'fields') ORDER BY 1)"
_CHANGES = statement(
    f"""
    INSERT INTO person_changes (team_id, person_id, id, changed_at, changed_by_id, batch_id, fields,
        version, is_import)
    SELECT r.team_id, {PERSON}, (r.written ->> 'change_id')::uuid, :now, :author_id, r.batch_id,
           {_FIELDS}, {_VERSION}, true
    FROM import_rows r WHERE {MINE} AND r.outcome IN ('new', 'update')
    """
)
_JOURNAL = statement(
    f"""
    INSERT INTO journal_entries (team_id, id, at, actor_id, verb, thing_kind, thing_id, fields)
    SELECT r.team_id, (r.written ->> 'entry_id')::uuid, :now, :author_id,
           CASE WHEN r.outcome = 'new' THEN 'add' ELSE 'edit' END, 'person', {PERSON},
           CASE WHEN r.outcome = 'new' THEN '{{}}' ELSE {_FIELDS} END
    FROM import_rows r WHERE {MINE} AND r.outcome IN ('new', 'update')
    """
)
_ROWS = statement(
    f"""
    UPDATE import_rows r SET person_id = {PERSON}, person_version = {_VERSION}
    WHERE {MINE} AND r.outcome IN ('new', 'update')
    """
)

PUBLISH = (
    _PERSONS,
    _CHANGED,
    _listed("person_emails", "emails"),
    _listed("person_phones", "phones", ", e164 text"),
    _listed("person_links", "links"),
    _TITLED,
    _ENDED,
    _POSITIONS,
    _EXTERNAL_IDS,
    *OWN_STATEMENTS,
    _CHANGES,
    _JOURNAL,
    _ROWS,
)
