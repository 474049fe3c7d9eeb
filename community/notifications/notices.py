"""The kinds of notice that the engine itself sends."""

from uuid import UUID

from community.core import db
from community.core.i18n import gettext as _
from community.core.i18n import lazy
from community.core.outbox import Claim, OutboxRow
from community.identity.models import Actor
from community.notifications.catalogue import PLAIN, NoticeKind, Words

DEAD_LETTER = "dead_letter"


def job_name(claim: Claim) -> str:
    """What an outbox row was to do, as the logs name it."""
    return _named(claim.job, claim.args)


def _named(job: str, args: object) -> str:
    name = args.get("name") if isinstance(args, dict) else None
    return f"{job} {name}" if name else job


def _may_read(actor: Actor, _row_id: UUID) -> bool:
    return actor.is_owner


def _words(actor: Actor, row_id: UUID) -> Words:
    row = db.session().get(OutboxRow, (actor.team_id, row_id))
    job = _named(row.job, row.args) if row else _("a job")
    return Words(
        sentence=_("Background work was given up after many tries: %(job)s.", job=job),
        path="/notifications",
    )


KINDS: list[NoticeKind] = [
    NoticeKind(
        code=DEAD_LETTER,
        label=lazy("Background work that failed for good"),
        reason=lazy("You are an owner of this team."),
        template=PLAIN,
        may_read=_may_read,
        words=_words,
        channels=("app",),
        roles=("owner",),
    )
]
