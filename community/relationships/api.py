"""The JSON resources of ties: how members met people."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Response

from community.core.paging import Page
from community.people import queries as people
from community.relationships import actions, queries, schemas
from community.web import endpoints
from community.web.session import current_actor

blp = endpoints.blueprint("relationships", description="What lies between members and people.")


@blp.route("/ties", methods=["GET"])
@blp.arguments(schemas.TieArgs, location="query")
@blp.response(200, schemas.TieList)
def list_ties(args: dict[str, Any]) -> Response:
    """Ties one may see, newest first; of one person with `person_id`, one's own first."""
    actor = current_actor()
    dump = partial(schemas.dump_tie, actor)
    if "person_id" in args:
        person = people.get_person(actor, args["person_id"])
        found = queries.find_ties_of(actor, person.id)
        return endpoints.fast_list(Page(found, None), dump)
    return endpoints.fast_list(queries.find_ties(actor, endpoints.page_request(args)), dump)


@blp.route("/ties", methods=["POST"])
@blp.arguments(schemas.TieIn)
@blp.response(201, schemas.TieOut)
def add_tie(data: dict[str, Any]) -> Response:
    """Write how one met a person; once a person."""
    actor = current_actor()
    made = actions.add_tie(actor, data.pop("person_id"), **data)
    body = schemas.dump_tie(actor, queries.get_tie_row(actor, made.id))
    return endpoints.created(body, f"/ties/{made.id}", version=made.version)


@blp.route("/ties/<uuid:tie_id>", methods=["GET"])
@blp.response(200, schemas.TieOut)
def get_tie(tie_id: UUID) -> Response:
    """One tie."""
    return _tie(tie_id)


@blp.route("/ties/<uuid:tie_id>", methods=["PATCH"])
@blp.arguments(schemas.TiePatch)
@blp.response(200, schemas.TieOut)
@endpoints.needs_version
def edit_tie(data: dict[str, Any], tie_id: UUID) -> Response:
    """Change one's own tie."""
    actions.edit_tie(current_actor(), tie_id, version=endpoints.required_version(), **data)
    return _tie(tie_id)


@blp.route("/ties/<uuid:tie_id>", methods=["DELETE"])
@blp.response(204)
@endpoints.needs_version
def delete_tie(tie_id: UUID) -> Response:
    """Take away one's own tie; can be undone."""
    actions.delete_tie(current_actor(), tie_id, version=endpoints.required_version())
    return Response(status=204)


@blp.route("/ties/<uuid:tie_id>/restoration", methods=["POST"])
@blp.response(200, schemas.TieOut)
def restore_tie(tie_id: UUID) -> Response:
    """Undo the deletion of one's own tie."""
    actions.restore_tie(current_actor(), tie_id)
    return _tie(tie_id)


def _tie(tie_id: UUID) -> Response:
    actor = current_actor()
    row = queries.get_tie_row(actor, tie_id)
    return endpoints.versioned(schemas.dump_tie(actor, row), row.version)
