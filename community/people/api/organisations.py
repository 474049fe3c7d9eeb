"""The JSON resources of organisations, and of people's positions."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Response

from community.core import db
from community.core.paging import Page
from community.people import actions, queries
from community.people.models import Organisation
from community.people.queries import OrganisationFilter
from community.people.schemas import organisations as schemas
from community.web import endpoints
from community.web.session import current_actor

blp = endpoints.blueprint("organisations", description="Organisations, and who is and was there.")

_ARCHIVED = {"true": True, "false": False, "any": None}


@blp.route("/organisations", methods=["GET"])
@blp.arguments(schemas.OrganisationArgs, location="query")
@blp.response(200, schemas.OrganisationList)
def list_organisations(args: dict[str, Any]) -> Response:
    """Organisations one may see, by name."""
    actor = current_actor()
    wanted = OrganisationFilter(args["q"], _ARCHIVED[args["archived"]])
    page = queries.find_organisations(actor, wanted, endpoints.page_request(args))
    return endpoints.fast_list(page, partial(schemas.dump_organisation, actor))


@blp.route("/organisations", methods=["POST"])
@blp.arguments(schemas.OrganisationIn)
@blp.response(201, schemas.OrganisationOut)
def create_organisation(data: dict[str, Any]) -> Response:
    """Add an organisation; positions that say its name in words are at it from now on."""
    actor = current_actor()
    made = actions.create_organisation(actor, **data)
    body = schemas.dump_organisation(actor, made)
    return endpoints.created(body, f"/organisations/{made.id}", version=made.version)


@blp.route("/organisations/<uuid:organisation_id>", methods=["GET"])
@blp.response(200, schemas.OrganisationOut)
def get_organisation(organisation_id: UUID) -> Response:
    """One organisation."""
    return _answer(queries.get_organisation(current_actor(), organisation_id))


@blp.route("/organisations/<uuid:organisation_id>", methods=["PATCH"])
@blp.arguments(schemas.OrganisationPatch)
@blp.response(200, schemas.OrganisationOut)
@endpoints.needs_version
def edit_organisation(data: dict[str, Any], organisation_id: UUID) -> Response:
    """Change the given fields; only the author changes `visibility`."""
    version = endpoints.required_version()
    actor = current_actor()
    return _answer(actions.edit_organisation(actor, organisation_id, version=version, **data))


@blp.route("/organisations/<uuid:organisation_id>", methods=["DELETE"])
@blp.response(204)
@endpoints.needs_version
def delete_organisation(organisation_id: UUID) -> Response:
    """Delete one entered by mistake; can be undone for 30 days. Positions keep its name."""
    version = endpoints.required_version()
    actions.delete_organisation(current_actor(), organisation_id, version=version)
    return Response(status=204)


@blp.route("/organisations/<uuid:organisation_id>/restoration", methods=["POST"])
@blp.response(200, schemas.OrganisationOut)
def restore_organisation(organisation_id: UUID) -> Response:
    """Undo a deletion."""
    return _answer(actions.restore_organisation(current_actor(), organisation_id))


@blp.route("/organisations/<uuid:organisation_id>/archiving", methods=["POST"])
@blp.response(200, schemas.OrganisationOut)
def archive_organisation(organisation_id: UUID) -> Response:
    """Take an organisation out of the list."""
    return _answer(actions.archive_organisation(current_actor(), organisation_id))


@blp.route("/organisations/<uuid:organisation_id>/archiving", methods=["DELETE"])
@blp.response(204)
def unarchive_organisation(organisation_id: UUID) -> Response:
    """Put an organisation back into the list."""
    actions.unarchive_organisation(current_actor(), organisation_id)
    return Response(status=204)


@blp.route("/organisations/<uuid:organisation_id>/people", methods=["GET"])
@blp.arguments(endpoints.PageArgs, location="query")
@blp.response(200, schemas.PeopleAt)
def list_people_at(args: dict[str, Any], organisation_id: UUID) -> Response:
    """Who of those one sees is or was there: a row a position, by name."""
    actor = current_actor()
    found = queries.get_organisation(actor, organisation_id)
    page = queries.find_people_at(actor, found.id, endpoints.page_request(args))
    return endpoints.fast_list(page, schemas.dump_person_at)


@blp.route("/people/<uuid:person_id>/positions", methods=["GET"])
@blp.response(200, schemas.PositionList)
def list_positions(person_id: UUID) -> Response:
    """What a person does, then what they did."""
    actor = current_actor()
    person = queries.get_person(actor, person_id)
    rows = queries.find_positions(actor, person.id)
    return endpoints.fast_list(Page(rows, None), schemas.dump_position)


@blp.route("/people/<uuid:person_id>/positions", methods=["POST"])
@blp.arguments(schemas.NewPosition)
@blp.response(201, schemas.PlacedPosition)
def add_position(data: dict[str, Any], person_id: UUID) -> Response:
    """Add what a person does; the one before can end with it."""
    position = actions.add_position(current_actor(), person_id, **data)
    body = _position(person_id, position.id)
    return endpoints.created(body, f"/people/{person_id}/positions")


@blp.route("/people/<uuid:person_id>/positions/<uuid:position_id>", methods=["PATCH"])
@blp.arguments(schemas.PositionPatch)
@blp.response(200, schemas.PlacedPosition)
def edit_position(data: dict[str, Any], person_id: UUID, position_id: UUID) -> Response:
    """Change the given fields of a position; the last one to write wins."""
    actions.edit_position(current_actor(), person_id, position_id, **data)
    return endpoints.answered(_position(person_id, position_id))


@blp.route("/people/<uuid:person_id>/positions/<uuid:position_id>", methods=["DELETE"])
@blp.response(204)
def remove_position(person_id: UUID, position_id: UUID) -> Response:
    """Take away a position that was entered by mistake."""
    actions.remove_position(current_actor(), person_id, position_id)
    return Response(status=204)


def _answer(found: Organisation) -> Response:
    body = schemas.dump_organisation(current_actor(), found)
    return endpoints.versioned(body, found.version)


def _position(person_id: UUID, position_id: UUID) -> dict[str, Any]:
    db.flush()
    actor = current_actor()
    person = queries.get_person(actor, person_id)
    rows = queries.find_positions(actor, person.id)
    return next(schemas.dump_position(row) for row in rows if row.id == position_id)
