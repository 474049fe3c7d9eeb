"""The JSON resources of people who may be one: pairs, merges, and pairs that are two."""

from typing import Any
from uuid import UUID

from flask import Response

from community.people import actions as people_actions
from community.people import queries as people_queries
from community.records import actions, queries
from community.records.schemas import merging as schemas
from community.web import endpoints
from community.web.session import current_actor

blp = endpoints.blueprint("merging", description="People who may be one, and merging them.")


@blp.route("/people/duplicates", methods=["GET"])
@blp.arguments(endpoints.PageArgs, location="query")
@blp.response(200, schemas.PairList)
def list_duplicates(args: dict[str, Any]) -> Response:
    """Pairs among the people one sees who may be the same, the surest first."""
    page = people_queries.find_pairs(current_actor(), endpoints.page_request(args))
    return endpoints.fast_list(page, schemas.dump_pair)


@blp.route("/people/distinctions", methods=["POST"])
@blp.arguments(schemas.DistinctionIn)
@blp.response(201, schemas.DistinctionOut)
def tell_apart(data: dict[str, Any]) -> Response:
    """Say that two people are two; they are not proposed again."""
    said = people_actions.tell_apart(current_actor(), data["a_id"], data["b_id"])
    return endpoints.created(schemas.dump_distinction(said), f"/people/distinctions/{said.id}")


@blp.route("/people/distinctions/<uuid:distinction_id>", methods=["GET"])
@blp.response(200, schemas.DistinctionOut)
def get_distinction(distinction_id: UUID) -> Response:
    """That two people are two."""
    said = people_queries.get_distinction(current_actor(), distinction_id)
    return endpoints.answered(schemas.dump_distinction(said))


@blp.route("/people/distinctions/<uuid:distinction_id>", methods=["DELETE"])
@blp.response(204)
def withdraw_distinction(distinction_id: UUID) -> Response:
    """They may be one after all."""
    people_actions.withdraw_distinction(current_actor(), distinction_id)
    return Response(status=204)


@blp.route("/people/merges", methods=["GET"])
@blp.arguments(endpoints.PageArgs, location="query")
@blp.response(200, schemas.MergeList)
def list_merges(args: dict[str, Any]) -> Response:
    """The merges of the last 30 days between people one sees, newest first."""
    page = queries.find_merges(current_actor(), endpoints.page_request(args))
    return endpoints.fast_list(page, schemas.dump_merge)


@blp.route("/people/merges", methods=["POST"])
@blp.arguments(schemas.MergeIn)
@blp.response(201, schemas.MergeOut)
def merge_people(data: dict[str, Any]) -> Response:
    """Merge one person into another; can be undone for 30 days."""
    actor, choices = current_actor(), data["choices"]
    keys = choices.get("their_fields", [])
    yielding = queries.find_yielding(actor, data["keep_id"], data["merge_id"], keys) if keys else []
    merge = actions.merge_people(
        actor,
        data["keep_id"],
        data["merge_id"],
        chosen=schemas.chosen_of(choices),
        dropped={**schemas.dropped_of(choices), "custom_values": yielding},
    )
    row = queries.get_merge_row(actor, merge.id)
    return endpoints.created(schemas.dump_merge(row), f"/people/merges/{merge.id}")


@blp.route("/people/merges/<uuid:merge_id>", methods=["GET"])
@blp.response(200, schemas.MergeOut)
def get_merge(merge_id: UUID) -> Response:
    """One merge that stands."""
    return endpoints.answered(schemas.dump_merge(queries.get_merge_row(current_actor(), merge_id)))


@blp.route("/people/merges/<uuid:merge_id>", methods=["DELETE"])
@blp.response(204)
def unmerge(merge_id: UUID) -> Response:
    """Undo a merge: what it gave goes, what was written since stays with the one that was kept."""
    actions.unmerge(current_actor(), merge_id)
    return Response(status=204)
