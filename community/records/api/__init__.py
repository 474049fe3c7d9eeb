"""The JSON resources of data rights: requests, files, consent, basis, erasure."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Response

from community.core.errors import NotAllowed, RuleBroken
from community.core.i18n import gettext as _
from community.people.actions import note_opening
from community.records import actions, policy, queries, schemas
from community.records.models import SubjectRequest
from community.records.schemas import items
from community.web import endpoints, pages, session
from community.web.session import check_scope, current_actor

blp = endpoints.blueprint("records", description="What people may ask about what is held on them.")


@blp.route("/subject_requests", methods=["GET"])
@blp.arguments(endpoints.PageArgs, location="query")
@blp.response(200, schemas.RequestList)
def list_requests(args: dict[str, Any]) -> Response:
    """One's own requests; for stewards and owners everybody's, newest first."""
    page = queries.find_requests(current_actor(), endpoints.page_request(args))
    return endpoints.fast_list(page, lambda row: schemas.dump_request(row.SubjectRequest))


@blp.route("/subject_requests", methods=["POST"])
@blp.arguments(schemas.RequestIn)
@blp.response(201, schemas.RequestOut)
def receive_request(data: dict[str, Any]) -> Response:
    """Ask about oneself, or note what somebody else asked."""
    asked = actions.receive_request(current_actor(), **data)
    return endpoints.created(
        schemas.dump_request(asked), f"/subject_requests/{asked.id}", version=asked.version
    )


@blp.route("/subject_requests/<uuid:request_id>", methods=["GET"])
@blp.response(200, schemas.RequestOut)
def get_request(request_id: UUID) -> Response:
    """One request."""
    return _request(queries.get_request_row(current_actor(), request_id).SubjectRequest)


@blp.route("/subject_requests/<uuid:request_id>/preparation", methods=["POST"])
@blp.response(200, schemas.RequestOut)
def prepare_request(request_id: UUID) -> Response:
    """Get it ready; authors are asked about what only they read."""
    return _request(actions.prepare_request(current_actor(), request_id))


@blp.route("/subject_requests/<uuid:request_id>/completion", methods=["POST"])
@session.needs_scope("admin")
@blp.arguments(schemas.CompletionIn)
@blp.response(200, schemas.RequestOut)
def complete_request(data: dict[str, Any], request_id: UUID) -> Response:
    """Answer it: access makes an export, erasure erases for good."""
    return _request(actions.complete_request(current_actor(), request_id, name=data["name"]))


@blp.route("/subject_requests/<uuid:request_id>/refusal", methods=["POST"])
@session.needs_scope("admin")
@blp.arguments(schemas.RefusalIn)
@blp.response(200, schemas.RequestOut)
def decline_request(data: dict[str, Any], request_id: UUID) -> Response:
    """Refuse it, with the reason."""
    return _request(actions.decline_request(current_actor(), request_id, reason=data["reason"]))


@blp.route("/subject_requests/<uuid:request_id>/withdrawal", methods=["POST"])
@blp.response(200, schemas.RequestOut)
def withdraw_request(request_id: UUID) -> Response:
    """Take one's request back."""
    return _request(actions.withdraw_request(current_actor(), request_id))


@blp.route("/release_questions", methods=["GET"])
@blp.response(200, schemas.QuestionList)
def list_questions() -> Response:
    """What others ask to be handed of what one wrote; one page."""
    rows = queries.find_questions(current_actor())
    return endpoints.answered({"items": [schemas.dump_question(row) for row in rows], "next": None})


@blp.route("/release_questions/<uuid:question_id>/answer", methods=["POST"])
@blp.arguments(schemas.AnswerIn)
@blp.response(204)
def answer_question(data: dict[str, Any], question_id: UUID) -> Response:
    """Say whether the person may have it."""
    actions.answer_question(current_actor(), question_id, share=data["share"])
    return Response(status=204)


@blp.route("/people/<uuid:person_id>/erasure", methods=["POST"])
@session.needs_scope("admin")
@blp.arguments(schemas.ErasureIn)
@blp.response(200, schemas.RequestOut)
def erase_person(data: dict[str, Any], person_id: UUID) -> Response:
    """Erase somebody for good; there is no way back."""
    return _request(actions.erase_person(current_actor(), person_id, name=data["name"]))


@blp.route("/people/<uuid:person_id>/privacy", methods=["GET"])
@blp.response(200, schemas.PrivacyOut)
def get_privacy(person_id: UUID) -> Response:
    """On what ground a person is held, where from, and what they agreed to."""
    return _privacy(person_id)


@blp.route("/people/<uuid:person_id>/holdings", methods=["GET"])
@blp.arguments(endpoints.PageArgs, location="query")
@blp.response(200, items.HeldItems)
def list_holdings(args: dict[str, Any], person_id: UUID) -> Response:
    """Every item about a person that one may read, with its audience; latest first."""
    actor = current_actor()
    person = queries.get_person(actor, person_id)
    session.after_response(partial(note_opening, actor, person.id))
    page = queries.find_items(actor, person.id, endpoints.page_request(args))
    return endpoints.fast_list(page, partial(items.dump_item, actor))


@blp.route("/people/<uuid:person_id>/openings", methods=["GET"])
@blp.arguments(endpoints.PageArgs, location="query")
@blp.response(200, items.PersonOpenings)
def list_openings(args: dict[str, Any], person_id: UUID) -> Response:
    """Who opened the page of somebody outside, by day; for owners, stewards and who entered them."""
    actor = current_actor()
    person = queries.get_person(actor, person_id)
    if not policy.can_see_openings(actor, person):
        raise NotAllowed(
            _("Only owners, stewards and whoever entered somebody read who opened their page.")
        )
    page = queries.find_person_openings(actor, person.id, endpoints.page_request(args))
    return endpoints.fast_list(page, items.dump_opening)


@blp.route("/people/<uuid:person_id>/lawful_basis", methods=["POST"])
@blp.arguments(schemas.BasisIn)
@blp.response(200, schemas.PrivacyOut)
def say_basis(data: dict[str, Any], person_id: UUID) -> Response:
    """Set the ground on which they are held."""
    actions.say_basis(current_actor(), person_id, data["lawful_basis"])
    return _privacy(person_id)


@blp.route("/people/<uuid:person_id>/consents", methods=["POST"])
@blp.arguments(schemas.ConsentIn)
@blp.response(201, schemas.ConsentOut)
def record_consent(data: dict[str, Any], person_id: UUID) -> Response:
    """Note that they agreed, or took it back; entries are never changed."""
    consent = actions.record_consent(current_actor(), person_id, **data)
    return endpoints.created(schemas.dump_consent(consent), f"/people/{person_id}/privacy")


@blp.route("/exports", methods=["GET"])
@blp.arguments(endpoints.PageArgs, location="query")
@blp.response(200, schemas.ExportList)
def list_exports(args: dict[str, Any]) -> Response:
    """The files one had made, newest first."""
    page = queries.find_exports(current_actor(), endpoints.page_request(args))
    return endpoints.fast_list(page, schemas.dump_export)


@blp.route("/exports", methods=["POST"])
@blp.arguments(schemas.ExportIn)
@blp.response(202, schemas.ExportOut)
def make_export(data: dict[str, Any]) -> Response:
    """Have a file made; poll its Location."""
    person_id = data.get("person_id")
    if (data["scope"] == "person") != (person_id is not None):
        raise RuleBroken(
            _("Say whom, for one person; and only then."), code="whom", field="person_id"
        )
    actor = current_actor()
    if data["scope"] != "me":
        # As on the pages, where a fresh proof is asked for: more than oneself leaves at once.
        check_scope(actor, "admin")
    export = actions.make_export(actor, data["scope"], person_id=person_id)
    response = endpoints.answered(schemas.dump_export(export), status=202)
    response.headers["Location"] = f"{endpoints.PREFIX}/exports/{export.id}"
    return response


@blp.route("/exports/<uuid:export_id>", methods=["GET"])
@blp.response(200, schemas.ExportOut)
def get_export(export_id: UUID) -> Response:
    """How far a file is."""
    return endpoints.answered(schemas.dump_export(queries.get_export(current_actor(), export_id)))


@blp.route("/exports/<uuid:export_id>", methods=["DELETE"])
@blp.response(204)
def delete_export(export_id: UUID) -> Response:
    """Forget a file."""
    actions.delete_export(current_actor(), export_id)
    return Response(status=204)


@blp.route("/exports/<uuid:export_id>/file", methods=["GET"])
@blp.response(200, {"format": "binary", "type": "string"}, content_type="application/zip")
def get_file(export_id: UUID) -> Response:
    """The file."""
    export = actions.open_file(current_actor(), export_id)
    return pages.archive(export.filename, export.content or b"")


def _request(asked: SubjectRequest) -> Response:
    return endpoints.versioned(schemas.dump_request(asked), asked.version)


def _privacy(person_id: UUID) -> Response:
    actor = current_actor()
    person = queries.get_person(actor, person_id)
    return endpoints.answered(
        {
            "person_id": person.id,
            "lawful_basis": person.lawful_basis,
            "source": person.source_detail or person.source,
            "consents": [
                schemas.dump_consent(row.Consent) for row in queries.find_consents(actor, person.id)
            ],
        }
    )
