"""Every row of a team, table by table, for its complete archive.

The operator's alone: nothing here asks who may see what.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    Text,
    cast,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
)

from community.core import db, schema
from community.exchange.formats.archives import NOBODY, renamed
from community.exchange.queries.here import among
from community.identity.models import Membership, Team, User, UserEmail

# Tables of a team that stay out of its archive, each with the reason. Every other one is in it,
# those that later features make as well.
LEFT_OUT: dict[str, str] = {
    "action_links": "secrets of mails that were sent; they lead to the place that sent them",
    "api_tokens": "secrets; programs are let in anew",
    "exports": "files made for some days; made again by whoever wants them",
    "idempotency_keys": "answers kept for a day, for requests sent again",
    "journal_seals": "a chain over the entries as they stand in their team; made anew",
    "outbox": "work owed here; nothing that is read back sends a mail",
}
# Columns that stay out as well, each with the reason.
WITHOUT: dict[tuple[str, str], str] = {
    ("journal_entries", "position"): "the number of a transaction here; the order is in the ids",
}
_AT_ONCE = 500


@dataclass(frozen=True)
class Kept:
    """A table of the archive, and its columns that hold text and that hold bytes."""

    table: Table
    plain: tuple[str, ...]
    binary: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it is called."""
        return str(self.table.name)

    def order(self, columns: Any) -> list[Any]:
        """The key among these columns, in an order that every database agrees on."""
        return [
            columns[key.name].collate("C") if isinstance(key.type, String) else columns[key.name]
            for key in self.table.primary_key
            if key.name != "team_id"
        ]


def kept_tables(metadata: MetaData | None = None) -> list[Kept]:
    """The tables of the archive, those that others refer to first."""
    tables = (metadata or schema.all_models()).sorted_tables
    return [
        Kept(
            table,
            tuple(c.name for c in table.c if _is_written(c) and not _is_bytes(c)),
            tuple(c.name for c in table.c if _is_bytes(c)),
        )
        for table in tables
        if "team_id" in table.c and table.name not in LEFT_OUT
    ]


def _is_written(column: Column[Any]) -> bool:
    said = (column.table.name, column.name)
    return column.name != "team_id" and column.computed is None and said not in WITHOUT


def _is_bytes(column: Column[Any]) -> bool:
    return isinstance(column.type, LargeBinary)


def find_lines(kept: Kept) -> Iterator[bytes]:
    """The rows of the team that is set, one JSON text each, without their bytes."""
    rows = (
        select(*(kept.table.c[name] for name in kept.plain))
        .where(kept.table.c.team_id == db.current_team_id())
        .subquery("r")
    )
    whole = cast(func.to_jsonb(literal_column("r")), Text)
    statement = select(whole).select_from(rows).order_by(*kept.order(rows.c))
    lines = (line.encode() for (line,) in _streamed(statement))
    return renamed(lines, db.current_team_id(), NOBODY)


def find_bytes(kept: Kept, name: str) -> Iterator[bytes | None]:
    """One column of bytes, in the same order."""
    statement = select(kept.table.c[name]).where(kept.table.c.team_id == db.current_team_id())
    return (row[0] for row in _streamed(statement.order_by(*kept.order(kept.table.c))))


def _streamed(statement: Any) -> Any:
    """The rows as the database hands them over: some hundred at a time, however many there are."""
    options = {"stream_results": True, "yield_per": _AT_ONCE}
    return db.session().connection().execute(statement, execution_options=options)


def find_accounts() -> Iterator[dict[str, Any]]:
    """Who signs in to the team that is set, or did, with their addresses and without any secret."""
    members = select(Membership.user_id).where(Membership.team_id == db.current_team_id())
    session = db.session()
    addresses: dict[UUID, list[dict[str, Any]]] = {}
    for mail in session.scalars(
        select(UserEmail).where(UserEmail.user_id.in_(members)).order_by(UserEmail.address)
    ):
        told = {name: getattr(mail, name) for name in ("address", "is_primary", "verified_at")}
        addresses.setdefault(mail.user_id, []).append(told)
    for user in session.scalars(select(User).where(User.id.in_(members)).order_by(User.id)):
        plain = {name: getattr(user, name) for name in ("id", "locale", "zone", "hotkeys")}
        dates = {"created_at": user.created_at, "disabled_at": user.disabled_at}
        yield {**plain, **dates, "emails": addresses.get(user.id, [])}


def find_user_by_address(address: str) -> UUID | None:
    """Who signs in with this address here."""
    return db.session().scalar(select(UserEmail.user_id).where(UserEmail.address == address))


def names_others(kept: Kept, user_ids: Iterable[str]) -> bool:
    """Whether a row of the team's names an account that is none of these."""
    known = [UUID(user_id) for user_id in user_ids]
    columns = [
        c for c in kept.table.c if any(k.column.table.name == "users" for k in c.foreign_keys)
    ]
    if not columns:
        return False
    others = or_(*(not_(among(column, known)) for column in columns))
    found = select(literal(1)).where(kept.table.c.team_id == db.current_team_id(), others)
    return db.session().execute(found.limit(1)).first() is not None


def has_user(user_id: UUID) -> bool:
    """Whether an id is taken here."""
    return db.session().get(User, user_id) is not None


def find_slug(slug: str) -> Row[Any] | None:
    """The team of a slug, deleted ones too."""
    return db.session().execute(select(Team.id).where(Team.slug == slug)).one_or_none()


def find_team_columns(team: Team) -> Mapping[str, Any]:
    """What an archive says of the team itself: nothing that opens a door."""
    names = ("slug", "name", "zone", "locale", "settings", "agreement_number", "created_at")
    return {name: getattr(team, name) for name in names}
