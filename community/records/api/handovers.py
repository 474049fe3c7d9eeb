"""The JSON resources of the context for a colleague, and of hand-overs."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Response

from community.people import actions
from community.people import queries as people
from community.records import policy, queries
from community.records.schemas import handovers as schemas
from community.records.schemas.items import dump_item
from community.web import endpoints, session
from community.web.session import current_actor

blp = endpoints.blueprint("handovers", description="A person's context for a colleague.")


@blp.route("/people/<uuid:person_id>/context", methods=["GET"])
@blp.arguments(schemas.ContextArgs, location="query")
@blp.response(200, schemas.ContextOut)
def get_context(args: dict[str, Any], person_id: UUID) -> Response:
    """What one, or one and a colleague, may read of a person; latest first."""
    actor = current_actor()
    person = people.get_person(actor, person_id)
    policy.check_may_hand_over(actor)
    session.after_response(partial(actions.note_opening, actor, person.id))
    for_id = args["for_id"]
    me = for_id is None or actor.is_me(for_id)
    reader = actor if me else actions.find_colleague(actor, for_id)
    found = queries.find_context(actor, person.id, reader, endpoints.page_request(args))
    return endpoints.answered(
        {
            "person_id": person.id,
            "for_id": reader.person_id,
            "sees_person": found.sees_person,
            "kept": found.kept,
            "items": [dump_item(actor, item) for item in found.items.items],
            "next": found.items.next,
        }
    )


@blp.route("/people/<uuid:person_id>/handovers", methods=["POST"])
@blp.arguments(schemas.HandoverIn)
@blp.response(201, schemas.HandoverOut)
def hand_over(data: dict[str, Any], person_id: UUID) -> Response:
    """Leave a person to a colleague, with a word; it opens nothing to them."""
    actor = current_actor()
    made = actions.hand_over(actor, person_id, **data)
    body = schemas.dump_handover(people.get_handover_row(actor, made.id))
    return endpoints.created(body, f"/handovers/{made.id}")


@blp.route("/handovers", methods=["GET"])
@blp.arguments(endpoints.PageArgs, location="query")
@blp.response(200, schemas.Handovers)
def list_handovers(args: dict[str, Any]) -> Response:
    """Those from and to oneself, latest first."""
    page = people.find_handovers(current_actor(), endpoints.page_request(args))
    return endpoints.fast_list(page, schemas.dump_handover)


@blp.route("/handovers/<uuid:handover_id>", methods=["GET"])
@blp.response(200, schemas.HandoverOut)
def get_handover(handover_id: UUID) -> Response:
    """One of them."""
    row = people.get_handover_row(current_actor(), handover_id)
    return endpoints.answered(schemas.dump_handover(row))


@blp.route("/handovers/<uuid:handover_id>", methods=["DELETE"])
@blp.response(204)
def take_back(handover_id: UUID) -> Response:
    """Take back what one handed over oneself."""
    actions.take_back(current_actor(), handover_id)
    return Response(status=204)
