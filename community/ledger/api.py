"""The JSON resources of the ledger."""

from typing import Any
from uuid import UUID

from flask import Response

from community.ledger import actions, queries, schemas
from community.ledger.queries import Entry
from community.web import endpoints
from community.web.session import current_actor

blp = endpoints.blueprint("ledger", description="Help given and received, thanks first.")


@blp.route("/gives", methods=["GET"])
@blp.arguments(schemas.GivesArgs, location="query")
@blp.response(200, schemas.GiveList)
def list_gives(args: dict[str, Any]) -> Response:
    """Gives one may see, latest first."""
    actor = current_actor()
    wanted = schemas.read_filter(args, actor.person_id)
    page = queries.find_gives(actor, wanted, endpoints.page_request(args))
    return endpoints.fast_list(page, schemas.dump_give)


@blp.route("/gives", methods=["POST"])
@blp.arguments(schemas.GiveIn)
@blp.response(201, schemas.GiveOut)
def log_give(data: dict[str, Any]) -> Response:
    """Log help; what the receiver logs is acknowledged at once."""
    return _created(actions.log_give(current_actor(), schemas.read_draft(data)).entry)


@blp.route("/thanks", methods=["POST"])
@blp.arguments(schemas.ThanksIn)
@blp.response(201, schemas.GiveOut)
def say_thanks(data: dict[str, Any]) -> Response:
    """Thank somebody for something: a give that is born acknowledged."""
    return _created(actions.say_thanks(current_actor(), schemas.read_draft(data)).entry)


@blp.route("/gives/<uuid:give_id>", methods=["GET"])
@blp.response(200, schemas.GiveOut)
def get_give(give_id: UUID) -> Response:
    """One give."""
    give = queries.get_give(current_actor(), give_id)
    return endpoints.versioned(schemas.dump_give(give), give.version)


@blp.route("/gives/<uuid:give_id>/acknowledgement", methods=["POST"])
@blp.arguments(schemas.AcknowledgementIn)
@blp.response(200, schemas.GiveOut)
def acknowledge(data: dict[str, Any], give_id: UUID) -> Response:
    """The receiver says yes, thank you."""
    return _answered(actions.acknowledge(current_actor(), give_id, **data))


@blp.route("/gives/<uuid:give_id>/amendment", methods=["POST"])
@blp.arguments(schemas.AmendmentIn)
@blp.response(200, schemas.GiveOut)
def amend(data: dict[str, Any], give_id: UUID) -> Response:
    """The receiver says yes, with their own kind, size or day."""
    return _answered(actions.amend(current_actor(), give_id, **data))


@blp.route("/gives/<uuid:give_id>/dispute", methods=["POST"])
@blp.arguments(schemas.DisputeIn)
@blp.response(200, schemas.GiveOut)
def dispute(data: dict[str, Any], give_id: UUID) -> Response:
    """The receiver remembers it differently."""
    return _answered(actions.dispute(current_actor(), give_id, **data))


@blp.route("/gives/<uuid:give_id>/retraction", methods=["POST"])
@blp.arguments(schemas.Nothing)
@blp.response(200, schemas.GiveOut)
def retract(_data: dict[str, Any], give_id: UUID) -> Response:
    """Whoever logged it takes it back; a thanks only while it is held."""
    return _answered(actions.retract(current_actor(), give_id))


@blp.route("/gives/<uuid:give_id>/undo", methods=["POST"])
@blp.arguments(schemas.Nothing)
@blp.response(200, schemas.GiveOut)
def undo(_data: dict[str, Any], give_id: UUID) -> Response:
    """Undo one's latest act: a retraction or an answer taken back, later a counter-entry."""
    return _answered(actions.undo(current_actor(), give_id))


@blp.route("/gives/<uuid:give_id>/correction", methods=["POST"])
@blp.arguments(schemas.CorrectionIn)
@blp.response(200, schemas.CorrectedOut)
def correct(data: dict[str, Any], give_id: UUID) -> Response:
    """Either side takes an acknowledged give out of the sums, with or without another in its place."""
    actor = current_actor()
    entry, logged = actions.correct(actor, give_id, replacement=data["replacement"])
    replacement = schemas.dump_give(queries.seen(actor, logged.entry)) if logged else None
    body = {**schemas.dump_give(queries.seen(actor, entry)), "replacement": replacement}
    return endpoints.versioned(body, entry.state.version)


@blp.route("/gives/<uuid:give_id>/sharing", methods=["POST"])
@blp.arguments(schemas.SharingIn)
@blp.response(200, schemas.GiveOut)
def share(data: dict[str, Any], give_id: UUID) -> Response:
    """The author says anew who may see it."""
    return _answered(actions.share(current_actor(), give_id, data["visibility"]))


def _created(entry: Entry) -> Response:
    give = queries.seen(current_actor(), entry)
    return endpoints.created(schemas.dump_give(give), f"/gives/{give.id}", version=give.version)


def _answered(entry: Entry) -> Response:
    give = queries.seen(current_actor(), entry)
    return endpoints.versioned(schemas.dump_give(give), give.version)
