"""Writing the audit: one row an act, in the act's own transaction; and sealing what stands."""

from collections import OrderedDict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from community.core import clock, db
from community.identity.models import Actor
from community.journal import chain, queries
from community.journal.models import JournalEntry, JournalSeal, OpenedBy

SEAL_LIMIT = 5000
_REMEMBERED = 10_000
_exported: OrderedDict[tuple[UUID, UUID, str, UUID | None, date], None] = OrderedDict()
_ONE_SEALER = text("SELECT pg_try_advisory_xact_lock(hashtextextended('seal:' || :team_id, 0))")


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


def note_export(actor: Actor, thing_kind: str, thing_id: UUID | None = None) -> None:
    """Note that the actor took a list, or one thing, out by a link, after the answer.

    Once a day and process.

    A link is followed again and again, by a spreadsheet too; the audit tells that it was done.
    """
    key = (actor.team_id, actor.person_id, thing_kind, thing_id, clock.local_clock().date())
    if key in _exported:
        return
    with db.transaction(actor.team_id, actor.user_id):
        record(actor, "export", thing_kind, thing_id or actor.team_id)
    _exported[key] = None
    if len(_exported) > _REMEMBERED:
        _exported.popitem(last=False)


def seal(as_of: datetime) -> int:
    """Append links over the team's complete entries; writers never wait. Returns how many entries.

    Complete means below every open transaction, so that nothing can slip in before a seal.
    """
    team_id = db.current_team_id()
    if not db.session().scalar(_ONE_SEALER, {"team_id": str(team_id)}):
        return 0
    last = queries.find_last_seal(team_id)
    sealed = 0
    while (end := queries.find_seal_end(team_id, last, SEAL_LIMIT)) is not None:
        above = last.last_position if last else chain.LOWEST
        last = chain.next_seal(
            team_id, last, queries.stream_entries(team_id, above=above, up_to=end)
        )
        assert last is not None
        db.session().add(
            JournalSeal(
                seq=last.seq,
                first_position=last.first_position,
                last_position=last.last_position,
                entries=last.entries,
                digest=last.digest,
                previous=last.previous,
                sealed_at=as_of,
            )
        )
        db.flush()
        sealed += last.entries
    return sealed


def opened(actor: Actor, person_id: UUID) -> None:
    """Note that the actor opened a person's page: one row a reader, person and day.

    Runs in a transaction of its own after the response (`session.after_response`).
    """
    if actor.is_me(person_id):
        return
    row = {"person_id": person_id, "reader_id": actor.person_id, "day": clock.today()}
    statement = insert(OpenedBy).values(team_id=db.current_team_id(), **row)
    db.session().execute(statement.on_conflict_do_nothing())


def opened_all(actor: Actor, person_ids: Collection[UUID]) -> None:
    """The same for many persons that a file holds, in one statement."""
    others = sorted({person_id for person_id in person_ids if not actor.is_me(person_id)})
    if not others:
        return
    common = {"team_id": db.current_team_id(), "reader_id": actor.person_id, "day": clock.today()}
    statement = insert(OpenedBy).values([{**common, "person_id": other} for other in others])
    db.session().execute(statement.on_conflict_do_nothing())
