"""The guard around everybody's data, proved from the catalogue for every table there is.

A rule that cannot fail proves nothing, so each is also shown the sin it is there for.
"""

import pytest
from sqlalchemy import Connection, Table, text

from community.core import schema
from tests.migrations.checks import CLOCK_MAY, GLOBAL, INSERT_ONLY, OTHER_POLICIES, RULES, offenders

WHOLE = "CREATE TABLE sins (team_id uuid NOT NULL, id uuid NOT NULL, PRIMARY KEY (team_id, id))"
GUARDED = (
    WHOLE
    + "; ALTER TABLE sins ENABLE ROW LEVEL SECURITY; ALTER TABLE sins FORCE ROW LEVEL SECURITY"
)
WIDE = "CREATE POLICY team ON sins TO community_app USING (true)"
SEARCH = "CREATE FUNCTION peek() RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER"
A_TEAM_WITH_A_CIRCLE = """
    WITH team AS (
        INSERT INTO teams (id, key, slug, name, zone, locale, settings, is_demo, created_at, updated_at, version)
        VALUES (gen_random_uuid(), 'k', 's', 'n', 'UTC', 'en', '{}', false, now(), now(), 1) RETURNING id)
    INSERT INTO circles (team_id, id, name, purpose, created_at, updated_at, version)
    SELECT id, gen_random_uuid(), 'n', '', now(), now(), 1 FROM team
"""
SINS = {
    "team_owned_tables_have_a_team": "CREATE TABLE sins (id uuid PRIMARY KEY)",
    "global_tables_have_no_team": "ALTER TABLE users ADD COLUMN team_id uuid",
    "every_table_has_a_primary_key": "CREATE TABLE sins (team_id uuid NOT NULL)",
    "the_team_leads_every_primary_key": "CREATE TABLE sins (team_id uuid, id uuid, PRIMARY KEY (id, team_id))",
    "the_team_is_in_every_unique_key": WHOLE + "; CREATE UNIQUE INDEX alone ON sins (id)",
    "the_team_is_in_every_foreign_key": (
        "CREATE UNIQUE INDEX alone ON circles (id);"
        "CREATE TABLE sins (team_id uuid, id uuid REFERENCES circles (id), PRIMARY KEY (team_id, id))"
    ),
    "a_team_takes_its_rows_with_it": WHOLE,
    "global_tables_point_at_no_team_owned_one": (
        "CREATE UNIQUE INDEX alone ON circles (id);ALTER TABLE users ADD COLUMN circle_id uuid REFERENCES circles (id)"
    ),
    "row_level_security_is_enabled_and_forced": "ALTER TABLE notes NO FORCE ROW LEVEL SECURITY",
    "the_application_is_held_to_its_team": f"{GUARDED}; {WIDE}",
    "no_policy_opens_more_than_is_named": "CREATE POLICY peek ON notes FOR SELECT USING (true)",
    "ledger_and_journal_are_insert_only": "GRANT UPDATE (kind) ON gives TO community_app",
    "the_application_changes_rows_not_tables": "GRANT TRUNCATE ON notes TO community_app",
    "nobody_is_let_in_by_default": "GRANT SELECT ON users TO PUBLIC",
    "nobody_but_the_owner_makes_things": "GRANT CREATE ON SCHEMA public TO community_search",
    "the_clock_sees_when_and_never_what": "GRANT SELECT (args) ON outbox TO community_clock",
    "search_reads_and_no_more": "GRANT UPDATE ON persons TO community_search",
    "views_read_with_the_readers_rights": "CREATE VIEW sins AS SELECT name FROM persons",
    "functions_with_rights_of_their_own_are_the_searches": f"{SEARCH} AS 'SELECT 1'",
    "the_application_owns_nothing": "ALTER TABLE notes OWNER TO community_app",
    "every_table_belongs_to_the_owner_role": "ALTER TABLE notes OWNER TO community_search",
    "roles_have_only_the_powers_they_need": "CREATE ROLE community_rogue BYPASSRLS",
    "the_application_becomes_the_clock_alone": "GRANT community_search TO community_app",
}


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_holds(catalogue: Connection, rule: str) -> None:
    assert offenders(catalogue, rule) == []


@pytest.mark.parametrize("rule", SINS)
def test_the_rule_sees_the_sin(catalogue: Connection, rule: str) -> None:
    for statement in SINS[rule].split(";"):
        catalogue.execute(text(statement))
    assert offenders(catalogue, rule) != []


def test_every_rule_is_shown_a_sin() -> None:
    assert SINS.keys() == RULES.keys()


def test_what_the_rules_name_exists(catalogue: Connection) -> None:
    tables = set(catalogue.scalars(text("SELECT relname FROM pg_class WHERE relkind = 'r'")))
    policies = set(
        catalogue.scalars(
            text(
                "SELECT c.relname || '.' || p.polname FROM pg_policy p JOIN pg_class c ON c.oid = polrelid"
            )
        )
    )
    granted = catalogue.scalars(
        text(
            "SELECT table_name || '.' || column_name || ' ' || privilege_type"
            " FROM information_schema.column_privileges WHERE grantee = 'community_clock'"
        )
    )
    assert set(GLOBAL) | set(INSERT_ONLY) <= tables
    assert set(OTHER_POLICIES) <= policies
    assert set(granted) == set(CLOCK_MAY)


def test_without_a_team_the_application_sees_no_row_of_any_team(catalogue: Connection) -> None:
    catalogue.execute(text(A_TEAM_WITH_A_CIRCLE))
    team = catalogue.scalar(text("SELECT team_id FROM circles"))
    catalogue.execute(text("SET LOCAL ROLE community_app"))
    # Never set, and '' as SET LOCAL leaves it behind after a commit.
    assert catalogue.scalar(text("SELECT count(*) FROM circles")) == 0
    for value, seen in (("", 0), (str(team), 1), ("00000000-0000-0000-0000-000000000000", 0)):
        catalogue.execute(text("SELECT set_config('app.team_id', :value, true)"), {"value": value})
        assert catalogue.scalar(text("SELECT count(*) FROM circles")) == seen


TABLES = sorted(schema.all_models().sorted_tables, key=lambda table: table.name)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_declares_what_it_means_to_a_persons_privacy(table: Table) -> None:
    _complete(table.info, table.name)
    for column in table.columns:
        _complete(column.info, f"{table.name}.{column.name}")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_reference_to_a_person_says_so(table: Table) -> None:
    silent = [
        column.name
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name == "persons"
        and key.column.name == "id"
        and not column.info["person"]
    ]
    assert silent == []


def test_every_table_of_the_database_has_a_model(catalogue: Connection) -> None:
    found = catalogue.scalars(
        text(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        )
    )
    assert set(found) - {"alembic_version"} == {table.name for table in TABLES}


def _complete(info: dict[str, object], name: str) -> None:
    assert info.get("privacy") in ("export", "erase", "keep"), f"{name} declares no privacy class"
    assert info["privacy"] != "keep" or info.get("why"), f"{name} is kept without a reason"
    assert isinstance(info.get("person"), bool), f"{name} does not say whether it names a person"
