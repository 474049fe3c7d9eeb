"""The JSON resource of saved lists of people."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Response

from community.people import actions, queries
from community.people.models import SavedView
from community.people.schemas import views as schemas
from community.web import endpoints
from community.web.session import current_actor

blp = endpoints.blueprint("views", description="Filters of the list of people, saved by name.")


@blp.route("/saved_views", methods=["GET"])
@blp.arguments(endpoints.PageArgs, location="query")
@blp.response(200, schemas.SavedViewList)
def list_views(args: dict[str, Any]) -> Response:
    """One's own saved lists and those that others share, newest first."""
    actor = current_actor()
    page = queries.find_views(actor, endpoints.page_request(args))
    return endpoints.fast_list(page, partial(schemas.dump_view, actor))


@blp.route("/saved_views", methods=["POST"])
@blp.arguments(schemas.SavedViewIn)
@blp.response(201, schemas.SavedViewOut)
def save_view(data: dict[str, Any]) -> Response:
    """Save a filter by name."""
    actor = current_actor()
    view = actions.save_view(actor, **data)
    body = schemas.dump_view(actor, view)
    return endpoints.created(body, f"/saved_views/{view.id}", version=view.version)


@blp.route("/saved_views/<uuid:view_id>", methods=["GET"])
@blp.response(200, schemas.SavedViewOut)
def get_view(view_id: UUID) -> Response:
    """One saved list."""
    return _view(queries.get_view(current_actor(), view_id))


@blp.route("/saved_views/<uuid:view_id>", methods=["PATCH"])
@blp.arguments(schemas.SavedViewPatch)
@blp.response(200, schemas.SavedViewOut)
@endpoints.needs_version
def edit_view(data: dict[str, Any], view_id: UUID) -> Response:
    """Change one's own saved list."""
    version = endpoints.required_version()
    return _view(actions.edit_view(current_actor(), view_id, version=version, **data))


@blp.route("/saved_views/<uuid:view_id>", methods=["DELETE"])
@blp.response(204)
@endpoints.needs_version
def delete_view(view_id: UUID) -> Response:
    """Forget one's own saved list."""
    actions.delete_view(current_actor(), view_id, version=endpoints.required_version())
    return Response(status=204)


@blp.route("/saved_views/<uuid:view_id>/pin", methods=["POST"])
@blp.response(200, schemas.SavedViewOut)
def pin_view(view_id: UUID) -> Response:
    """Keep it above one's list of people."""
    return _view(actions.pin_view(current_actor(), view_id, is_pinned=True))


@blp.route("/saved_views/<uuid:view_id>/pin", methods=["DELETE"])
@blp.response(204)
def unpin_view(view_id: UUID) -> Response:
    """Keep it there no more."""
    actions.pin_view(current_actor(), view_id, is_pinned=False)
    return Response(status=204)


def _view(view: SavedView) -> Response:
    return endpoints.versioned(schemas.dump_view(current_actor(), view), view.version)
