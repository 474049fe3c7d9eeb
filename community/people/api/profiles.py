"""The JSON resources of what members say of themselves."""

from functools import partial
from typing import Any
from uuid import UUID

import orjson
from flask import Response

from community.people import actions, queries
from community.people.schemas import profiles as schemas
from community.web import endpoints, session
from community.web.session import current_actor

blp = endpoints.blueprint("profiles", description="What members say of themselves.")


@blp.route("/me/profile", methods=["GET"])
@blp.response(200, schemas.ProfileOut)
def get_own() -> Response:
    """What one says of oneself, and to whom."""
    return _profile(current_actor().person_id)


@blp.route("/me/profile", methods=["PATCH"])
@blp.arguments(schemas.ProfileIn)
@blp.response(200, schemas.ProfileOut)
def set_own(data: dict[str, Any]) -> Response:
    """Say something of oneself; a part without words is taken away."""
    actor = current_actor()
    actions.set_profile(actor, data)
    return _profile(actor.person_id)


@blp.route("/people/<uuid:person_id>/profile", methods=["GET"])
@blp.response(200, schemas.ProfileOut)
def get_profile(person_id: UUID) -> Response:
    """What a member says of themself; of who is no member there is nothing."""
    actor = current_actor()
    person = queries.get_person(actor, person_id)
    session.after_response(partial(actions.note_opening, actor, person.id))
    return _profile(person.id)


@blp.route("/directory", methods=["GET"])
@blp.arguments(schemas.DirectoryArgs, location="query")
@blp.response(200, schemas.Directory)
def list_directory(args: dict[str, Any]) -> Response:
    """The team's members by name, with what each says of themself."""
    actor = current_actor()
    page = queries.find_directory(actor, args["q"], endpoints.page_request(args))
    return endpoints.fast_list(page, partial(schemas.dump_entry, actor))


def _profile(person_id: UUID) -> Response:
    actor = current_actor()
    parts = queries.find_profile(actor, person_id)
    body = schemas.dump_profile(actor, person_id, parts)
    return Response(orjson.dumps(body), mimetype="application/json")
