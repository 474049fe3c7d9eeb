"""What the group agreed on: worded by owners in versions, accepted by everybody for themselves."""

from sqlalchemy.dialects.postgresql import insert

from community.accounts.models import AgreementAcceptance, AgreementVersion
from community.accounts.queries import agreement as queries
from community.core import clock, db
from community.core.errors import Conflict, NotAllowed, NotFound, RuleBroken
from community.core.i18n import gettext as _
from community.identity import policy
from community.identity.models import Actor, Membership, Team
from community.identity.queries import get_membership
from community.journal import actions as journal


def publish(actor: Actor, body: str, *, number: int | None = None) -> AgreementVersion:
    """A new version, which everybody is asked to accept; an empty one ends the agreement.

    `number` is the version its writer saw in force (0: none); Conflict when there is a newer one.
    Whoever writes it accepts it by writing it.
    """
    if not policy.can_change_team(actor):
        raise NotAllowed(_("Only owners change what the group agrees on."))
    db.flush()
    team = db.session().get_one(Team, actor.team_id, with_for_update=True, populate_existing=True)
    if number is not None and number != team.agreement_number:
        raise Conflict(
            _("Somebody has written a new version meanwhile. Read it first."), code="newer_version"
        )
    before = queries.find_in_force(team)
    if (before.body if before else "") == body:
        raise RuleBroken(_("This is what holds already."), code="unchanged", field="body")
    version = AgreementVersion(
        id=db.new_id(),
        number=queries.last_number(team.id) + 1,
        body=body,
        author_id=actor.person_id,
    )
    db.add(version)
    team.agreement_number = version.number if body else 0
    db.flush()
    journal.record(actor, "publish", "agreement", version.id)
    if body:
        _accept(actor, version)
    return version


def accept_agreement(actor: Actor, number: int) -> AgreementVersion:
    """The actor accepts the version in force, which must be the one they read. Twice is harmless."""
    version = queries.find_in_force(db.session().get_one(Team, actor.team_id))
    if version is None:
        raise NotFound(_("The group has not written down what it agrees on."))
    if version.number != number:
        raise _newer()
    if actor.agreement_due:
        _accept(actor, version)
    return version


def check_read(team: Team, number: int | None) -> AgreementVersion | None:
    """What somebody who joins accepts; RuleBroken until they say that they have read just that."""
    version = queries.find_in_force(team)
    if version is None:
        return None
    if number is None:
        raise RuleBroken(
            _("Please read what the group agreed on, and tick that you accept it."),
            code="agreement_required",
            field="agreed",
        )
    if number != version.number:
        raise _newer()
    return version


def accept_on_joining(actor: Actor, version: AgreementVersion | None) -> None:
    """They accepted by joining."""
    if version is not None:
        _accept(actor, version)


def _newer() -> Conflict:
    return Conflict(
        _("There is a newer version by now. Please read it once more."), code="newer_version"
    )


def _accept(actor: Actor, version: AgreementVersion) -> None:
    statement = insert(AgreementAcceptance).values(
        team_id=actor.team_id,
        version_id=version.id,
        member_id=actor.member_id,
        accepted_at=clock.now(),
    )
    db.session().execute(statement.on_conflict_do_nothing())
    membership: Membership = get_membership(actor, actor.member_id)
    membership.agreed_number = version.number
    db.flush()
    journal.record(actor, "accept", "agreement", version.id, about_id=actor.person_id)
