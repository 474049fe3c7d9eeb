"""The worker's way in."""

from collections.abc import Callable
from uuid import UUID

from community.core.outbox import Claim
from community.records import actions
from community.records.actions.exports import JOB


def make_export(claim: Claim) -> None:
    """Make the file that was asked for."""
    actions.carry_out(claim, UUID(str(claim.args["export_id"])))


JOBS: dict[str, Callable[[Claim], None]] = {JOB: make_export}
