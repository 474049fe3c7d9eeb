"""Circles: people inside the team with a scope of their own, looked after by keepers.

Every change locks the circle and counts as one of its versions, who is in it included.
"""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified

from community.accounts import notices, policy
from community.accounts.queries import members as queries
from community.core import clock, db
from community.core.errors import Conflict, NotAllowed, NotFound, Stale
from community.core.i18n import gettext as _
from community.identity.models import Actor, Circle, CircleMember, Membership
from community.journal import actions as journal
from community.notifications.actions import notify


def create_circle(actor: Actor, *, name: str, purpose: str = "") -> Circle:
    """A new circle, kept by whoever made it."""
    if not policy.can_make_circles(actor):
        raise NotAllowed(_("Circles are made by owners and stewards."))
    circle = Circle(name=name, purpose=purpose)
    try:
        with db.attempt():
            db.add(circle)
    except IntegrityError as error:
        raise _name_taken() from error
    db.add(CircleMember(circle_id=circle.id, member_id=actor.member_id, is_keeper=True))
    db.flush()
    journal.record(actor, "create", "circle", circle.id)
    return circle


def change_circle(
    actor: Actor,
    circle_id: UUID,
    *,
    name: str | None = None,
    purpose: str | None = None,
    version: int | None = None,
) -> Circle:
    """Another name or purpose; what is not given stays."""
    circle = _changeable(actor, circle_id)
    if version is not None and circle.version != version:
        raise Stale(_("Someone changed this in the meantime. Load it again."))
    given = {"name": name, "purpose": purpose}
    changed = [
        key for key, value in given.items() if value is not None and getattr(circle, key) != value
    ]
    if not changed:
        return circle
    try:
        with db.attempt():
            for key in changed:
                setattr(circle, key, given[key])
    except IntegrityError as error:
        raise _name_taken() from error
    journal.record(actor, "change", "circle", circle.id, fields=changed)
    return circle


def _name_taken() -> Conflict:
    return Conflict(_("There is a circle of this name."), code="name_taken", field="name")


def close_circle(actor: Actor, circle_id: UUID) -> Circle:
    """Nothing new is shared with it and nobody is let in; what was shared stays with its members."""
    circle = _changeable(actor, circle_id)
    if circle.closed_at is None:
        circle.closed_at = clock.now()
        db.flush()
        journal.record(actor, "close", "circle", circle.id)
    return circle


def reopen_circle(actor: Actor, circle_id: UUID) -> Circle:
    """Take the closing back."""
    circle = _changeable(actor, circle_id)
    if circle.closed_at is not None:
        circle.closed_at = None
        db.flush()
        journal.record(actor, "reopen", "circle", circle.id)
    return circle


def add_to_circle(
    actor: Actor, circle_id: UUID, person_id: UUID, *, is_keeper: bool | None = None
) -> None:
    """Let a member into a circle; doing it twice changes nothing but `is_keeper`, if given.

    Whoever does it never opens the circle's past for themselves.
    """
    circle = _seatable(actor, circle_id)
    membership = queries.get_membership_of(actor, person_id)
    is_new = not queries.is_in_circle(circle.id, membership.id)
    if is_new and membership.id == actor.member_id:
        raise NotAllowed(
            _("Nobody lets themselves into a circle. Let somebody else in, who keeps it."),
            code="not_in_circle",
        )
    if is_new and circle.closed_at is not None:
        raise Conflict(_("This circle is closed. Open it again first."), code="closed")
    statement = insert(CircleMember).values(
        team_id=actor.team_id,
        circle_id=circle.id,
        member_id=membership.id,
        is_keeper=bool(is_keeper),
        joined_at=clock.now(),
    )
    index = ["team_id", "circle_id", "member_id"]
    if is_keeper is None:
        statement = statement.on_conflict_do_nothing(index_elements=index)
    else:
        statement = statement.on_conflict_do_update(
            index_elements=index, set_={"is_keeper": is_keeper}
        )
    db.session().execute(statement)
    _touch(circle)
    if is_new:
        _tell(actor, circle, membership)
    verb = "add_member" if is_new else "change_member"
    journal.record(actor, verb, "circle", circle.id, about_id=person_id)


def _tell(actor: Actor, circle: Circle, membership: Membership) -> None:
    """Whoever was let in hears of it, and so does everybody in it when no keeper did it."""
    told = {notices.LET_IN: [membership.id]}
    if actor.member_id not in queries.find_keeper_ids(circle.id):
        told[notices.WIDENED] = list(queries.find_seated_ids(circle.id))
    for kind, member_ids in told.items():
        for member_id in member_ids:
            if member_id == actor.member_id or (
                kind == notices.WIDENED and member_id == membership.id
            ):
                continue
            notify(
                kind,
                member_id=member_id,
                thing_kind="circle",
                thing_id=circle.id,
                key=f"{kind}:{circle.id}:{circle.version}:{member_id}",
                from_person_id=actor.person_id,
            )


def check_may_seat(actor: Actor, circle_id: UUID) -> None:
    """NotFound or NotAllowed unless the actor says who is in this circle."""
    _seatable(actor, circle_id)


def take_from_circle(actor: Actor, circle_id: UUID, person_id: UUID) -> None:
    """Take a member out of a circle; members may take themselves out."""
    circle = queries.get_circle(actor, circle_id, lock=True)
    if not actor.is_me(person_id):
        _check_seating(actor, circle)
    membership = queries.get_membership_of(actor, person_id)
    gone = db.session().execute(
        delete(CircleMember).where(
            CircleMember.team_id == actor.team_id,
            CircleMember.circle_id == circle.id,
            CircleMember.member_id == membership.id,
        )
    )
    if not db.row_count(gone):
        raise NotFound(_("They are not in this circle."))
    _touch(circle)
    journal.record(actor, "remove_member", "circle", circle.id, about_id=person_id)


def _touch(circle: Circle) -> None:
    circle.updated_at = clock.now()
    flag_modified(circle, "updated_at")
    db.flush()


def _changeable(actor: Actor, circle_id: UUID) -> Circle:
    circle = queries.get_circle(actor, circle_id, lock=True)
    if not policy.can_change_circle(actor, circle_id):
        raise NotAllowed(_("The circle's keepers look after it, or an owner or steward."))
    return circle


def _seatable(actor: Actor, circle_id: UUID) -> Circle:
    circle = queries.get_circle(actor, circle_id, lock=True)
    _check_seating(actor, circle)
    return circle


def _check_seating(actor: Actor, circle: Circle) -> None:
    if not policy.can_seat(actor, queries.find_keeper_ids(circle.id)):
        raise NotAllowed(_("The circle's keepers say who is in it."), code="not_in_circle")
