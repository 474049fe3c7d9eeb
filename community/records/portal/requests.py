"""What people ask about what is held on them, for those who answer."""

from uuid import UUID

from flask import Response, request
from flask.typing import ResponseReturnValue

from community.core.errors import NotAllowed
from community.core.fields import Schema
from community.core.i18n import gettext as _
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.records import actions, policy, queries, schemas
from community.records.portal.frame import blp
from community.web import pages
from community.web.session import current_actor, needs_confirmation
from community.web.templating import url


def _keeper() -> Actor:
    actor = current_actor()
    if not policy.can_prepare(actor):
        raise NotAllowed(_("Stewards and owners answer what people ask about their data."))
    return actor


@blp.get("/admin/privacy")
def requests() -> Response:
    """Every request, and on what grounds people are held."""
    actor = _keeper()
    page = queries.find_requests(actor, PageRequest(cursor=request.args.get("after")))
    return pages.show(
        "records/requests.html",
        requests=page.items,
        more=url("records.requests", after=page.next) if page.next else "",
        bases=queries.count_bases(actor),
    )


@blp.get("/admin/privacy/<uuid:request_id>")
def show_request(request_id: UUID) -> Response:
    """One request: what was asked, by when, and what is to be done."""
    return _page(request_id, pages.Form(schemas.CompletionIn()), pages.Form(schemas.RefusalIn()))


def _page(request_id: UUID, form: pages.Form, refusal: pages.Form) -> Response:
    actor = _keeper()
    row = queries.get_request_row(actor, request_id)
    return pages.show(
        "records/request.html",
        form=form,
        refusal=refusal,
        asked=row.SubjectRequest,
        row=row,
        answers=queries.count_answers(actor, request_id),
        is_member=queries.get_subject(actor, row.SubjectRequest.person_id).is_member,
        may_complete=policy.can_complete(actor),
        status=refusal.status if refusal.errors else form.status,
    )


@blp.post("/admin/privacy/<uuid:request_id>/prepare")
def prepare(request_id: UUID) -> ResponseReturnValue:
    """Get it ready for an owner."""
    actions.prepare_request(_keeper(), request_id)
    to = url("records.show_request", request_id=request_id)
    return pages.done(_("It is prepared. An owner completes it."), to=to)


@blp.post("/admin/privacy/<uuid:request_id>/complete")
@needs_confirmation
def complete(request_id: UUID) -> ResponseReturnValue:
    """Answer it."""
    form = pages.Form(schemas.CompletionIn())
    if form.valid():
        with form.attempt():
            asked = actions.complete_request(_keeper(), request_id, **form.data)
            said = {
                "access": _("Answered. The file is being made; it is under your data."),
                "erasure": _("Erased. Nothing personal is left, and the sums are as they were."),
            }.get(asked.kind, _("Answered."))
            return pages.done(said, to=url("records.show_request", request_id=request_id))
    return _page(request_id, form, _unsent(schemas.RefusalIn()))


@blp.post("/admin/privacy/<uuid:request_id>/decline")
@needs_confirmation
def decline(request_id: UUID) -> ResponseReturnValue:
    """Refuse it, with the reason."""
    form = pages.Form(schemas.RefusalIn())
    if form.valid():
        with form.attempt():
            actions.decline_request(_keeper(), request_id, **form.data)
            to = url("records.show_request", request_id=request_id)
            return pages.done(_("Declined. They read your reason."), to=to)
    return _page(request_id, _unsent(schemas.CompletionIn()), form)


def _unsent(schema: Schema) -> pages.Form:
    form = pages.Form(schema)
    form.submitted = False
    return form
