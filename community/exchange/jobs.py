"""The worker's way in."""

from collections.abc import Callable
from uuid import UUID

from community.core.outbox import Claim
from community.exchange import actions
from community.exchange.actions.batches import JOB


def continue_import(claim: Claim) -> None:
    """Carry an import on."""
    actions.carry_on(claim.team_id, UUID(str(claim.args["batch_id"])), claim)


JOBS: dict[str, Callable[[Claim], None]] = {JOB: continue_import}
