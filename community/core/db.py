"""One transaction a request, job or command, and the only place that commits.

Opening a transaction sets the team and the user for row-level security and reads the
database's clock, all in one round trip. Without a team every team-owned table answers no
rows. Rows that nobody reads on in the same breath (journal, notices, outbox, a new give) are
collected with `record()` and written together in one statement before the commit.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    TIMESTAMP,
    Engine,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    Row,
    Table,
    Text,
    create_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column
from sqlalchemy.types import Uuid
from uuid_utils.compat import uuid7

from community.core import clock
from community.core.privacy import KEY, STATE, info
from community.core.records import Records

CLOCK_ROLE = "community_clock"

# SQL for the driver as it stands: what opens every request is not worth compiling each time.
_OPEN = (
    "SELECT now() AS now, set_config('app.team_id', %(team_id)s, true) AS team_id,"
    " set_config('app.user_id', %(user_id)s, true) AS user_id"
)
_OPEN_AS = _OPEN + ", set_config('role', %(role)s, true)"


class Base(DeclarativeBase):
    """Every mapped row. Times are aware, texts unbounded, ids UUIDv7 made in Python."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: TIMESTAMP(timezone=True), str: Text(), UUID: Uuid()}


def new_id() -> UUID:
    """A UUIDv7: unique, and in the order it was made."""
    return uuid.UUID(bytes=uuid7().bytes)


def current_team_id() -> UUID:
    """The team the open transaction is set to; the default of every `team_id`."""
    team_id = unit().team_id
    if team_id is None:
        raise RuntimeError("no team is set for this transaction")
    return team_id


class Global:
    """A table above the teams; the catalogue test lists these by name."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, info=info("keep", KEY))


class TeamOwned:
    """A table whose rows belong to one team: `team_id` leads every key."""

    @declared_attr
    def team_id(cls) -> Mapped[UUID]:
        return mapped_column(
            ForeignKey("teams.id", ondelete="CASCADE"),
            primary_key=True,
            default=current_team_id,
            sort_order=-2,
            info=info("keep", KEY),
        )


class TeamThing(TeamOwned):
    """A team-owned row with an id of its own."""

    id: Mapped[UUID] = mapped_column(
        primary_key=True, default=new_id, sort_order=-1, info=info("keep", KEY)
    )


class Stamped:
    """Creation and change times, and the version that ETag and If-Match speak of."""

    created_at: Mapped[datetime] = mapped_column(default=clock.now, info=info("keep", STATE))
    updated_at: Mapped[datetime] = mapped_column(
        default=clock.now, onupdate=clock.now, info=info("keep", STATE)
    )
    version: Mapped[int] = mapped_column(Integer, default=1, info=info("keep", STATE))

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


def team_fk(
    column: str, table: str, *, ondelete: str = "CASCADE", target: str = "id"
) -> ForeignKeyConstraint:
    """A reference inside the team: `(team_id, column)` to `(team_id, id)` of the table."""
    return ForeignKeyConstraint(
        ["team_id", column], [f"{table}.team_id", f"{table}.{target}"], ondelete=ondelete
    )


@dataclass
class Unit:
    """The open transaction: its session, whom it is set to, and what waits for its commit."""

    bare_session: Session
    now: datetime
    team_id: UUID | None
    user_id: UUID | None
    opened: Row[Any]
    records: Records = field(default_factory=Records)
    after: list[Callable[[], None]] = field(default_factory=list)

    @property
    def session(self) -> Session:
        """The session, for whatever comes next; rows that wait to be read soon are there by then."""
        if self.records.is_read_soon:
            self.flush()
        return self.bare_session

    def flush(self) -> None:
        """Send what is pending, recorded rows included."""
        self.bare_session.flush()
        self.records.write(self.bare_session.connection())


_unit: ContextVar[Unit | None] = ContextVar("unit", default=None)
_engine: Engine | None = None


def configure(
    url: str, *, pool_size: int = 5, max_overflow: int = 10, statement_timeout_ms: int = 15_000
) -> Engine:
    """Point this process at its database. Called once by the composition root."""
    global _engine
    if _engine is not None:
        _engine.dispose()
    _engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_pre_ping=False,
        # An error's text goes to the logs, which hold nothing that people wrote.
        hide_parameters=True,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={
            "options": f"-c statement_timeout={statement_timeout_ms} -c lock_timeout=5000"
            " -c idle_in_transaction_session_timeout=60000 -c timezone=UTC",
            "connect_timeout": 5,
        },
    )
    return _engine


def engine() -> Engine:
    """The configured engine."""
    if _engine is None:
        raise RuntimeError("core.db.configure() was not called")
    return _engine


def unit() -> Unit:
    """The open transaction; RuntimeError when there is none."""
    current = _unit.get()
    if current is None:
        raise RuntimeError("no transaction is open")
    return current


def is_open() -> bool:
    """Whether a transaction is open in this context."""
    return _unit.get() is not None


def session() -> Session:
    """The session of the open transaction."""
    return unit().session


@contextmanager
def transaction(
    team_id: UUID | None = None,
    user_id: UUID | None = None,
    *,
    role: str | None = None,
    opening: str | None = None,
    params: Mapping[str, Any] | None = None,
    snapshot: bool = False,
) -> Iterator[Unit]:
    """Open the one transaction of a request, job or command; commit at the end, roll back on error.

    `opening` may replace the first statement, as the driver's SQL (`%(name)s`); it must set
    `app.team_id` and `app.user_id` itself and return one row with `now`, `team_id` and
    `user_id` (empty text for none). `snapshot`: every statement sees the database as of the first.
    """
    if is_open():
        raise RuntimeError("a transaction is open already; use independent() for a separate one")
    with _run(team_id, user_id, role, opening, params, snapshot) as opened:
        yield opened


@contextmanager
def independent(team_id: UUID | None = None, user_id: UUID | None = None) -> Iterator[Unit]:
    """A transaction of its own beside the open one: refused-attempt counters and progress only."""
    with _run(team_id, user_id, None, None, None) as opened:
        yield opened


@contextmanager
def _run(
    team_id: UUID | None,
    user_id: UUID | None,
    role: str | None,
    opening: str | None,
    params: Mapping[str, Any] | None,
    snapshot: bool = False,
) -> Iterator[Unit]:
    bind = engine().execution_options(isolation_level="REPEATABLE READ") if snapshot else engine()
    with Session(bind, expire_on_commit=False, autoflush=False) as own:
        values: dict[str, Any] = {"team_id": str(team_id or ""), "user_id": str(user_id or "")}
        if opening is None:
            opening = _OPEN_AS if role else _OPEN
            params = {**values, "role": role} if role else values
        row = own.connection().exec_driver_sql(opening, dict(params or {})).one()
        opened = Unit(own, row.now, _uuid(row.team_id), _uuid(row.user_id), row)
        token = _unit.set(opened)
        try:
            with clock.running_at(row.now):
                yield opened
                flush()
                own.commit()
        finally:
            _unit.reset(token)
    for effect in opened.after:
        effect()


def _uuid(value: Any) -> UUID | None:
    return UUID(str(value)) if value else None


def enter(team_id: UUID | None, user_id: UUID | None) -> None:
    """Set the open transaction to another team or user (a sign-in, a command, a sealed link)."""
    current = unit()
    values = {"team_id": str(team_id or ""), "user_id": str(user_id or "")}
    current.session.connection().exec_driver_sql(_OPEN, values)
    current.team_id, current.user_id = team_id, user_id


def add(*rows: Base) -> None:
    """Put new rows into the open transaction."""
    session().add_all(rows)


def record(table: Table, row: dict[str, Any], *, once: bool = False, soon: bool = False) -> None:
    """Write this row before the commit, together with its like.

    `once` leaves a row as it is that is there already (by any key of the table). `soon` writes
    it before this transaction next uses its session, for rows that may be read on.
    """
    waiting = unit().records
    waiting.add(table, row, once=once)
    waiting.is_read_soon = waiting.is_read_soon or soon


def flush() -> None:
    """Send what is pending, recorded rows included."""
    unit().flush()


def after_commit(effect: Callable[[], None]) -> None:
    """Call this once the transaction has committed; never when it has not."""
    unit().after.append(effect)


@contextmanager
def attempt() -> Iterator[None]:
    """A part that can fail alone: on an error everything inside it is undone and the error goes on."""
    current = unit()
    flush()
    after = len(current.after)
    try:
        with current.session.begin_nested():
            yield
            flush()
    except BaseException:
        current.records.clear()
        del current.after[after:]
        raise


def row_count(result: Any) -> int:
    """How many rows an UPDATE or DELETE changed."""
    return int(result.rowcount)
