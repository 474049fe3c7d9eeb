"""The statements that write what is the importer's own, and what the team's fields hold.

Everything of one's own begins as one's alone. Other people are named by ids of the file, so these
come after the ids.
"""

from sqlalchemy import TextClause

from community.exchange.actions.staged import MINE, PERSON, statement

_AUTHORED = (
    "team_id, person_id, author_id, audience, audience_people, created_at, updated_at, version"
)
_AUTHOR = f"r.team_id, {PERSON}, :author_id, 'private', '{{}}', :now, :now, 1"
_DONE = f"{MINE} AND r.outcome IN ('new', 'update')"
# Whom an id of the file stands for.
_NAMED = """external_ids e ON e.team_id = r.team_id AND e.importer_id = :author_id
    AND e.source = :source AND e.external_id = w.other"""


def _written(part: str, columns: str) -> str:
    return f"import_rows r, jsonb_to_recordset(r.written -> '{part}') AS w ({columns})"


def _joined(part: str, columns: str, how: str) -> str:
    rows = f"jsonb_to_recordset(r.written -> '{part}') AS w ({columns})"
    return f"import_rows r CROSS JOIN LATERAL {rows} {how} JOIN {_NAMED}"


_NOTES = statement(
    f"""
    INSERT INTO notes ({_AUTHORED}, id, body, happened_at, in_confidence)
    SELECT {_AUTHOR}, w.id, w.body, least(coalesce(w.happened_at, :now), :now),
           coalesce(w.in_confidence, false)
    FROM {_written("notes", "id uuid, body text, happened_at timestamptz, in_confidence boolean")}
    WHERE {_DONE}
    """
)
_FACTS = statement(
    f"""
    INSERT INTO facts ({
        _AUTHORED
    }, id, kind, text, source, certainty, recheck_on, by_on, in_confidence)
    SELECT {_AUTHOR}, w.id, w.kind, w.text, w.source, w.certainty, w.recheck_on, w.by_on,
           w.in_confidence
    FROM {
        _written(
            "facts",
            "id uuid, kind text, text text, source text, certainty text,"
            " recheck_on date, by_on date, in_confidence boolean",
        )
    }
    WHERE {_DONE}
    """
)
_PREFERENCES = statement(
    f"""
    INSERT INTO preferences ({
        _AUTHORED
    }, id, channel, best_hours, to_raise, to_avoid, sensitivities)
    SELECT {_AUTHOR}, w.id, w.channel, w.best_hours, w.to_raise, w.to_avoid, w.sensitivities
    FROM {
        _written(
            "preferences",
            "id uuid, channel text, best_hours text, to_raise text,"
            " to_avoid text, sensitivities text",
        )
    }
    WHERE {_DONE} ON CONFLICT DO NOTHING
    """
)
_TIES = statement(
    f"""
    INSERT INTO ties ({_AUTHORED}, id, met_on, met_where, met_through_kind, met_through_id)
    SELECT {_AUTHOR}, w.id, w.met_on, w.met_where,
           CASE WHEN e.person_id IS NULL THEN '' ELSE 'person' END, e.person_id
    FROM {_joined("ties", "id uuid, met_on text, met_where text, other text", "LEFT")}
         AND e.person_id <> {PERSON}
    WHERE {_DONE} ON CONFLICT DO NOTHING
    """
)
_RELATIONS = statement(
    f"""
    INSERT INTO relations ({_AUTHORED}, id, other_id, kind, kind_id, word, from_on, to_on)
    SELECT {_AUTHOR}, w.id, e.person_id, w.kind, w.kind_id, w.word, w.from_on, w.to_on
    FROM {
        _joined(
            "relations",
            "id uuid, other text, kind text, kind_id uuid, word text, from_on date, to_on date",
            "",
        )
    }
    WHERE {_DONE} AND e.person_id <> {PERSON}
    """
)
_FIELDS = statement(
    f"""
    INSERT INTO custom_values (team_id, person_id, id, field_id, value, other_id)
    SELECT r.team_id, {PERSON}, w.id, w.field_id, w.value, e.person_id
    FROM {_joined("custom", "id uuid, field_id uuid, value text, other text", "LEFT")}
    WHERE {_DONE} AND (w.other = '' OR e.person_id IS NOT NULL) ON CONFLICT DO NOTHING
    """
)
OWN_STATEMENTS: tuple[TextClause, ...] = (_NOTES, _FACTS, _PREFERENCES, _TIES, _RELATIONS, _FIELDS)
