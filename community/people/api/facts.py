"""The JSON resources of facts, of earlier words of notes, and of preferences."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Response

from community.core import clock, db
from community.identity.models import Actor
from community.people import actions, queries
from community.people.schemas import facts as schemas
from community.web import endpoints, session
from community.web.session import current_actor

blp = endpoints.blueprint("facts", description="Facts about people, and their preferences.")


@blp.route("/people/<uuid:person_id>/facts", methods=["GET"])
@blp.arguments(endpoints.PageArgs, location="query")
@blp.response(200, schemas.FactList)
def list_facts(args: dict[str, Any], person_id: UUID) -> Response:
    """What one may read about a person, latest first."""
    actor = current_actor()
    person = queries.get_person(actor, person_id)
    page = queries.find_facts(actor, person.id, endpoints.page_request(args))
    session.after_response(partial(actions.note_opening, actor, person.id))
    return endpoints.fast_list(page, partial(schemas.dump_fact, actor))


@blp.route("/people/<uuid:person_id>/facts", methods=["POST"])
@blp.arguments(schemas.FactIn)
@blp.response(201, schemas.FactOut)
def add_fact(data: dict[str, Any], person_id: UUID) -> Response:
    """State a fact; its audience is the author's default unless given."""
    actor = current_actor()
    fact = actions.add_fact(actor, person_id, **data)
    row = queries.get_fact_row(actor, fact.id)
    return endpoints.created(schemas.dump_fact(actor, row), f"/facts/{row.id}", version=row.version)


@blp.route("/facts/verify", methods=["GET"])
@blp.arguments(endpoints.PageArgs, location="query")
@blp.response(200, schemas.FactList)
def list_to_verify(args: dict[str, Any]) -> Response:
    """Facts whose day for another look has come, longest waiting first."""
    actor = current_actor()
    today = clock.today(actor.zone)
    page = queries.find_to_verify(actor, today, endpoints.page_request(args))
    return endpoints.fast_list(page, partial(schemas.dump_fact, actor))


@blp.route("/facts/<uuid:fact_id>", methods=["GET"])
@blp.response(200, schemas.FactOut)
def get_fact(fact_id: UUID) -> Response:
    """One fact; a disputed one is read by its author and whom it is about alone."""
    actor = current_actor()
    row = queries.get_fact_row(actor, fact_id)
    if not actor.is_me(row.author_id):
        session.after_response(partial(actions.note_opening, actor, row.person_id))
    return endpoints.versioned(schemas.dump_fact(actor, row), row.version)


@blp.route("/facts/<uuid:fact_id>", methods=["PATCH"])
@blp.arguments(schemas.FactPatch)
@blp.response(200, schemas.FactOut)
@endpoints.needs_version
def edit_fact(data: dict[str, Any], fact_id: UUID) -> Response:
    """Change one's own fact."""
    actions.edit_fact(current_actor(), fact_id, version=endpoints.required_version(), **data)
    return _fact(fact_id)


@blp.route("/facts/<uuid:fact_id>", methods=["DELETE"])
@blp.response(204)
@endpoints.needs_version
def delete_fact(fact_id: UUID) -> Response:
    """Delete one's own fact; can be undone."""
    actions.delete_fact(current_actor(), fact_id, version=endpoints.required_version())
    return Response(status=204)


@blp.route("/facts/<uuid:fact_id>/restoration", methods=["POST"])
@blp.response(200, schemas.FactOut)
def restore_fact(fact_id: UUID) -> Response:
    """Undo the deletion of one's own fact."""
    actions.restore_fact(current_actor(), fact_id)
    return _fact(fact_id)


@blp.route("/facts/<uuid:fact_id>/confirmation", methods=["POST"])
@blp.arguments(schemas.ConfirmationIn)
@blp.response(200, schemas.FactOut)
def confirm_fact(data: dict[str, Any], fact_id: UUID) -> Response:
    """Say that one's own fact is still true, and when to look again."""
    actions.confirm_fact(current_actor(), fact_id, **data)
    return _fact(fact_id)


@blp.route("/facts/<uuid:fact_id>/dispute", methods=["POST"])
@blp.arguments(schemas.FactDisputeIn)
@blp.response(200, schemas.FactOut)
def dispute_fact(data: dict[str, Any], fact_id: UUID) -> Response:
    """Say that a fact about oneself is not right: until that is over, others do not see it."""
    actions.dispute_fact(current_actor(), fact_id, reason=data["reason"])
    return _fact(fact_id)


@blp.route("/facts/<uuid:fact_id>/dispute", methods=["DELETE"])
@blp.response(204)
def end_dispute(fact_id: UUID) -> Response:
    """Let it stand: it is seen again as its audience says."""
    actions.end_dispute(current_actor(), "fact", fact_id)
    return Response(status=204)


@blp.route("/notes/<uuid:note_id>/versions", methods=["GET"])
@blp.arguments(endpoints.PageArgs, location="query")
@blp.response(200, schemas.VersionList)
def list_versions(args: dict[str, Any], note_id: UUID) -> Response:
    """What a note said before, as far as one was among its readers by then; latest first."""
    actor = current_actor()
    note = queries.get_note_row(actor, note_id)
    page = queries.find_versions(actor, note.id, endpoints.page_request(args))
    if not actor.is_me(note.author_id):
        session.after_response(partial(actions.note_opening, actor, note.person_id))
    return endpoints.fast_list(page, partial(schemas.dump_version, actor))


@blp.route("/people/<uuid:person_id>/preferences", methods=["GET"])
@blp.response(200, schemas.PersonPreferencesOut)
def get_preferences(person_id: UUID) -> Response:
    """How to speak with somebody: what one noted oneself, and what others share."""
    actor = current_actor()
    person = queries.get_person(actor, person_id)
    session.after_response(partial(actions.note_opening, actor, person.id))
    return _preferences(actor, person.id)


@blp.route("/people/<uuid:person_id>/preferences", methods=["PUT"])
@blp.arguments(schemas.PersonPreferencesIn)
@blp.response(200, schemas.PersonPreferencesOut)
@endpoints.needs_version
def set_preferences(data: dict[str, Any], person_id: UUID) -> Response:
    """Note how to speak with somebody; all empty takes the note away."""
    actor, version = current_actor(), endpoints.required_version()
    kept = actions.set_preferences(actor, person_id, version=version, **data)
    db.flush()
    return _preferences(actor, kept)


def _preferences(actor: Actor, person_id: UUID) -> Response:
    rows = queries.find_preferences(actor, person_id)
    body = schemas.dump_preferences(actor, person_id, rows)
    return endpoints.versioned(body, body["version"])


def _fact(fact_id: UUID) -> Response:
    actor = current_actor()
    row = queries.get_fact_row(actor, fact_id)
    return endpoints.versioned(schemas.dump_fact(actor, row), row.version)
