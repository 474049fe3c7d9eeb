"""One's own data: files to take, what one asks, and what others ask of what one wrote."""

from uuid import UUID

from flask import Response, request
from flask.typing import ResponseReturnValue

from community.core.i18n import gettext as _
from community.core.paging import PageRequest
from community.records import actions, policy, queries, schemas
from community.records.portal.frame import KINDS, blp, choices
from community.web import pages
from community.web.session import current_actor, needs_confirmation
from community.web.templating import url


@blp.get("/settings/privacy")
def mine() -> Response:
    """What is held on oneself, and what one can do about it."""
    return _page(pages.Form(schemas.RequestForm()))


def _page(form: pages.Form) -> Response:
    actor = current_actor()
    files = queries.find_exports(actor, PageRequest(limit=20)).items
    return pages.show(
        "records/mine.html",
        form=form,
        files=files,
        names=queries.find_names_of(actor, files),
        requests=[row.SubjectRequest for row in queries.find_own(actor)],
        questions=queries.find_questions(actor),
        consents=queries.find_consents(actor, actor.person_id),
        readers=queries.find_readers(actor),
        kinds=choices(KINDS),
        may_export_team=policy.can_export(actor, "team"),
    )


@blp.post("/settings/privacy/exports")
@needs_confirmation
def make_export() -> ResponseReturnValue:
    """Have a file made of oneself, or of everything one may see."""
    scope = "team" if request.form.get("scope") == "team" else "me"
    actions.make_export(current_actor(), scope)
    text = _("The file is being made. You hear of it when it is ready.")
    return pages.done(text, to=url("records.mine"))


@blp.get("/settings/privacy/exports/<uuid:export_id>/file")
@needs_confirmation
def take_file(export_id: UUID) -> Response:
    """The file."""
    export = actions.open_file(current_actor(), export_id)
    return pages.archive(export.filename, export.content or b"")


@blp.post("/settings/privacy/exports/<uuid:export_id>/delete")
def delete_export(export_id: UUID) -> ResponseReturnValue:
    """Forget a file."""
    actions.delete_export(current_actor(), export_id)
    return pages.done(_("The file is deleted."), to=url("records.mine"))


@blp.post("/settings/privacy/requests")
def ask() -> ResponseReturnValue:
    """Ask the team's owners something about one's own data."""
    form = pages.Form(schemas.RequestForm())
    if form.valid():
        with form.attempt():
            actions.receive_request(current_actor(), **form.data)
            text = _("You asked. Owners answer within 30 days.")
            return pages.done(text, to=url("records.mine"))
    return _page(form)


@blp.post("/settings/privacy/requests/<uuid:request_id>/withdraw")
def withdraw(request_id: UUID) -> ResponseReturnValue:
    """Ask it no more."""
    actions.withdraw_request(current_actor(), request_id)
    return pages.done(_("Your request is taken back."), to=url("records.mine"))


@blp.post("/settings/privacy/questions/<uuid:question_id>")
def answer(question_id: UUID) -> ResponseReturnValue:
    """Say whether somebody may have what one wrote about them."""
    share = request.form.get("share") == "yes"
    actions.answer_question(current_actor(), question_id, share=share)
    text = _("They may have it.") if share else _("It stays yours.")
    return pages.done(text, to=url("records.mine"))
