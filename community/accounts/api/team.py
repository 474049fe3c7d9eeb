"""The API of the team's last days: ending it, and taking that back."""

from flask import Response

from community.accounts import schemas
from community.accounts.actions import team_life
from community.web import endpoints
from community.web.session import bearer_token, current_actor, needs_scope, public

blp = endpoints.blueprint("team", description="Ending the team, and taking that back.")


@blp.route("/team", methods=["DELETE"])
@blp.response(204)
@needs_scope("admin")
@endpoints.needs_version
def end_team() -> Response:
    """Shut the team at once; it is taken away for good after 30 days (owners).

    If-Match names the version that was read: “*” is not enough for this.
    """
    version = endpoints.required_version() or 0
    team_life.end_team(current_actor(), version=version)
    return Response(status=204)


@blp.route("/team/restoration", methods=["POST"])
@blp.response(200, schemas.TeamOut)
@public
def restore_team() -> Response:
    """Take the deletion back within the 30 days, with an owner's token of scope `admin`."""
    team = team_life.restore_by_token(bearer_token())
    return endpoints.versioned(schemas.dump_team(team), team.version)
