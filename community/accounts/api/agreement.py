"""The API of what the group agreed on."""

from typing import Any

from flask import Response

from community.accounts.actions import agreement as actions
from community.accounts.queries import agreement as queries
from community.accounts.schemas import agreement as schemas
from community.core.errors import NotAllowed
from community.core.i18n import gettext as _
from community.identity.policy import can_see_members
from community.identity.queries import get_team
from community.web import endpoints
from community.web.session import current_actor, needs_scope

blp = endpoints.blueprint("agreement", description="What the group agreed on, in versions.")


@blp.route("/agreement", methods=["GET"])
@blp.response(200, schemas.AgreementOut)
def get_agreement() -> Response:
    """The version in force, and whether this member has accepted it; number 0 where there is none."""
    actor = current_actor()
    version = queries.find_in_force(get_team(actor))
    if version is None:
        return endpoints.answered(schemas.NOTHING_AGREED)
    return endpoints.answered(schemas.dump_version(version, is_accepted=not actor.agreement_due))


@blp.route("/agreement/versions", methods=["GET"])
@blp.arguments(endpoints.PageArgs, location="query")
@blp.response(200, endpoints.items_schema(schemas.VersionOut, "AgreementVersions"))
def list_versions(args: dict[str, Any]) -> Response:
    """Every version, the newest first."""
    found = queries.find_versions(current_actor(), endpoints.page_request(args))
    return endpoints.fast_list(found, schemas.dump_row)


@blp.route("/agreement/versions", methods=["POST"])
@blp.arguments(schemas.VersionIn)
@blp.response(201, schemas.AgreementOut)
@needs_scope("admin")
def publish(data: dict[str, Any]) -> Response:
    """Put a new version in force; an empty one ends the agreement (owners)."""
    version = actions.publish(current_actor(), data["body"], number=data["number"])
    body = schemas.dump_version(version, is_accepted=bool(version.body))
    return endpoints.created(body, "/agreement")


@blp.route("/agreement/acceptance", methods=["POST"])
@blp.arguments(schemas.AcceptanceIn)
@blp.response(200, schemas.AgreementOut)
def accept(data: dict[str, Any]) -> Response:
    """Accept the version in force, which is the one named."""
    version = actions.accept_agreement(current_actor(), data["number"])
    return endpoints.answered(schemas.dump_version(version, is_accepted=True))


@blp.route("/agreement/acceptances", methods=["GET"])
@blp.response(200, schemas.Acceptances)
def list_acceptances() -> Response:
    """Who has accepted the version in force, and when."""
    actor = current_actor()
    if not can_see_members(actor):
        raise NotAllowed(_("Guests do not see who is in the team."))
    number = get_team(actor).agreement_number
    rows = queries.find_acceptances(actor, number) if number else []
    items = [
        {"person_id": row.person_id, "name": row.name, "accepted_at": row.accepted_at}
        for row in rows
    ]
    return endpoints.answered({"items": items, "next": None})
