"""The JSON resources of the team's own fields; what they hold is in each person's `fields`."""

from typing import Any
from uuid import UUID

from flask import Response

from community.core.paging import Page
from community.people import actions, queries
from community.people.schemas import custom as schemas
from community.web import endpoints
from community.web.session import current_actor

blp = endpoints.blueprint("custom_fields", description="Fields that a team adds to its people.")


@blp.route("/custom_fields", methods=["GET"])
@blp.response(200, schemas.FieldList)
def list_fields() -> Response:
    """The team's fields in their order, archived ones too."""
    found = queries.find_fields(current_actor(), archived=None)
    return endpoints.fast_list(Page(found, None), schemas.dump_field)


@blp.route("/custom_fields", methods=["POST"])
@blp.arguments(schemas.FieldIn)
@blp.response(201, schemas.FieldOut)
def define_field(data: dict[str, Any]) -> Response:
    """Add a field: owners and stewards."""
    made = actions.define_field(current_actor(), **data)
    return endpoints.created(schemas.dump_field(made), "/custom_fields")


@blp.route("/custom_fields/<uuid:field_id>", methods=["PATCH"])
@blp.arguments(schemas.FieldPatch)
@blp.response(200, schemas.FieldOut)
def edit_field(data: dict[str, Any], field_id: UUID) -> Response:
    """Rename a field, change its choices or its place, or archive it; what it holds stays."""
    field = actions.edit_field(current_actor(), field_id, **data)
    return endpoints.answered(schemas.dump_field(field))
