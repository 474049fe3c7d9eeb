"""Rules of the database, each as a query of the catalogue for whatever breaks it.

A query answers one line of text an offender and nothing when the rule holds. It looks at every
table there is, so it proves the rule for tables that do not exist yet.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, text

GLOBAL = (
    "users",
    "user_emails",
    "credentials",
    "sessions",
    "authenticator_apps",
    "passkeys",
    "linked_accounts",
    "sign_in_counters",
    "teams",
    "heartbeats",
)
# Policies beside `team`, by name: what each opens is said in the migration that makes it.
SEARCHED = (
    "facts",
    "give_states",
    "give_words",
    "moments",
    "notes",
    "organisations",
    "persons",
    "positions",
    "profile_parts",
)
OTHER_POLICIES = ("memberships.own", "outbox.dispatch", *(f"{table}.search" for table in SEARCHED))
INSERT_ONLY = ("gives", "give_acts", "journal_entries", "journal_seals")
CLOCK_MAY = (
    "outbox.id SELECT",
    "outbox.team_id SELECT",
    "outbox.queue SELECT",
    "outbox.next_at SELECT",
    "outbox.lease_until SELECT",
    "outbox.attempt SELECT",
    "outbox.lease_until UPDATE",
    "outbox.attempt UPDATE",
)
TEAM_IS = "(team_id = (NULLIF(current_setting('app.team_id'::text, true), ''::text))::uuid)"

_TABLES = """
WITH tables AS (
    SELECT c.oid AS rel, c.relname AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
           (SELECT a.attnum FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'team_id'
            AND NOT a.attisdropped) AS team
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'alembic_version'
), owned AS (SELECT * FROM tables WHERE NOT name = ANY (:global_tables))
"""
RULES = {
    "team_owned_tables_have_a_team": """
        SELECT name FROM owned JOIN pg_attribute a ON a.attrelid = rel AND a.attnum = team
        WHERE NOT a.attnotnull OR a.atttypid <> 'uuid'::regtype
        UNION ALL SELECT name FROM owned WHERE team IS NULL""",
    "global_tables_have_no_team": "SELECT name FROM tables WHERE name = ANY (:global_tables) AND team IS NOT NULL",
    "every_table_has_a_primary_key": """
        SELECT name FROM tables WHERE NOT EXISTS (SELECT FROM pg_index WHERE indrelid = rel AND indisprimary)""",
    "the_team_leads_every_primary_key": """
        SELECT name FROM owned JOIN pg_index i ON i.indrelid = rel AND i.indisprimary
        WHERE i.indkey[0] IS DISTINCT FROM team""",
    "the_team_is_in_every_unique_key": """
        SELECT indexrelid::regclass::text FROM owned JOIN pg_index i ON i.indrelid = rel AND i.indisunique
        WHERE team IS NULL OR NOT team = ANY (i.indkey::int2[])""",
    "the_team_is_in_every_foreign_key": """
        SELECT k.conname::text FROM pg_constraint k JOIN owned here ON here.rel = k.conrelid
        JOIN owned there ON there.rel = k.confrelid
        WHERE k.contype = 'f' AND NOT EXISTS (
            SELECT FROM generate_subscripts(k.conkey, 1) n
            WHERE k.conkey[n] = here.team AND k.confkey[n] = there.team)""",
    "a_team_takes_its_rows_with_it": """
        SELECT name FROM owned WHERE NOT EXISTS (
            SELECT FROM pg_constraint k WHERE k.conrelid = rel AND k.contype = 'f'
            AND k.confrelid = 'teams'::regclass AND k.conkey = ARRAY[team] AND k.confdeltype = 'c')""",
    "global_tables_point_at_no_team_owned_one": """
        SELECT k.conname::text FROM pg_constraint k JOIN owned there ON there.rel = k.confrelid
        JOIN tables here ON here.rel = k.conrelid WHERE k.contype = 'f' AND here.name = ANY (:global_tables)""",
    "row_level_security_is_enabled_and_forced": "SELECT name FROM owned WHERE NOT (enabled AND forced)",
    "the_application_is_held_to_its_team": """
        SELECT name FROM owned WHERE NOT EXISTS (
            SELECT FROM pg_policy p WHERE p.polrelid = rel AND p.polname = 'team' AND p.polcmd = '*'
            AND p.polpermissive AND p.polroles = ARRAY['community_app'::regrole::oid]
            AND pg_get_expr(p.polqual, rel) = :team_is AND pg_get_expr(p.polwithcheck, rel) = :team_is)""",
    "no_policy_opens_more_than_is_named": """
        SELECT name || '.' || p.polname FROM tables JOIN pg_policy p ON p.polrelid = rel
        WHERE p.polname <> 'team' AND NOT name || '.' || p.polname = ANY (:other_policies)
           OR 0::oid = ANY (p.polroles)""",
    "the_application_owns_nothing": """
        SELECT c.relname::text FROM pg_class c WHERE c.relowner = 'community_app'::regrole
        UNION ALL SELECT proname::text FROM pg_proc WHERE proowner = 'community_app'::regrole
        UNION ALL SELECT nspname::text FROM pg_namespace WHERE nspowner = 'community_app'::regrole
        UNION ALL SELECT datname::text FROM pg_database WHERE datdba = 'community_app'::regrole""",
    "every_table_belongs_to_the_owner_role": """
        SELECT name FROM tables JOIN pg_class c ON c.oid = rel WHERE c.relowner <> 'community_owner'::regrole""",
    "roles_have_only_the_powers_they_need": """
        SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'community\\_%' AND (
            rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication
            OR rolbypassrls <> (rolname = 'community_owner')
            OR rolcanlogin <> (rolname IN ('community_owner', 'community_app'))
            OR (rolname = 'community_app' AND rolinherit))""",
    "the_application_becomes_the_clock_alone": """
        SELECT r.rolname::text FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid
        WHERE m.member = 'community_app'::regrole AND r.rolname <> 'community_clock'""",
    "the_application_changes_rows_not_tables": """
        SELECT name || ' ' || p FROM tables, unnest(ARRAY['TRUNCATE', 'REFERENCES', 'TRIGGER']) p
        WHERE has_table_privilege('community_app', rel, p)""",
    "ledger_and_journal_are_insert_only": """
        SELECT name || ' ' || p FROM tables, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) p
        WHERE name = ANY (:insert_only) AND (has_table_privilege('community_app', rel, p)
              OR (p = 'UPDATE' AND has_any_column_privilege('community_app', rel, p)))""",
    "nobody_is_let_in_by_default": """
        SELECT c.relname || ' ' || a.privilege_type FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.relnamespace = 'public'::regnamespace AND a.grantee = 0
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')""",
    "nobody_but_the_owner_makes_things": """
        SELECT r.rolname::text FROM pg_roles r WHERE r.rolname LIKE 'community\\_%' AND r.rolname <> 'community_owner'
        AND has_schema_privilege(r.oid, 'public', 'CREATE')
        UNION ALL SELECT 'PUBLIC' FROM pg_namespace, aclexplode(nspacl) a
        WHERE nspname = 'public' AND a.grantee = 0 AND a.privilege_type = 'CREATE'""",
    "the_clock_sees_when_and_never_what": """
        SELECT name || '.' || a.attname || ' ' || p
        FROM tables JOIN pg_attribute a ON a.attrelid = rel AND a.attnum > 0 AND NOT a.attisdropped,
             unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) p
        WHERE has_column_privilege('community_clock', rel, a.attnum, p)
          AND NOT name || '.' || a.attname || ' ' || p = ANY (:clock_may)
        UNION ALL SELECT name || ' DELETE' FROM tables WHERE has_table_privilege('community_clock', rel, 'DELETE')""",
    "search_reads_and_no_more": """
        SELECT name || ' ' || p FROM tables, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p
        WHERE has_table_privilege('community_search', rel, p)""",
    "views_read_with_the_readers_rights": """
        SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND (
            c.relkind = 'm' OR (c.relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)))
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')""",
    "functions_with_rights_of_their_own_are_the_searches": """
        SELECT p.oid::regprocedure::text FROM pg_proc p
        WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace AND (
            p.proowner <> 'community_search'::regrole
            OR NOT EXISTS (SELECT FROM unnest(p.proconfig) s WHERE s LIKE 'search_path=pg_catalog, public, pg_temp')
            OR p.provolatile = 'v'
            OR position('app.team_id' IN p.prosrc) = 0
            OR p.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(p.proacl) a WHERE a.grantee = 0))""",
}


def offenders(connection: Connection, rule: str) -> Sequence[str]:
    """Whatever breaks the rule."""
    given = {
        "global_tables": list(GLOBAL),
        "other_policies": list(OTHER_POLICIES),
        "insert_only": list(INSERT_ONLY),
        "clock_may": list(CLOCK_MAY),
        "team_is": TEAM_IS,
    }
    statement = text(_TABLES + RULES[rule])
    return connection.scalars(
        statement, {k: v for k, v in given.items() if f":{k}" in statement.text}
    ).all()
