"""What the publishing statements have in common: the rows they read, and their parameters."""

import re
from typing import Any

from sqlalchemy import ARRAY, TIMESTAMP, Text, TextClause, Uuid, bindparam, text

MINE = "r.team_id = :team_id AND r.batch_id = :batch_id"
PERSON = "coalesce(r.person_id, (r.written -> 'person' ->> 'id')::uuid)"
_TYPES: dict[str, Any] = {
    "team_id": Uuid(),
    "batch_id": Uuid(),
    "author_id": Uuid(),
    "now": TIMESTAMP(timezone=True),
    "source": Text(),
    "audience": Text(),
    "circle_id": Uuid(),
    "audience_people": ARRAY(Uuid()),
}


def statement(sql: str) -> TextClause:
    """A statement with those of the parameters that it names."""
    named = {name: kind for name, kind in _TYPES.items() if re.search(rf":{name}\b", sql)}
    return text(sql).bindparams(*[bindparam(name, type_=kind) for name, kind in named.items()])
