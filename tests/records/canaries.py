"""A person of whom every table says something, made from what the tables declare.

A new table, or a new column, is filled by itself; one that cannot be filled so needs its values
in `VALUES`, and the tests fail until it has them.
"""

import itertools
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Table, insert, text

from community.core import clock, db
from community.identity.models import Actor
from community.records.queries import concerns
from tests.factories.identity import acting, make_member

_numbers = itertools.count(1)
ADDRESS = "address"

# What a table's checks ask for, where the declared columns alone do not say it.
VALUES: dict[str, dict[str, Any]] = {
    "facts": {"audience": "team", "kind": "work", "source": "public", "certainty": "sure"},
    "moments": {"audience": "team", "kind": "achievement", "source": "public"},
    "note_versions": {"audience": "team"},
    "notes": {"audience": "team"},
    "relations": {"audience": "team"},
    "ties": {"audience": "team"},
    "preferences": {"audience": "team"},
    "handovers": {"audience": "team"},
    "profile_parts": {"audience": "team", "part": "story"},
    "invitations": {"role": "member", "state": "accepted"},
    "import_batches": {"audience": "private", "state": "done"},
    "exports": {"scope": "person", "state": "done"},
    "subject_requests": {"kind": "access", "state": "completed"},
    "gives": {"kind": "advice", "size": "medium"},
    "give_states": {
        "audience": "team",
        "state": "acknowledged",
        "kind": "advice",
        "size": "medium",
    },
    "credentials": {"kind": "link"},
    "user_emails": {"is_primary": False},
    "disputes": {"state": "open"},
    "bulk_acts": {"act": "tag"},
}
_SKIPPED = ("persons", "users", "memberships")


class Canary:
    """Somebody who left the team, and the words that say so everywhere."""

    def __init__(self, owner: Actor, stem: str) -> None:
        self.owner, self.stem = owner, stem
        self.words: dict[tuple[str, str], str] = {}
        name = f"{stem.capitalize()} {stem}name"
        self.actor = make_member(owner, name)
        self.ids: dict[str, dict[str, Any]] = {}

    def sing(self) -> None:
        """Fill every table."""
        with acting(self.owner) as unit:
            self._fill_roots()
            for table in concerns.personal():
                if table.name not in _SKIPPED:
                    row = self._row(table)
                    unit.session.execute(insert(table).values(row))
                    self.ids[table.name] = row
            unit.session.execute(
                text("UPDATE persons SET picture_id = :picture_id WHERE id = :id"),
                {"id": self.actor.person_id, "picture_id": self.ids["pictures"]["id"]},
            )
            unit.session.execute(
                text("UPDATE memberships SET state = 'left', ended_at = now() WHERE id = :id"),
                {"id": self.actor.member_id},
            )

    @property
    def address(self) -> str:
        """The mail address by which they are known."""
        return f"{self.stem}@example.org"

    def _fill_roots(self) -> None:
        for name, key in (
            ("persons", self.actor.person_id),
            ("users", self.actor.user_id),
            ("memberships", self.actor.member_id),
        ):
            table = concerns.table_of(name)
            values = {
                column.name: self._word(table, column.name)
                for column in table.columns
                if column.name not in ("name", "source", "lawful_basis", "role", "state")
                and self._is_worded(table, column.name)
            }
            if name == "persons":
                self.words["persons", "name"] = f"{self.stem.capitalize()} {self.stem}name"
            statement = table.update().where(table.c.id == key).values(values)
            if values:
                db.session().execute(statement)

    def _row(self, table: Table) -> dict[str, Any]:
        declared = concerns.concerns(table)
        given = VALUES.get(table.name, {})
        row: dict[str, Any] = {}
        for column in table.columns:
            name = column.name
            if name in given:
                row[name] = given[name]
            elif name == "team_id":
                row[name] = self.owner.team_id
            elif name in declared.about:
                row[name] = self._about(table, name, first=name == declared.about[0])
            elif name == declared.by:
                by_person = column.info["person"]
                row[name] = self.owner.person_id if by_person else self.owner.member_id
            elif self._is_worded(table, name):
                row[name] = self._word(table, name)
            elif not column.nullable:
                row[name] = self._plain(table, name)
        if table.name == "invitations":
            row["member_id"] = self.actor.member_id
        return row

    def _about(self, table: Table, name: str, *, first: bool) -> Any:
        column = table.c[name]
        if column.info["person"]:
            return self.actor.person_id if first else self.owner.person_id
        if not column.foreign_keys:
            self.words[table.name, name] = self.address
            return self.address
        target = next(iter(column.foreign_keys)).column.table.name
        roots = {
            "persons": self.actor.person_id,
            "memberships": self.actor.member_id,
            "users": self.actor.user_id,
        }
        if target in roots:
            return roots[target] if first else self.owner.person_id
        made = self.ids[target]
        return made.get("id") or made["give_id"]

    def _is_worded(self, table: Table, name: str) -> bool:
        column = table.c[name]
        if column.info["privacy"] == "keep":
            return False
        kind = str(column.type).upper()
        return kind.startswith(("TEXT", "JSONB", "BYTEA", "BLOB")) or kind.endswith("[]")

    def _word(self, table: Table, name: str) -> Any:
        word = f"{self.stem}{next(_numbers)}"
        if (table.name, name) == ("person_emails", "value"):
            word = self.address
        kind = str(table.c[name].type).upper()
        self.words[table.name, name] = word
        if kind.endswith("[]"):
            return [word]
        if kind.startswith("JSONB"):
            return [{"said": word}] if name == "errors" else {"said": word}
        return word.encode() if kind.startswith(("BYTEA", "BLOB")) else word

    def _plain(self, table: Table, name: str) -> Any:
        column = table.c[name]
        if column.default is not None and not callable(getattr(column.default, "arg", None)):
            return column.default.arg  # type: ignore[attr-defined]
        kind = column.type.python_type
        if column.foreign_keys:
            return self._existing(table, name)
        fresh: dict[type, Any] = {
            str: f"k{next(_numbers)}",
            int: 1,
            bool: False,
            float: 1.0,
            UUID: db.new_id(),
            date: clock.today(),
            bytes: b"k",
            dict: {},
            list: [],
        }
        if kind in fresh:
            return fresh[kind]
        return clock.now() if kind.__name__ == "datetime" else 1

    def _existing(self, table: Table, name: str) -> UUID:
        target = next(iter(table.c[name].foreign_keys)).column.table.name
        owners = {
            "persons": self.owner.person_id,
            "memberships": self.owner.member_id,
            "users": self.owner.user_id,
        }
        if target in owners:
            return owners[target]
        if target in self.ids:
            return self.ids[target].get("id") or self.ids[target]["give_id"]
        return _parent(target, self.owner)


def _parent(name: str, owner: Actor) -> UUID:
    """A row of the team's that others refer to: a circle, a version of the agreement."""
    parent_id = db.new_id()
    values = {
        "circles": {"name": f"Circle {next(_numbers)}"},
        "agreement_versions": {
            "number": next(_numbers),
            "body": "Be kind.",
            "author_id": owner.person_id,
        },
        "custom_fields": {"key": f"key{next(_numbers)}", "name": "Size", "kind": "text"},
    }[name]
    db.session().execute(
        insert(concerns.table_of(name)).values(id=parent_id, team_id=owner.team_id, **values)
    )
    return parent_id
