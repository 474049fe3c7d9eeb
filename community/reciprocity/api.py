"""The JSON resources of reciprocity, each for its reader alone."""

from typing import Any
from uuid import UUID

from flask import Response

from community.core import clock
from community.ledger.queries import sum_by_kind
from community.reciprocity import queries, schemas
from community.web import endpoints
from community.web.session import current_actor

blp = endpoints.blueprint("reciprocity", description="How giving goes between me and others.")


@blp.route("/reciprocity/people/<uuid:person_id>", methods=["GET"])
@blp.arguments(schemas.PairArgs, location="query")
@blp.response(200, schemas.PairOut)
def get_pair(args: dict[str, Any], person_id: UUID) -> Response:
    """The pair between me and a person, with the help of members counted once acknowledged."""
    at = args["as_of"] or clock.today()
    return endpoints.answered(schemas.dump_pair(queries.get_pair(current_actor(), person_id, at)))


@blp.route("/reciprocity/me", methods=["GET"])
@blp.arguments(schemas.PeriodArgs, location="query")
@blp.response(200, schemas.MineOut)
def get_mine(args: dict[str, Any]) -> Response:
    """What I gave and received by kind up to a day, for my eyes only."""
    day, period = args["as_of"] or clock.today(), args["period"]
    sums = sum_by_kind(current_actor(), schemas.period_start(period, day), day)
    return endpoints.answered(schemas.dump_mine(period, day, sums))
