"""Circles: people inside the team with a scope of their own."""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from community.accounts import policy
from community.accounts.queries import members as queries
from community.core import clock, db
from community.core.errors import Conflict, NotAllowed, NotFound
from community.core.i18n import gettext as _
from community.identity.models import Actor, Circle, CircleMember
from community.journal import actions as journal


def create_circle(actor: Actor, *, name: str, purpose: str = "") -> Circle:
    """A new circle, kept by whoever made it."""
    if not policy.can_make_circles(actor):
        raise NotAllowed(_("Circles are made by owners and stewards."))
    circle = Circle(name=name, purpose=purpose)
    try:
        with db.attempt():
            db.add(circle)
    except IntegrityError as error:
        raise Conflict(
            _("There is a circle of this name."), code="name_taken", field="name"
        ) from error
    db.add(CircleMember(circle_id=circle.id, member_id=actor.member_id, is_keeper=True))
    db.flush()
    journal.record(actor, "create", "circle", circle.id)
    return circle


def add_to_circle(
    actor: Actor, circle_id: UUID, person_id: UUID, *, is_keeper: bool | None = None
) -> None:
    """Let a member into a circle; doing it twice changes nothing but `is_keeper`, if given."""
    circle = _changeable(actor, circle_id)
    membership = queries.get_membership_of(actor, person_id)
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
    journal.record(actor, "add_member", "circle", circle.id, about_id=person_id)


def take_from_circle(actor: Actor, circle_id: UUID, person_id: UUID) -> None:
    """Take a member out of a circle; members may take themselves out."""
    circle = queries.get_circle(actor, circle_id)
    if not (policy.can_change_circle(actor, circle_id) or actor.is_me(person_id)):
        raise NotAllowed(_("The circle's keepers say who is in it."))
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
    journal.record(actor, "remove_member", "circle", circle.id, about_id=person_id)


def _changeable(actor: Actor, circle_id: UUID) -> Circle:
    circle = queries.get_circle(actor, circle_id)
    if not policy.can_change_circle(actor, circle_id):
        raise NotAllowed(_("The circle's keepers say who is in it."))
    return circle
