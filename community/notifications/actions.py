"""Writing notices: in the act's transaction, once per key, seen only after the act's hold."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from community.core import clock, db, outbox, queue
from community.identity.models import Actor
from community.notifications.models import Notice

MAIL_JOB = "notifications.mail_notice"


def notify(
    kind: str,
    *,
    member_id: UUID,
    thing_kind: str,
    thing_id: UUID,
    key: str,
    from_person_id: UUID | None = None,
    hold: timedelta = timedelta(0),
) -> None:
    """Owe a member a notice in the portal, and its mail where they want one.

    `key` makes it happen once in the team (`give_logged:<id>`). `hold` keeps both back while
    the act can be undone. Whether mail is wanted and still allowed is decided when it is sent.
    """
    notice_id = db.new_id()
    statement = insert(Notice).values(
        team_id=db.current_team_id(),
        id=notice_id,
        member_id=member_id,
        kind=kind,
        thing_kind=thing_kind,
        thing_id=thing_id,
        from_person_id=from_person_id,
        key=key,
        created_at=clock.now(),
        visible_at=clock.now() + hold,
    )
    written = db.session().execute(statement.on_conflict_do_nothing().returning(Notice.id)).scalar()
    if written is None:
        return
    outbox.put(
        MAIL_JOB, {"notice_id": notice_id}, queue_name=queue.MAIL, key=f"mail:{key}", delay=hold
    )


def withdraw(*, keys: list[str]) -> None:
    """Take notices back: an undone act never arrives, neither in the portal nor by mail."""
    outbox.cancel(keys=[f"mail:{key}" for key in keys])
    db.session().execute(
        update(Notice)
        .where(
            Notice.team_id == db.current_team_id(),
            Notice.key.in_(keys),
            Notice.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=clock.now())
    )


def mark_seen(actor: Actor, notice_ids: list[UUID] | None = None) -> int:
    """Mark the actor's notices as seen, all of them or the given ones. Returns how many changed."""
    statement = update(Notice).where(
        Notice.team_id == actor.team_id,
        Notice.member_id == actor.member_id,
        Notice.seen_at.is_(None),
        Notice.visible_at <= clock.now(),
    )
    if notice_ids is not None:
        statement = statement.where(Notice.id.in_(notice_ids))
    return db.row_count(db.session().execute(statement.values(seen_at=clock.now())))
