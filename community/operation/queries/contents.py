"""What the tables hold, as figures that two databases can be compared by."""

import hashlib
from collections.abc import Mapping

from sqlalchemy import Connection, text

from community.operation.formats.archive import ChainHead, TableContents

# The same bytes for the same rows, whatever the cluster's own settings are.
_PINNED = text(
    "SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, YMD', true),"
    " set_config('IntervalStyle', 'postgres', true), set_config('bytea_output', 'hex', true),"
    " set_config('extra_float_digits', '1', true), set_config('row_security', 'off', true)"
)
_TABLES = text(
    """
    SELECT c.relname, array_agg(quote_ident(a.attname) ORDER BY a.attname) AS columns,
           (SELECT array_agg(quote_ident(k.attname) || CASE WHEN k.attcollation <> 0 THEN ' COLLATE "C"' ELSE '' END
                             ORDER BY array_position(i.indkey::int2[], k.attnum))
            FROM pg_index i JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = ANY (i.indkey)
            WHERE i.indrelid = c.oid AND i.indisprimary) AS key
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    GROUP BY c.oid, c.relname ORDER BY c.relname
    """
)


def all_tables(connection: Connection) -> dict[str, TableContents]:
    """Rows and digest of every table, as the open transaction sees them. Needs BYPASSRLS."""
    connection.execute(_PINNED)
    return {
        row.relname: _contents(connection, row.relname, row.columns, row.key or row.columns)
        for row in connection.execute(_TABLES).all()
    }


def _contents(
    connection: Connection, table: str, columns: list[str], key: list[str]
) -> TableContents:
    """COPY's text puts each row on one line of its own, so lines are rows."""
    digest, rows = hashlib.sha256(), 0
    statement = (
        f'COPY (SELECT {", ".join(columns)} FROM "{table}" ORDER BY {", ".join(key)}) TO STDOUT'
    )
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(statement) as copied:
        for block in copied:
            digest.update(block)
            rows += bytes(block).count(b"\n")
    return TableContents(rows, digest.hexdigest())


def chain_heads(connection: Connection) -> dict[str, ChainHead]:
    """The end of each team's journal chain, by team id."""
    statement = text(
        "SELECT DISTINCT ON (team_id) team_id, seq, encode(digest, 'hex') AS digest"
        " FROM journal_seals ORDER BY team_id, seq DESC"
    )
    return {
        str(row.team_id): ChainHead(row.seq, row.digest) for row in connection.execute(statement)
    }


def differences(
    wanted: Mapping[str, TableContents], found: Mapping[str, TableContents]
) -> list[str]:
    """In words, which tables are not what they should be."""
    words = []
    for name in sorted(wanted.keys() | found.keys()):
        before, after = wanted.get(name), found.get(name)
        if before is None or after is None:
            words.append(f"{name}: the table is {'new' if before is None else 'missing'}")
        elif before.rows != after.rows:
            words.append(f"{name}: {before.rows} rows were saved, {after.rows} are here")
        elif before != after:
            words.append(f"{name}: the rows differ from those saved")
    return words
