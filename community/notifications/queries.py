"""Reading notices: what a member sees, what they chose, and what a mail needs to be sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select

from community.core import db, paging
from community.core.addresses import digest_of
from community.core.outbox import Claim
from community.core.paging import Page, PageRequest
from community.identity.models import Actor, Membership
from community.identity.queries import actor_from, actor_statement
from community.notifications import catalogue
from community.notifications.catalogue import NoticeKind, Words
from community.notifications.models import CHANNELS, MailSuppression, Notice, NotificationPreference
from community.notifications.policy import visible

COUNT_LIMIT = 99
STATES = ("new", "seen")


@dataclass(frozen=True)
class ShownNotice:
    """A notice in words, as its addressee may read it now."""

    id: UUID
    kind: NoticeKind
    thing_kind: str
    thing_id: UUID
    from_person_id: UUID | None
    created_at: datetime
    seen_at: datetime | None
    words: Words


@dataclass(frozen=True)
class Delivery:
    """Everything the recheck of one notice's mail needs."""

    actor: Actor
    notice_id: UUID
    kind: str
    thing_kind: str
    thing_id: UUID
    is_withdrawn: bool
    is_seen: bool
    address: str | None
    wanted: bool | None
    is_suppressed: bool
    sender_address: str | None
    quiet_hours: Mapping[str, Any] | None


def count_new(actor: Actor) -> int:
    """How many notices the actor has not seen, at most COUNT_LIMIT."""
    some = (
        select(Notice.id)
        .where(visible(actor), Notice.seen_at.is_(None), ~_switched_off("app"))
        .limit(COUNT_LIMIT)
        .subquery()
    )
    return db.session().scalar(select(func.count()).select_from(some)) or 0


def list_notices(actor: Actor, state: str | None, request: PageRequest) -> Page[ShownNotice]:
    """The actor's notices, newest first: new ones, seen ones, or all.

    What the actor may not read any more is left out, so a page can be shorter than asked for.
    """
    statement = select(Notice).where(visible(actor), ~_switched_off("app"))
    if state is not None:
        statement = statement.where(
            Notice.seen_at.is_(None) if state == "new" else Notice.seen_at.is_not(None)
        )
    edge = (Notice.visible_at, Notice.id)
    parse = (datetime.fromisoformat, UUID)
    statement = paging.after(statement, request, edge, parse, descending=True)
    rows = db.session().scalars(statement).all()
    found = paging.page(rows, request, lambda row: (row.visible_at, row.id))
    return Page(_in_words(actor, found.items), found.next)


def _in_words(actor: Actor, rows: Sequence[Notice]) -> list[ShownNotice]:
    """The rows that may be read now, with their words; one reading a kind."""
    words: dict[tuple[str, UUID], Words] = {}
    for code in {row.kind for row in rows}:
        kind = catalogue.find_kind(code)
        if kind is not None:
            ids = list(dict.fromkeys(row.thing_id for row in rows if row.kind == code))
            words.update({(code, id_): said for id_, said in kind.read(actor, ids).items()})
    return [
        ShownNotice(
            id=row.id,
            kind=catalogue.kind(row.kind),
            thing_kind=row.thing_kind,
            thing_id=row.thing_id,
            from_person_id=row.from_person_id,
            created_at=row.created_at,
            seen_at=row.seen_at,
            words=words[row.kind, row.thing_id],
        )
        for row in rows
        if (row.kind, row.thing_id) in words
    ]


def _switched_off(channel: str) -> ColumnElement[bool]:
    return (
        exists()
        .where(NotificationPreference.team_id == Notice.team_id)
        .where(NotificationPreference.member_id == Notice.member_id)
        .where(NotificationPreference.kind == Notice.kind)
        .where(NotificationPreference.channel == channel, NotificationPreference.enabled.is_(False))
    )


def preferences(actor: Actor) -> dict[str, dict[str, bool]]:
    """What the actor hears of by which channel: {kind: {channel: enabled}}, defaults filled in."""
    statement = select(
        NotificationPreference.kind, NotificationPreference.channel, NotificationPreference.enabled
    ).where(
        NotificationPreference.team_id == actor.team_id,
        NotificationPreference.member_id == actor.member_id,
    )
    chosen = {(row.kind, row.channel): row.enabled for row in db.session().execute(statement)}
    return {
        kind.code: {
            channel: chosen.get((kind.code, channel), default_of(kind, channel))
            for channel in CHANNELS
            if channel in kind.channels
        }
        for kind in catalogue.choosable()
    }


def default_of(kind: NoticeKind, channel: str) -> bool:
    """Whether a kind goes by a channel where nobody chose."""
    return kind.mail_default if channel == "mail" else True


def owner_ids() -> Sequence[UUID]:
    """The active owners of the team that is set."""
    statement = select(Membership.id).where(
        Membership.team_id == db.current_team_id(),
        Membership.role == "owner",
        Membership.state == "active",
    )
    return db.session().scalars(statement.order_by(Membership.id)).all()


def find_member_state(member_id: UUID) -> str | None:
    """The state of a membership of the team that is set."""
    statement = select(Membership.state).where(
        Membership.team_id == db.current_team_id(), Membership.id == member_id
    )
    return db.session().scalar(statement)


# One round trip for the whole recheck: the claimed row, its notice, the recipient as an Actor,
# their address and choice, and where an answer goes.
_DELIVERY = actor_statement(
    "o.team_id = :team_id AND o.id = :id AND o.attempt = :attempt AND o.next_at IS NOT NULL",
    extra_columns="""
        n.id AS notice_id, n.kind AS notice_kind, n.thing_kind, n.thing_id,
        n.withdrawn_at IS NOT NULL AS is_withdrawn, n.seen_at IS NOT NULL AS is_seen,
        e.address, c.enabled AS wanted, s.id IS NOT NULL AS is_suppressed, fe.address AS sender_address, m.quiet_hours
    """,
    extra_from="""
        JOIN notices n ON n.team_id = m.team_id AND n.member_id = m.id
        JOIN outbox o ON o.team_id = n.team_id AND CAST(o.args ->> 'notice_id' AS uuid) = n.id
        LEFT JOIN user_emails e ON e.user_id = m.user_id AND e.is_primary
        LEFT JOIN notification_preferences c ON c.team_id = n.team_id AND c.member_id = n.member_id
            AND c.kind = n.kind AND c.channel = 'mail'
        LEFT JOIN mail_suppressions s ON s.team_id = n.team_id AND s.address = e.address
        LEFT JOIN persons f ON f.team_id = n.team_id AND f.id = n.from_person_id
        LEFT JOIN persons fc ON fc.team_id = f.team_id AND fc.id = f.canonical_id
        LEFT JOIN memberships fm ON fm.team_id = fc.team_id AND fm.id = fc.membership_id AND fm.state = 'active'
        LEFT JOIN user_emails fe ON fe.user_id = fm.user_id AND fe.is_primary
    """,
)


def find_delivery(claim: Claim) -> Delivery | None:
    """What the claimed row's mail needs; None when the claim is lost or the member has gone."""
    values = {"team_id": claim.team_id, "id": claim.id, "attempt": claim.attempt}
    row: Any = db.session().execute(_DELIVERY, values).one_or_none()
    if row is None:
        return None
    return Delivery(
        actor=actor_from(row),
        notice_id=row.notice_id,
        kind=row.notice_kind,
        thing_kind=row.thing_kind,
        thing_id=row.thing_id,
        is_withdrawn=row.is_withdrawn,
        is_seen=row.is_seen,
        address=row.address,
        wanted=row.wanted,
        is_suppressed=row.is_suppressed,
        sender_address=row.sender_address,
        quiet_hours=row.quiet_hours,
    )


NO_MORE = "asked for no more"
"""The reason noted for an address whose owner asked for no more mail."""


def is_suppressed(address: str) -> bool:
    """Whether the address refused our mail for good."""
    return why_suppressed(address) is not None


def why_suppressed(address: str) -> str | None:
    """`no_more` where they asked for no more mail, `refused` where their server did; else None."""
    team_id = db.current_team_id()
    found = select(MailSuppression.reason).where(
        MailSuppression.team_id == team_id,
        MailSuppression.address.in_((address, digest_of(address))),
    )
    reason = db.session().scalar(found)
    if reason is None:
        return None
    return "no_more" if reason == NO_MORE else "refused"
