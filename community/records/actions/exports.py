"""Having a file made of what one may hand out: asked for, made after the answer, ended in time."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from community.core import clock, db, i18n, outbox, queue
from community.core.errors import Conflict, NotAllowed
from community.core.i18n import gettext as _
from community.core.outbox import Claim
from community.identity.models import Actor
from community.identity.queries import find_actor_of_member
from community.journal import actions as journal
from community.notifications.actions import notify
from community.people import actions as people_actions
from community.records import notices, policy, queries
from community.records.formats import archives
from community.records.formats.archives import Contents, Part
from community.records.models import Export
from community.records.queries import Held, Wanted

JOB = "records.make_export"
THING = "export"
MOST = 5


def make_export(
    actor: Actor,
    scope: str,
    *,
    person_id: UUID | None = None,
    request_id: UUID | None = None,
) -> Export:
    """Owe a file: everything about oneself, what one may see of a person, or of the whole team."""
    if scope == "person" and actor.is_me(person_id):
        scope = "me"
    if not policy.can_export(actor, scope):
        raise NotAllowed(_("You can take out what is yours. Stewards and owners take out more."))
    _make_room(actor)
    about = {"me": actor.person_id, "person": person_id, "team": None}[scope]
    if scope == "person":
        assert person_id is not None
        about = queries.get_person(actor, person_id).id
    made = Export(
        id=db.new_id(),
        author_id=actor.person_id,
        member_id=actor.member_id,
        scope=scope,
        person_id=about,
        request_id=request_id,
    )
    db.add(made)
    db.flush()
    outbox.put(
        JOB,
        {"export_id": made.id},
        queue_name=queue.WORK,
        key=f"export:{made.id}",
        priority=outbox.URGENT,
    )
    journal.record(actor, "export", THING, made.id, about_id=about)
    return made


def _make_room(actor: Actor) -> None:
    """The oldest file ends when there would be too many."""
    for export in queries.find_live(actor)[MOST - 1 :]:
        export.state, export.content = "ended", None


def carry_out(claim: Claim, export_id: UUID) -> None:
    """The job: make the file with the rights its author has now."""
    with db.transaction(claim.team_id):
        export = queries.find_export(export_id) if outbox.get(claim) is not None else None
        if export is not None and export.state == "queued":
            actor = find_actor_of_member(export.member_id)
            if actor is None or not policy.can_export(actor, export.scope):
                export.fail("not_allowed")
            else:
                with i18n.speaking(actor.locale):
                    _make(actor, export)
                _tell(actor, export)
        outbox.finish(claim)


def _make(actor: Actor, export: Export) -> None:
    wanted = _wanted(actor, export)
    held = list(queries.find_held(actor, wanted))
    if any(len(part.rows) > queries.ROWS for part in held):
        export.fail("too_large")
        return
    contents = Contents(
        team=actor.team_name,
        about=_about(actor, export),
        made_at=clock.now(),
        made_by=actor.name,
        made_by_id=actor.person_id,
        parts=[Part(part.table, part.rows, part.withheld) for part in held],
    )
    content = archives.write_archive(contents)
    if len(content) > archives.MAX_BYTES:
        export.fail("too_large")
        return
    export.counts = {part.table: len(part.rows) for part in held if part.rows}
    export.withheld = {part.table: part.withheld for part in held if part.withheld}
    export.finish(content, clock.now())
    if wanted.subject is None or not wanted.is_self:
        people_actions.note_taking(actor, _told_of(wanted, held))


def _told_of(wanted: Wanted, held: Sequence[Held]) -> list[UUID]:
    """Whose entries the file holds."""
    if wanted.subject is not None:
        return list(wanted.subject.person_ids)
    return [row["id"] for part in held if part.table == "persons" for row in part.rows]


def _wanted(actor: Actor, export: Export) -> Wanted:
    if export.scope == "me":
        return Wanted(queries.myself(actor), is_self=True)
    if export.person_id is None:
        return Wanted(None)
    agreed = queries.find_agreed(export.request_id) if export.request_id else {}
    return Wanted(
        queries.get_subject(actor, export.person_id),
        is_asked=export.request_id is not None,
        agreed=agreed,
    )


def _about(actor: Actor, export: Export) -> str:
    if export.person_id is None:
        return actor.team_name
    return queries.get_person(actor, export.person_id).name


def _tell(actor: Actor, export: Export) -> None:
    notify(
        notices.EXPORT_READY,
        member_id=actor.member_id,
        thing_kind=THING,
        thing_id=export.id,
        key=f"{notices.EXPORT_READY}:{export.id}",
    )


def open_file(actor: Actor, export_id: UUID) -> Export:
    """The file itself, to be taken; Conflict while, or after, there is one."""
    export = queries.get_export(actor, export_id, content=True)
    if not export.is_ready or export.content is None:
        raise Conflict(_("There is no file: it is not made yet, or was ended."), code="no_file")
    return export


def delete_export(actor: Actor, export_id: UUID) -> None:
    """Forget a file of one's own."""
    export = queries.get_export(actor, export_id)
    db.session().delete(export)
    db.flush()
    journal.record(actor, "delete", THING, export_id)


def end_old(as_of: datetime) -> int:
    """Drop the bytes of files whose days are over. Returns how many."""
    over = queries.find_over(as_of)
    for export in over:
        export.state, export.content = "ended", None
    db.flush()
    return len(over)
