"""Which migration this version of the program was written for, read without Alembic.

Every web process is asked for it (`/readyz`), and importing Alembic takes longer than Flask.
"""

import re
from functools import cache
from pathlib import Path

MIGRATIONS = Path(__file__).parents[2] / "migrations"
_NAMED = re.compile(r'^(revision|down_revision)\b[^=\n]*= "(\w+)"$', re.MULTILINE)


@cache
def newest_revision() -> str:
    """The revision nothing comes after; LookupError when the migrations are not one line."""
    named: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for path in (MIGRATIONS / "versions").glob("*.py"):
        for kind, revision in _NAMED.findall(path.read_text()):
            named[kind].add(revision)
    heads = named["revision"] - named["down_revision"]
    if len(heads) != 1:
        raise LookupError(f"the migrations have {len(heads)} ends: {sorted(heads)}")
    return heads.pop()
