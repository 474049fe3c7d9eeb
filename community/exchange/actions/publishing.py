"""Publishing: the staged plans come true in one transaction, by one set of statements.

Who is here may have changed since the preview, so everybody is looked up once more, those to
be changed are locked, and the plans that are out of date are made anew before.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from community.core import clock, db
from community.core.errors import RuleBroken
from community.core.i18n import gettext as _
from community.exchange import queries
from community.exchange.actions import comparing
from community.exchange.actions.statements import PUBLISH
from community.exchange.matching.joining import Group, Place
from community.exchange.models import ImportBatch, ImportRow
from community.exchange.queries.here import among, chunks
from community.identity.models import Actor
from community.journal import actions as journal
from community.people import actions as people_actions
from community.people.models import Person

# One statement over fifty thousand rows may take longer than a request's may.
_LOCK = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(:name, 0)),"
    " set_config('statement_timeout', '40s', true)"
)
_AT_ONCE = 5_000


def publish(actor: Actor, batch: ImportBatch) -> None:
    """Make everything the batch plans, or nothing."""
    lock_imports_of(actor)
    _refuse_lost_circle(actor, batch)
    groups = comparing.survey(actor, batch)
    versions = _lock_people([group.person.id for group in groups if group.person])
    staged = _staged(batch)
    stale = [group for group in groups if not _is_fresh(group, staged, versions)]
    comparing.plan_groups(actor, batch, stale, comparing.around(actor, batch, groups))
    values = {
        "team_id": batch.team_id,
        "batch_id": batch.id,
        "author_id": actor.person_id,
        "now": clock.now(),
        "source": batch.source,
        "audience": batch.audience,
        "circle_id": batch.circle_id,
        "audience_people": list(batch.audience_people),
    }
    for statement in PUBLISH:
        db.session().execute(statement, values)
    people_actions.link_named(actor, queries.find_unplaced(batch))
    batch.counts = queries.count_outcomes(batch)
    batch.enter("done")
    batch.published_at, batch.content = clock.now(), None
    journal.record(actor, "import", "import", batch.id)


def lock_imports_of(actor: Actor) -> None:
    """Let one import of a member's be published or undone after the other."""
    db.session().execute(_LOCK, {"name": f"import:{actor.team_id}:{actor.person_id}"})


def _refuse_lost_circle(actor: Actor, batch: ImportBatch) -> None:
    if batch.circle_id is not None and batch.circle_id not in actor.circle_ids:
        text = _("You are not in the circle any more that was to see these people.")
        raise RuleBroken(text, code="not_your_circle", field="visibility")


def _lock_people(person_ids: list[UUID]) -> dict[UUID, int]:
    """The versions these people have now; they keep them until the commit."""
    versions: dict[UUID, int] = {}
    for ids in chunks(sorted(person_ids), _AT_ONCE):
        statement = (
            select(Person.id, Person.version)
            .where(Person.team_id == db.current_team_id(), among(Person.id, ids))
            .order_by(Person.id)
            .with_for_update(of=Person)
        )
        versions.update(db.session().execute(statement).all())
    return versions


def _staged(batch: ImportBatch) -> dict[Place, Any]:
    statement = select(
        ImportRow.line,
        ImportRow.seq,
        ImportRow.outcome,
        ImportRow.person_id,
        ImportRow.person_version,
        ImportRow.before["line"].as_integer().label("joined_line"),
    ).where(ImportRow.team_id == batch.team_id, ImportRow.batch_id == batch.id)
    return {(row.line, row.seq): row for row in db.session().execute(statement)}


def _is_fresh(group: Group, staged: dict[Place, Any], versions: dict[UUID, int]) -> bool:
    """Whether the plan of this person still holds: the same rows, the same person as then."""
    leader = staged[group.leader]
    others = [staged[row.place] for row in group.rows if row.place != group.leader]
    if any((row.outcome, row.joined_line) != ("joined", leader.line) for row in others):
        return False
    if group.person is None:
        return bool(leader.outcome == "new")
    seen = (leader.person_id, leader.person_version)
    is_planned = leader.outcome in ("update", "unchanged", "skipped")
    return is_planned and seen == (group.person.id, versions.get(group.person.id))
