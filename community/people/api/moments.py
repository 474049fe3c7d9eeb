"""The JSON resources of achievements and who congratulates, of hard times and who is with them."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Response

from community.core import clock
from community.people import actions, queries
from community.people.actions import moments
from community.people.models import ACHIEVEMENT, ENDS, HARD_TIME
from community.people.schemas import moments as schemas
from community.web import endpoints, session
from community.web.session import current_actor

blp = endpoints.blueprint(
    "moments", description="What people achieved and go through, and who takes it on."
)


@blp.route("/people/<uuid:person_id>/achievements", methods=["GET"])
@blp.arguments(endpoints.PageArgs, location="query")
@blp.response(200, schemas.AchievementList)
def list_achievements(args: dict[str, Any], person_id: UUID) -> Response:
    """What somebody achieved, as far as one may read it; latest first."""
    return _list(person_id, ACHIEVEMENT, args)


@blp.route("/people/<uuid:person_id>/achievements", methods=["POST"])
@blp.arguments(schemas.AchievementIn)
@blp.response(201, schemas.AchievementOut)
def add_achievement(data: dict[str, Any], person_id: UUID) -> Response:
    """Note what somebody achieved; its audience is the author's default unless given."""
    made = actions.add_achievement(current_actor(), person_id, **data)
    return _created(made.id, "achievements")


@blp.route("/achievements", methods=["GET"])
@blp.arguments(endpoints.PageArgs, location="query")
@blp.response(200, schemas.AchievementList)
def list_open_achievements(args: dict[str, Any]) -> Response:
    """What waits for somebody who congratulates, or for oneself who said so; latest first."""
    return _open(args, ACHIEVEMENT)


@blp.route("/achievements/<uuid:achievement_id>", methods=["GET"])
@blp.response(200, schemas.AchievementOut)
def get_achievement(achievement_id: UUID) -> Response:
    """One achievement, and who congratulates."""
    return _one(achievement_id, ACHIEVEMENT, note=True)


@blp.route("/achievements/<uuid:achievement_id>", methods=["PATCH"])
@blp.arguments(schemas.MomentPatch)
@blp.response(200, schemas.AchievementOut)
@endpoints.needs_version
def edit_achievement(data: dict[str, Any], achievement_id: UUID) -> Response:
    """Change one's own."""
    version = endpoints.required_version()
    actions.edit_moment(current_actor(), achievement_id, kind=ACHIEVEMENT, version=version, **data)
    return _one(achievement_id, ACHIEVEMENT)


@blp.route("/achievements/<uuid:achievement_id>", methods=["DELETE"])
@blp.response(204)
@endpoints.needs_version
def delete_achievement(achievement_id: UUID) -> Response:
    """Delete one's own; can be undone."""
    version = endpoints.required_version()
    actions.delete_moment(current_actor(), achievement_id, kind=ACHIEVEMENT, version=version)
    return Response(status=204)


@blp.route("/achievements/<uuid:achievement_id>/restoration", methods=["POST"])
@blp.response(200, schemas.AchievementOut)
def restore_achievement(achievement_id: UUID) -> Response:
    """Undo the deletion of one's own."""
    actions.restore_moment(current_actor(), achievement_id, kind=ACHIEVEMENT)
    return _one(achievement_id, ACHIEVEMENT)


@blp.route("/achievements/<uuid:achievement_id>/congratulation", methods=["POST"])
@blp.response(200, schemas.AchievementOut)
def claim_congratulation(achievement_id: UUID) -> Response:
    """“I will write”: 409 where somebody else has said so."""
    moments.claim(current_actor(), achievement_id, kind=ACHIEVEMENT)
    return _one(achievement_id, ACHIEVEMENT)


@blp.route("/achievements/<uuid:achievement_id>/congratulation", methods=["PATCH"])
@blp.arguments(schemas.CongratulationPatch)
@blp.response(200, schemas.AchievementOut)
def change_congratulation(data: dict[str, Any], achievement_id: UUID) -> Response:
    """One has written; or takes that back."""
    act = moments.finish if data["state"] == ENDS[ACHIEVEMENT] else moments.reopen
    act(current_actor(), achievement_id, kind=ACHIEVEMENT)
    return _one(achievement_id, ACHIEVEMENT)


@blp.route("/achievements/<uuid:achievement_id>/congratulation", methods=["DELETE"])
@blp.response(204)
def release_congratulation(achievement_id: UUID) -> Response:
    """Let it go: somebody else may."""
    moments.release(current_actor(), achievement_id, kind=ACHIEVEMENT)
    return Response(status=204)


@blp.route("/people/<uuid:person_id>/hard_times", methods=["GET"])
@blp.arguments(endpoints.PageArgs, location="query")
@blp.response(200, schemas.HardTimeList)
def list_hard_times(args: dict[str, Any], person_id: UUID) -> Response:
    """What somebody goes through, as far as one was named; latest first."""
    return _list(person_id, HARD_TIME, args)


@blp.route("/people/<uuid:person_id>/hard_times", methods=["POST"])
@blp.arguments(schemas.HardTimeIn)
@blp.response(201, schemas.HardTimeOut)
def add_hard_time(data: dict[str, Any], person_id: UUID) -> Response:
    """Note a hard time, for oneself or people one names; with `is_with` one is with them."""
    made = actions.add_hard_time(current_actor(), person_id, **data)
    return _created(made.id, "hard_times")


@blp.route("/hard_times", methods=["GET"])
@blp.arguments(endpoints.PageArgs, location="query")
@blp.response(200, schemas.HardTimeList)
def list_open_hard_times(args: dict[str, Any]) -> Response:
    """Where somebody is needed, or one is with somebody oneself; latest first."""
    return _open(args, HARD_TIME)


@blp.route("/hard_times/<uuid:hard_time_id>", methods=["GET"])
@blp.response(200, schemas.HardTimeOut)
def get_hard_time(hard_time_id: UUID) -> Response:
    """One hard time, and who is with them."""
    return _one(hard_time_id, HARD_TIME, note=True)


@blp.route("/hard_times/<uuid:hard_time_id>", methods=["PATCH"])
@blp.arguments(schemas.MomentPatch)
@blp.response(200, schemas.HardTimeOut)
@endpoints.needs_version
def edit_hard_time(data: dict[str, Any], hard_time_id: UUID) -> Response:
    """Change one's own."""
    version = endpoints.required_version()
    actions.edit_moment(current_actor(), hard_time_id, kind=HARD_TIME, version=version, **data)
    return _one(hard_time_id, HARD_TIME)


@blp.route("/hard_times/<uuid:hard_time_id>", methods=["DELETE"])
@blp.response(204)
@endpoints.needs_version
def delete_hard_time(hard_time_id: UUID) -> Response:
    """Delete one's own; can be undone."""
    version = endpoints.required_version()
    actions.delete_moment(current_actor(), hard_time_id, kind=HARD_TIME, version=version)
    return Response(status=204)


@blp.route("/hard_times/<uuid:hard_time_id>/restoration", methods=["POST"])
@blp.response(200, schemas.HardTimeOut)
def restore_hard_time(hard_time_id: UUID) -> Response:
    """Undo the deletion of one's own."""
    actions.restore_moment(current_actor(), hard_time_id, kind=HARD_TIME)
    return _one(hard_time_id, HARD_TIME)


@blp.route("/hard_times/<uuid:hard_time_id>/support", methods=["POST"])
@blp.response(200, schemas.HardTimeOut)
def claim_support(hard_time_id: UUID) -> Response:
    """“I am with them”: 409 where somebody else is."""
    moments.claim(current_actor(), hard_time_id, kind=HARD_TIME)
    return _one(hard_time_id, HARD_TIME)


@blp.route("/hard_times/<uuid:hard_time_id>/support", methods=["PATCH"])
@blp.arguments(schemas.SupportPatch)
@blp.response(200, schemas.HardTimeOut)
def change_support(data: dict[str, Any], hard_time_id: UUID) -> Response:
    """It is over, say whoever noted it or is with them; or they take that back."""
    act = moments.finish if data["state"] == ENDS[HARD_TIME] else moments.reopen
    act(current_actor(), hard_time_id, kind=HARD_TIME)
    return _one(hard_time_id, HARD_TIME)


@blp.route("/hard_times/<uuid:hard_time_id>/support", methods=["DELETE"])
@blp.response(204)
def release_support(hard_time_id: UUID) -> Response:
    """Let it go: somebody else may."""
    moments.release(current_actor(), hard_time_id, kind=HARD_TIME)
    return Response(status=204)


def _list(person_id: UUID, kind: str, args: dict[str, Any]) -> Response:
    actor = current_actor()
    person = queries.get_person(actor, person_id)
    page = queries.find_moments(actor, person.id, kind, endpoints.page_request(args))
    if person.membership_id is not None:
        session.after_response(partial(actions.note_opening, actor, person.id))
    return endpoints.fast_list(page, partial(schemas.dump_moment, actor))


def _open(args: dict[str, Any], kind: str) -> Response:
    actor = current_actor()
    today = clock.today(actor.zone)
    page = queries.find_open_moments(actor, today, endpoints.page_request(args), kind)
    return endpoints.fast_list(page, partial(schemas.dump_moment, actor))


def _created(moment_id: UUID, plural: str) -> Response:
    actor = current_actor()
    row = queries.get_moment_row(actor, moment_id)
    body = schemas.dump_moment(actor, row)
    return endpoints.created(body, f"/{plural}/{row.id}", version=row.version)


def _one(moment_id: UUID, kind: str, *, note: bool = False) -> Response:
    actor = current_actor()
    row = queries.get_moment_row(actor, moment_id, kind)
    if note and row.subject_membership_id is not None and not actor.is_me(row.author_id):
        session.after_response(partial(actions.note_opening, actor, row.person_id))
    return endpoints.versioned(schemas.dump_moment(actor, row), row.version)
