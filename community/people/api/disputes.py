"""The JSON resource of disputes: what members do not find right of what is written about them."""

from typing import Any
from uuid import UUID

from flask import Response

from community.core import db
from community.people import actions, queries
from community.people.schemas import disputes as schemas
from community.web import endpoints
from community.web.session import current_actor

blp = endpoints.blueprint("disputes", description="What members dispute of items about them.")
_LIVE = {"live": True, "over": False, "any": None}


@blp.route("/disputes", methods=["GET"])
@blp.arguments(schemas.DisputesArgs, location="query")
@blp.response(200, schemas.DisputeList)
def list_disputes(args: dict[str, Any]) -> Response:
    """One's own disputes, and those of what one wrote; newest first."""
    request = endpoints.page_request(args)
    page = queries.find_disputes(current_actor(), request, live=_LIVE[args["state"]])
    return endpoints.fast_list(page, schemas.dump_dispute)


@blp.route("/disputes", methods=["POST"])
@blp.arguments(schemas.ItemDisputeIn)
@blp.response(201, schemas.DisputeOut)
def dispute(data: dict[str, Any]) -> Response:
    """Say that an item about oneself is not right: until that is over, others do not see it."""
    actor = current_actor()
    made = actions.dispute_item(actor, data["kind"], data["id"], reason=data["reason"])
    db.flush()
    row = queries.get_dispute_row(actor, made.id)
    body = schemas.dump_dispute(row)
    return endpoints.created(body, f"/disputes/{row.id}", version=row.version)


@blp.route("/disputes/<uuid:dispute_id>", methods=["GET"])
@blp.response(200, schemas.DisputeOut)
def get_dispute(dispute_id: UUID) -> Response:
    """One dispute, for its subject and for who wrote what it is about."""
    row = queries.get_dispute_row(current_actor(), dispute_id)
    return endpoints.versioned(schemas.dump_dispute(row), row.version)


@blp.route("/disputes", methods=["DELETE"])
@blp.arguments(schemas.DisputedItem, location="query")
@blp.response(204)
def end_dispute(data: dict[str, Any]) -> Response:
    """Let the item stand: it is seen again as its audience says. Named in the query or the body."""
    actions.end_dispute(current_actor(), data["kind"], data["id"])
    return Response(status=204)
