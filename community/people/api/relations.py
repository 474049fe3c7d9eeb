"""The JSON resources of relations between people."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Response

from community.core.paging import Page
from community.people import actions, queries
from community.people.models import RelationKind
from community.people.schemas import relations as schemas
from community.web import endpoints
from community.web.session import current_actor

blp = endpoints.blueprint("relations", description="How people stand to each other.")


@blp.route("/people/<uuid:person_id>/relations", methods=["GET"])
@blp.response(200, schemas.RelationList)
def list_relations(person_id: UUID) -> Response:
    """A person's relations as seen from their side; each is on the other one's list in reverse."""
    actor = current_actor()
    person = queries.get_person(actor, person_id)
    found = queries.find_relations(actor, person.id)
    return endpoints.fast_list(Page(found, None), partial(schemas.dump_relation, actor))


@blp.route("/people/<uuid:person_id>/relations", methods=["POST"])
@blp.arguments(schemas.RelationIn)
@blp.response(201, schemas.RelationOut)
def add_relation(data: dict[str, Any], person_id: UUID) -> Response:
    """Write what somebody is to a person; its audience is the author's default unless given."""
    actor = current_actor()
    made = actions.add_relation(actor, person_id, **data)
    body = schemas.dump_relation(actor, queries.get_relation_row(actor, made.id))
    return endpoints.created(body, f"/relations/{made.id}", version=made.version)


@blp.route("/relations/<uuid:relation_id>", methods=["GET"])
@blp.response(200, schemas.RelationOut)
def get_relation(relation_id: UUID) -> Response:
    """One relation, from the side it was written from."""
    return _relation(relation_id)


@blp.route("/relations/<uuid:relation_id>", methods=["PATCH"])
@blp.arguments(schemas.RelationPatch)
@blp.response(200, schemas.RelationOut)
@endpoints.needs_version
def edit_relation(data: dict[str, Any], relation_id: UUID) -> Response:
    """Change one's own relation."""
    version = endpoints.required_version()
    actions.edit_relation(current_actor(), relation_id, version=version, **data)
    return _relation(relation_id)


@blp.route("/relations/<uuid:relation_id>", methods=["DELETE"])
@blp.response(204)
@endpoints.needs_version
def remove_relation(relation_id: UUID) -> Response:
    """Remove one's own relation; can be undone."""
    version = endpoints.required_version()
    actions.remove_relation(current_actor(), relation_id, version=version)
    return Response(status=204)


@blp.route("/relations/<uuid:relation_id>/restoration", methods=["POST"])
@blp.response(200, schemas.RelationOut)
def restore_relation(relation_id: UUID) -> Response:
    """Undo the removal of one's own relation."""
    actions.restore_relation(current_actor(), relation_id)
    return _relation(relation_id)


@blp.route("/relation_kinds", methods=["GET"])
@blp.response(200, schemas.RelationKindList)
def list_relation_kinds() -> Response:
    """What people can be to each other: fixed codes, and the team's own by id."""
    own = list(queries.find_relation_kinds(current_actor()))
    return endpoints.fast_list(Page(schemas.dump_kinds(own), None))


@blp.route("/relation_kinds", methods=["POST"])
@blp.arguments(schemas.RelationKindIn)
@blp.response(201, schemas.RelationKindOut)
def define_relation_kind(data: dict[str, Any]) -> Response:
    """Add a kind of the team's own with its reverse: owners and stewards."""
    made = actions.define_relation_kind(current_actor(), **data)
    return endpoints.created(_kind(made), "/relation_kinds")


@blp.route("/relation_kinds/<uuid:kind_id>", methods=["PATCH"])
@blp.arguments(schemas.RelationKindPatch)
@blp.response(200, schemas.RelationKindOut)
def edit_relation_kind(data: dict[str, Any], kind_id: UUID) -> Response:
    """Rename one of the team's own, or take it out of use; what is written stays."""
    return endpoints.answered(_kind(actions.edit_relation_kind(current_actor(), kind_id, **data)))


def _relation(relation_id: UUID) -> Response:
    actor = current_actor()
    seen = queries.get_relation_row(actor, relation_id)
    return endpoints.versioned(schemas.dump_relation(actor, seen), seen.version)


def _kind(kind: RelationKind) -> dict[str, Any]:
    _same, back = queries.get_relation_kind(current_actor(), kind.id)
    return schemas.dump_kind(kind, back.name)
