"""Carrying an import on, in stretches: the one action that opens its own transactions.

Each stretch is short and committed, so that a killed worker loses at most one of them. What is
owed is decided by the batch's own state alone: a job that runs twice, or late, finds its work
done. Under a claim, nothing is committed for a claim that is lost.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from community.core import db, outbox
from community.core.errors import AppError
from community.core.i18n import gettext as _
from community.core.i18n import speaking
from community.core.outbox import Claim
from community.exchange import notices, policy, queries
from community.exchange.actions import batches, comparing, past, publishing, reading, undoing
from community.exchange.models import ImportBatch
from community.identity.models import Actor
from community.notifications import actions as notifications

# How long one job works before it lets others have their turn. Publishing and undoing are one
# transaction, so they begin in a job that has done little before.
SECONDS = 15.0
HEAVY = 3.0
WHOLE = ("publishing", "undoing")
_PATIENCE = 5

Stretch = Callable[[Actor, ImportBatch], None]


@dataclass(frozen=True)
class _Work:
    """One job's work on one import."""

    team_id: UUID
    batch_id: UUID
    claim: Claim | None
    stretches: Mapping[str, Stretch]
    told: Callable[[int], None]


def carry_on(
    team_id: UUID,
    batch_id: UUID,
    claim: Claim | None = None,
    *,
    told: Callable[[int], None] = lambda _percent: None,
) -> None:
    """Work on an import until it waits for somebody, or the time is over and a job is owed anew.

    Without a claim there is no end but the import's. `told` hears how far it is, in percent.
    """
    began = time.monotonic()
    stretches: dict[str, Stretch] = {
        "reading": reading.Reader(batch_id).stage_some,
        "comparing": comparing.Comparer().compare_some,
        "publishing": publishing.publish,
        "undoing": undoing.undo,
        "past.comparing": past.compare,
        "past.publishing": past.publish,
        "past.undoing": past.undo,
    }
    work = _Work(team_id, batch_id, claim, stretches, told)
    while next_stage := _next_stage(work):
        spent = time.monotonic() - began
        if claim is not None and spent > (HEAVY if next_stage in WHOLE else SECONDS):
            _leave(work, claim)
            return


def _next_stage(work: _Work) -> str:
    """One transaction of work, and where the import is then; empty when there was nothing to do."""
    claim = work.claim
    with _mine(work.team_id, claim) as mine:
        batch = queries.find_batch(work.batch_id) if mine else None
        if batch is None or not batch.is_working:
            _finish(claim)
            return ""
        actor, stage = queries.find_importer(batch), batch.state
        if actor is None or not policy.can_import(actor):
            _give_up(batch, _("Its importer is not in the team any more."))
        elif claim is not None and claim.attempt > _PATIENCE:
            _give_up(batch, _("It could not be finished. Nothing was added."))
        else:
            with speaking(actor.locale):
                of_its_own = work.stretches.get(f"{batch.format}.{stage}")
                _stretch(actor, batch, of_its_own or work.stretches[stage])
        if actor is not None and stage != "undoing" and batch.state in ("done", "failed"):
            _tell(actor, batch)
        db.flush()
        percent, stage = batch.percent, batch.state
    work.told(percent)
    return stage


def _stretch(actor: Actor, batch: ImportBatch, stretch: Stretch) -> None:
    try:
        with db.attempt():
            stretch(actor, batch)
    except AppError as error:
        db.session().refresh(batch)
        _give_up(batch, str(error.message))


@contextmanager
def _mine(team_id: UUID, claim: Claim | None) -> Iterator[bool]:
    """A transaction of the team; False inside when another attempt has the row by now."""
    with db.transaction(team_id):
        yield claim is None or outbox.get(claim) is not None


def _finish(claim: Claim | None) -> None:
    if claim is not None:
        outbox.finish(claim)


def _leave(work: _Work, claim: Claim) -> None:
    """Close this job and owe the next, in one transaction."""
    with _mine(work.team_id, claim) as mine:
        batch = queries.find_batch(work.batch_id) if mine else None
        if batch is not None and batch.is_working:
            batches.carry_on_later(batch)
        outbox.finish(claim)


def _give_up(batch: ImportBatch, words: str) -> None:
    """Stop; an undo that fails leaves a published import, to be undone again."""
    if batch.state == "undoing":
        batch.enter("done")
        batch.error = words
        return
    batch.fail(words)


def _tell(actor: Actor, batch: ImportBatch) -> None:
    notifications.notify(
        notices.IMPORT_DONE,
        member_id=actor.member_id,
        thing_kind="import",
        thing_id=batch.id,
        key=f"{notices.IMPORT_DONE}:{batch.id}:{batch.version}",
    )
