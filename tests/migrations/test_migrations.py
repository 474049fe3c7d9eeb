"""Migrations run both ways, make exactly what the models say, and stay what they were."""

import ast
import re
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from community.core import schema

FOLDER = Path(__file__).parents[2] / "migrations"
FILES = sorted((FOLDER / "versions").glob("*.py"))
NAME = re.compile(r"\d{8}_\d{4}_(?P<rev>[a-z0-9]+)_[a-z0-9_]+\.py")
LEFT = text(
    """
    SELECT 'table ' || relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') AND relname <> 'alembic_version'
    UNION ALL SELECT 'type ' || t.typname FROM pg_type t
    WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = t.oid AND d.deptype = 'e')
    UNION ALL SELECT 'function ' || p.proname FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    """
)


def revisions() -> list[str]:
    """From the newest to the first."""
    return [script.revision for script in ScriptDirectory(str(FOLDER)).walk_revisions()]


def connection_to(url: str) -> Connection:
    return create_engine(url, poolclass=NullPool).connect()


def test_up_makes_what_the_models_say_and_down_leaves_nothing(owner_url: str) -> None:
    schema.upgrade(owner_url)
    assert schema.differences(owner_url, schema.all_models()) == []
    schema.downgrade(owner_url, "base")
    with connection_to(owner_url) as connection:
        assert connection.scalars(LEFT).all() == []
    schema.upgrade(owner_url)
    assert schema.differences(owner_url, schema.all_models()) == []


def test_each_migration_alone_goes_down_and_up_again(owner_url: str) -> None:
    schema.upgrade(owner_url)
    for revision in revisions():
        schema.downgrade(owner_url, "-1")
        schema.upgrade(owner_url, revision)
        schema.downgrade(owner_url, "-1")
    with connection_to(owner_url) as connection:
        assert schema.current_revision(connection) is None
        assert connection.scalars(LEFT).all() == []


def test_there_is_one_line_of_migrations() -> None:
    script = ScriptDirectory(str(FOLDER))
    assert len(script.get_heads()) == 1
    assert all(not each.is_merge_point for each in script.walk_revisions())
    assert len(revisions()) == len(FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_named_by_time_revision_and_subject(path: Path) -> None:
    found = NAME.fullmatch(path.name)
    assert found, path.name
    tree = ast.parse(path.read_text())
    named = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "revision"
    ]  # type: ignore[attr-defined]
    assert [ast.literal_eval(value) for value in named] == [found["rev"]]


@pytest.mark.parametrize(
    "path", [*FILES, FOLDER / "ddl.py", FOLDER / "env.py"], ids=lambda path: path.stem
)
def test_a_migration_never_imports_the_program(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
    assert not imported & {"community", "config", "wsgi", "tests"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_both_ways_begin_by_limiting_how_long_they_wait_for_a_lock(path: Path) -> None:
    ways = {
        node.name: ast.unparse(node.body[0])
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef)
    }
    for way in ("upgrade", "downgrade"):
        assert re.fullmatch(r"op\.execute\(\"SET LOCAL lock_timeout = '\d+m?s'\"\)", ways[way]), (
            ways[way]
        )
