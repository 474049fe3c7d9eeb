"""The JSON resource of acts on many people."""

from typing import Any
from uuid import UUID

from flask import Response

from community.records import actions, queries
from community.records.actions import Chosen
from community.records.schemas import many as schemas
from community.web import endpoints
from community.web.session import current_actor

blp = endpoints.blueprint("many", description="One act on many people, and its undo.")


@blp.route("/people/bulk_acts", methods=["POST"])
@blp.arguments(schemas.BulkActIn)
@blp.response(201, schemas.BulkActOut)
def act_on_many(data: dict[str, Any]) -> Response:
    """Tag, let into a circle or archive many at once; whom one may not change is left and counted."""
    wanted = schemas.filter_of(data["filter"]) if "filter" in data else None
    done = actions.act_on_many(
        current_actor(),
        data["act"],
        Chosen(data.get("person_ids", ()), wanted),
        tag=data["tag"],
        circle_id=data["circle_id"],
    )
    return endpoints.created(schemas.dump_act(done), f"/people/bulk_acts/{done.id}")


@blp.route("/people/bulk_acts/<uuid:act_id>", methods=["GET"])
@blp.response(200, schemas.BulkActOut)
def get_act(act_id: UUID) -> Response:
    """One's own act that can still be undone."""
    return endpoints.answered(schemas.dump_act(queries.get_bulk_act(current_actor(), act_id)))


@blp.route("/people/bulk_acts/<uuid:act_id>", methods=["DELETE"])
@blp.response(204)
def undo_act(act_id: UUID) -> Response:
    """Take back all of it where nobody changed it since."""
    actions.undo_act(current_actor(), act_id)
    return Response(status=204)
