"""Writing the audit: one row an act, in the act's own transaction."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from community.core import clock, db
from community.identity.models import Actor
from community.journal.models import JournalEntry, OpenedBy


def record(
    actor: Actor | None,
    verb: str,
    thing_kind: str,
    thing_id: UUID,
    *,
    about_id: UUID | None = None,
    fields: Iterable[str] = (),
) -> None:
    """Note that the actor (None: the system or someone outside) did `verb` to a thing.

    `verb` is what a user would say (`acknowledge`); `fields` are names, never values.
    """
    db.record(
        JournalEntry.__table__,  # type: ignore[arg-type]
        {
            "team_id": db.current_team_id(),
            "id": db.new_id(),
            "at": clock.now(),
            "actor_id": actor.person_id if actor else None,
            "verb": verb,
            "thing_kind": thing_kind,
            "thing_id": thing_id,
            "about_id": about_id,
            "fields": sorted(fields),
        },
    )


def opened(actor: Actor, person_id: UUID) -> None:
    """Note that the actor opened a person's page: one row a reader, person and day."""
    row = {"person_id": person_id, "reader_id": actor.person_id, "day": clock.today()}
    statement = insert(OpenedBy).values(team_id=db.current_team_id(), **row)
    db.session().execute(statement.on_conflict_do_nothing())
