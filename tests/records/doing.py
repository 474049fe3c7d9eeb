"""How the tests of data rights have their work done."""

from community.core import db, outbox, queue
from community.records.jobs import JOBS
from community.records.models import Export


def work(team_id: object) -> int:
    """What the worker would do for the team; returns how many files were made."""
    mine = [claim for claim in outbox.claim(queue.WORK, 1000) if claim.team_id == team_id]
    found = [claim for claim in outbox.load(mine) if claim.job in JOBS]
    for claim in found:
        JOBS[claim.job](claim)
    return len(found)


def built(export: Export) -> bytes:
    """The bytes of an export once the worker made it."""
    assert work(export.team_id)
    content = again(export).content
    assert content is not None, again(export).error
    return content


def again(export: Export) -> Export:
    """The export as it is now, with its bytes."""
    with db.transaction(export.team_id) as unit:
        found = unit.session.get_one(Export, (export.team_id, export.id))
        assert found.state
        _ = found.content
        return found
