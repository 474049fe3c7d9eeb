"""Writing notices: in the act's transaction, once per key, seen only after the act's hold."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert

from community.core import clock, db, outbox, queue
from community.core.addresses import digest_of
from community.core.errors import RuleBroken
from community.core.i18n import gettext as _
from community.core.outbox import Claim
from community.identity.models import Actor
from community.journal import actions as journal
from community.notifications import catalogue, notices, queries
from community.notifications.formats.links import Unsubscribe
from community.notifications.models import (
    CHANNELS,
    MailSuppression,
    Notice,
    NotificationPreference,
)

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
    by_mail: bool = True,
) -> None:
    """Owe a member a notice in the portal, and (`by_mail`) its mail where they want one.

    `key` makes it happen once in the team (`give_logged:<id>`). `hold` keeps both back while
    the act can be undone. Whether mail is wanted and still allowed is decided when it is sent;
    a mail owed for a notice that was there already finds no notice of its own, and is not sent.
    """
    notice_id = db.new_id()
    row = {
        "team_id": db.current_team_id(),
        "id": notice_id,
        "member_id": member_id,
        "kind": kind,
        "thing_kind": thing_kind,
        "thing_id": thing_id,
        "from_person_id": from_person_id,
        "key": key,
        "created_at": clock.now(),
        "visible_at": clock.now() + hold,
    }
    db.record(Notice.__table__, row, once=True, soon=True)  # type: ignore[arg-type]
    declared = catalogue.find_kind(kind)
    if not by_mail or (declared is not None and "mail" not in declared.channels):
        return
    outbox.put(
        MAIL_JOB,
        {"notice_id": notice_id},
        queue_name=queue.MAIL,
        key=f"mail:{key}",
        delay=hold,
        once=True,
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
    statement = statement.execution_options(synchronize_session=False)
    return db.row_count(db.session().execute(statement.values(seen_at=clock.now())))


def settle(thing_kind: str, thing_id: UUID, kinds: Collection[str]) -> None:
    """What these kinds said of the thing is over: whoever did not look has nothing to look at."""
    statement = update(Notice).where(
        Notice.team_id == db.current_team_id(),
        Notice.thing_kind == thing_kind,
        Notice.thing_id == thing_id,
        Notice.kind.in_(kinds),
        Notice.seen_at.is_(None),
    )
    statement = statement.execution_options(synchronize_session=False)
    db.session().execute(statement.values(seen_at=clock.now()))


def set_preference(actor: Actor, kind: str, channel: str, *, enabled: bool) -> None:
    """Switch one kind of notice on or off in one channel, from this moment on."""
    declared = catalogue.find_kind(kind)
    if declared is None or channel not in CHANNELS or channel not in declared.channels:
        raise RuleBroken(_("There is no such kind of notice."), code="unknown_kind", field="kind")
    _refuse_essential([kind], field="kind")
    _store(actor.member_id, kind, channel, enabled=enabled)
    _note_change(actor, [f"{kind}.{channel}"])


def replace_preferences(actor: Actor, chosen: Mapping[str, Mapping[str, bool]]) -> None:
    """Set all the actor's switches, {kind: {channel: enabled}}; what is not named is as by default."""
    unknown = [kind for kind in chosen if catalogue.find_kind(kind) is None]
    if unknown:
        raise RuleBroken(_("There is no such kind of notice."), code="unknown_kind", field="items")
    _refuse_essential(chosen, field="items")
    db.session().execute(
        delete(NotificationPreference)
        .where(NotificationPreference.team_id == actor.team_id)
        .where(NotificationPreference.member_id == actor.member_id)
        .execution_options(synchronize_session=False)
    )
    for kind, channels in chosen.items():
        for channel in catalogue.kind(kind).channels:
            if channel in channels:
                _store(actor.member_id, kind, channel, enabled=channels[channel])
    _note_change(actor, list(chosen))


def _refuse_essential(kinds: Collection[str], *, field: str) -> None:
    if any(catalogue.kind(kind).essential for kind in kinds):
        raise RuleBroken(
            _("Notices about how you sign in cannot be switched off."),
            code="essential_kind",
            field=field,
        )


def unsubscribe(link: Unsubscribe) -> None:
    """Send no more mail of the link's kind to its member; again and again is harmless.

    The link is the proof, so nobody needs to be signed in; the team is set by its reader.
    """
    _store(link.member_id, link.kind, "mail", enabled=False)
    journal.record(None, "unsubscribe", "membership", link.member_id, fields=[f"{link.kind}.mail"])


def tell_of_dead_letter(claim: Claim) -> None:
    """Tell the team's owners, in the portal, that some background work was given up; once a day each."""
    day = clock.today().isoformat()
    what = notices.job_name(claim)
    for member_id in queries.owner_ids():
        notify(
            notices.DEAD_LETTER,
            member_id=member_id,
            thing_kind="outbox",
            thing_id=claim.id,
            key=f"dead_letter:{what}:{day}:{member_id}",
        )


def _store(member_id: UUID, kind: str, channel: str, *, enabled: bool) -> None:
    key = {
        "team_id": db.current_team_id(),
        "member_id": member_id,
        "kind": kind,
        "channel": channel,
    }
    values = {"enabled": enabled, "updated_at": clock.now()}
    statement = insert(NotificationPreference).values(**key, **values)
    db.session().execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))


def _note_change(actor: Actor, fields: list[str]) -> None:
    journal.record(actor, "change_notifications", "membership", actor.member_id, fields=fields)


def suppress(address: str, reason: str) -> None:
    """Send nothing more to this address in this team."""
    values = {
        "team_id": db.current_team_id(),
        "id": db.new_id(),
        "address": address,
        "reason": reason[:200],
        "created_at": clock.now(),
    }
    db.session().execute(insert(MailSuppression).values(values).on_conflict_do_nothing())


def lift(address: str) -> None:
    """Mail may go to this address again."""
    db.session().execute(
        delete(MailSuppression).where(
            MailSuppression.team_id == db.current_team_id(),
            MailSuppression.address.in_((address, digest_of(address))),
        )
    )
