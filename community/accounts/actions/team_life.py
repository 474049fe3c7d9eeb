"""Teams from their first day to their last: founded by anybody signed in, ended by owners.

An ended team is shut at once and kept for thirty days. In that time an owner may undo it, and
nothing else; then it is taken away with everything in it.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, text

from community.accounts import notices
from community.accounts.actions import teams
from community.accounts.queries import members as member_queries
from community.accounts.queries import team_life as queries
from community.core import clock, db, hold, outbox, queue
from community.core.errors import Conflict, NotAllowed, NotFound, NotSignedIn, Stale
from community.core.i18n import gettext as _
from community.core.outbox import Claim
from community.core.tokens import TeamToken
from community.identity import policy
from community.identity.models import Actor, Team, User
from community.identity.queries import find_actor
from community.journal import actions as journal
from community.notifications.actions import notify

GRACE = timedelta(days=30)
MOST_OWNED = 10
ENDING_JOB = "accounts.mail_team_ending"
PURGE_JOB = "accounts.purge_team"
# A large team takes its time; the worker gives a job three quarters of a minute.
_PATIENCE = text("SET LOCAL statement_timeout = '40s'")


def found_team(user_id: UUID, new: teams.NewTeam, owner_name: str) -> Actor:
    """A new team of somebody who is signed in; the transaction is set to it from here on."""
    if queries.count_owned(user_id) >= MOST_OWNED:
        raise Conflict(
            _("You own %(most)d teams. Leave or delete one first.", most=MOST_OWNED),
            code="too_many_teams",
        )
    return teams.create_team(new, user_id, owner_name)


def end_team(actor: Actor, *, version: int | None = None) -> Team:
    """Shut the team at once and let it be taken away in thirty days; every owner is told by mail."""
    if not policy.can_change_team(actor):
        raise NotAllowed(_("Only owners delete the team."))
    db.flush()
    team = db.session().get_one(Team, actor.team_id, with_for_update=True, populate_existing=True)
    if version is not None and team.version != version:
        raise Stale(_("Someone changed this in the meantime. Load it again."))
    team.deleted_at = clock.now()
    db.flush()
    journal.record(actor, "delete", "team", team.id)
    outbox.put(PURGE_JOB, {}, queue_name=queue.WORK, key=_purge_key(team), delay=GRACE)
    for member_id in member_queries.find_owner_ids(actor):
        outbox.put(
            ENDING_JOB,
            {"membership_id": member_id},
            queue_name=queue.MAIL,
            key=_ending_key(team, member_id),
            delay=hold.period(),
        )
    return team


def _purge_key(team: Team) -> str:
    return f"purge:{team.version}"


def _ending_key(team: Team, member_id: UUID) -> str:
    return f"ending:{team.version}:{member_id}"


def restore_team(user_id: UUID, slug: str) -> Actor:
    """An owner undoes the deletion; everything is as it was. NotFound for anybody else."""
    team_id = queries.find_ending_team_id(user_id, slug)
    if team_id is None:
        raise NotFound(_("There is no such team."))
    db.enter(team_id, user_id)
    return _restore(team_id, user_id)


def restore_by_token(token: TeamToken) -> Team:
    """The same for a program with the scope `admin` of an owner; NotSignedIn for any other."""
    team_id = queries.find_team_id_by_key(token.team_key)
    if team_id is None:
        raise NotSignedIn(_("This token is not valid any more."), code="bad_token")
    db.enter(team_id, None)
    user_id = queries.find_owner_by_token(token)
    if user_id is None:
        raise NotSignedIn(_("This token is not valid any more."), code="bad_token")
    db.enter(team_id, user_id)
    _restore(team_id, user_id)
    return db.session().get_one(Team, team_id)


def _restore(team_id: UUID, user_id: UUID) -> Actor:
    team = db.session().get_one(Team, team_id, with_for_update=True, populate_existing=True)
    if team.deleted_at is None:
        raise Conflict(_("This team is not being deleted."), code="not_deleted")
    keys = [_purge_key(team)]
    keys += [_ending_key(team, member_id) for member_id in queries.find_owner_ids(team_id)]
    outbox.cancel(keys=keys)
    team.deleted_at = None
    db.flush()
    actor = find_actor(team_id, user_id)
    if actor is None:
        raise NotFound(_("There is no such team."))
    journal.record(actor, "restore", "team", team.id)
    _tell_owners(actor, team)
    return actor


def _tell_owners(actor: Actor, team: Team) -> None:
    for member_id in member_queries.find_owner_ids(actor):
        if member_id != actor.member_id:
            notify(
                notices.RESTORED,
                member_id=member_id,
                thing_kind="team",
                thing_id=team.id,
                key=f"{notices.RESTORED}:{team.version}:{member_id}",
                from_person_id=actor.person_id,
            )


def purge_team(claim: Claim) -> None:
    """Take an ended team away with everything in it, and users who were in no other."""
    with db.transaction(claim.team_id):
        if outbox.get(claim) is None:
            return
        team = db.session().get(Team, claim.team_id)
        if team is None or team.deleted_at is None or team.deleted_at + GRACE > clock.now():
            outbox.finish(claim, "cancelled")
            return
        db.session().execute(_PATIENCE)
        only_here = _users_of_no_other_team(team.id)
        db.session().expunge(team)
        db.session().execute(delete(Team).where(Team.id == claim.team_id))
        db.session().execute(delete(User).where(User.id.in_(only_here)))


def _users_of_no_other_team(team_id: UUID) -> list[UUID]:
    found = []
    for user_id in queries.find_user_ids(team_id):
        db.enter(None, user_id)
        if queries.count_teams_ever(user_id) == 1:
            found.append(user_id)
    db.enter(team_id, None)
    return found
