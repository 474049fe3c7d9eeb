"""Which rows concern a person, read from what every table declares (`core.privacy`)."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, exists, or_

from community.core.db import Base
from community.core.privacy import Concerns

_ROOTS = {"persons": "person_ids", "memberships": "member_ids", "users": "user_ids"}


@dataclass(frozen=True)
class Subject:
    """One person in every shape the tables name them by.

    `user_ids` is theirs only where the account is: what belongs to an account that is also in
    other teams is not this team's to hand out or erase.
    """

    team_id: UUID
    person_id: UUID
    person_ids: tuple[UUID, ...]
    member_ids: tuple[UUID, ...] = ()
    user_ids: tuple[UUID, ...] = ()
    addresses: tuple[str, ...] = ()
    is_member: bool = False


def tables() -> list[Table]:
    """Every table, those that others refer to first."""
    return list(Base.metadata.sorted_tables)


def table_of(name: str) -> Table:
    """A table of a feature that this one does not know by its models."""
    return Base.metadata.tables[name]


def concerns(table: Table) -> Concerns:
    """How its rows concern a person."""
    found: Concerns = table.info["concerns"]
    return found


def personal() -> Iterator[Table]:
    """The tables whose rows are about somebody."""
    return (table for table in tables() if concerns(table).about)


def is_account(table: Table) -> bool:
    """Whether its rows belong to a user above the teams."""
    return "team_id" not in table.c


def exported_columns(table: Table) -> list[str]:
    """The names of the columns that a subject's export holds."""
    return [str(c.name) for c in table.columns if c.info["privacy"] == "export"]


def emptied_columns(table: Table) -> list[str]:
    """The names of the columns that hold nothing personal after an erasure."""
    return [
        column.name
        for column in table.columns
        if column.info["privacy"] == "erase"
        or (column.info["privacy"] == "export" and not column.info["why"])
    ]


def about(table: Table, subject: Subject) -> ColumnElement[bool]:
    """The WHERE clause of the rows of a table that are about the subject."""
    ways = [_by_column(table, name, subject) for name in concerns(table).about]
    return _here(table, subject.team_id, or_(*ways))


def by(table: Table, subject: Subject) -> ColumnElement[bool] | None:
    """The WHERE clause of the rows the subject wrote; None where a table does not say."""
    author = concerns(table).by
    if not author:
        return None
    return _here(table, subject.team_id, _by_column(table, author, subject))


def _by_column(table: Table, name: str, subject: Subject) -> ColumnElement[bool]:
    column = table.c[name]
    if name == "id":
        return column.in_(getattr(subject, _ROOTS[table.name]))
    if column.info["person"]:
        return column.in_(subject.person_ids)
    target = next((key.column.table for key in column.foreign_keys), None)
    if target is None:
        return column.in_(subject.addresses)
    if target.name in _ROOTS:
        return column.in_(getattr(subject, _ROOTS[target.name]))
    (named,) = [key.column for key in column.foreign_keys]
    return exists().where(named == column, about(target, subject))


def _here(table: Table, team_id: UUID, clause: ColumnElement[bool]) -> ColumnElement[bool]:
    return clause if is_account(table) else and_(table.c.team_id == team_id, clause)
