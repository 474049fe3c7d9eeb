"""The history and the sentence that adds to it."""

from typing import Any
from uuid import UUID

from flask import Response, render_template, request

from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import PageRequest
from community.ledger import queries, schemas
from community.ledger.portal import forms, labels
from community.ledger.portal.filters import FILTERS, read_filter
from community.ledger.portal.parts import bp, path_of, said_of_new
from community.ledger.queries import SeenGive
from community.people import queries as people
from community.web import pages
from community.web.pages import Form
from community.web.session import current_actor, is_partial
from community.web.templating import url

SHOWN = 30


@bp.get("/gives")
def gives() -> Response:
    """The history, latest first, with its filters and what of it is mine."""
    actor = current_actor()
    given = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    wanted = read_filter(given)
    after = request.args.get("after")
    page = queries.find_gives(actor, wanted, PageRequest(SHOWN, after))
    return pages.show(
        "ledger/gives.html",
        page="gives",
        gives=page,
        given=given,
        after=after,
        sums=queries.sum_mine(actor, wanted) if not after else None,
        kinds=labels.options(labels.KINDS),
        table_url=url("ledger.table", **given),
        next_url=url("ledger.gives", **given, after=page.next) if page.next else "",
    )


@bp.get("/gives/new")
def new() -> Response:
    """The sentence on a page of its own: `?to=` a person, `?because=` an entry that led to it."""
    values: dict[str, Any] = {"mode": request.args.get("mode", "thank")}
    fitting = _fitting(values, request.args.get("to", ""))
    because = _because(request.args.get("because"))
    if because is not None:
        values["because"] = because.id
    form = forms.whole_sentence(values=values, because=because, **fitting)
    return pages.show("ledger/new.html", page="thank", sentence=form)


@bp.post("/gives")
def log() -> Response:
    """Log what the sentence says, or come back with what is missing."""
    form = pages.Form(schemas.SentenceIn())
    refused: forms.WhoIsMeantError | None = None
    if form.valid():
        with form.attempt():
            try:
                logged = forms.log(current_actor(), form.data)
            except forms.WhoIsMeantError as error:
                refused = error
                raise
            give = queries.seen(current_actor(), logged.entry)
            undo = url("ledger.undo", give_id=give.id)
            to = pages.back(path_of(give))
            # The empty sentence is no page to come back to.
            to = path_of(give) if to.partition("?")[0] == url("ledger.new") else to
            return pages.done(said_of_new(logged), to=to, undo=undo, part=_next_one(give))
    return _again(form, refused)


def _fitting(values: dict[str, Any], to: str) -> dict[str, Any]:
    """Fill in the person of a link, and what fits them; or say beside the field that there is none."""
    if not to:
        return {}
    try:
        person = people.get_person_by_slug(current_actor(), to)
    except NotFound:
        words = _("Whom this link means is not here any more, or not yours to see. Who was it?")
        return {"errors": {"who": [words]}}
    values |= {"who": person.name, "who_id": person.id}
    audience = "team" if person.audience == "team" else "private"
    return {"audience": audience, "is_member": person.is_member}


def _next_one(give: SeenGive) -> str | None:
    if not is_partial():
        return None
    values = {"mode": request.form.get("mode", "thank")}
    return render_template(
        "ledger/_logged.html", sentence=forms.sentence(values=values), give=give, fresh=True
    )


def _again(form: Form, refused: forms.WhoIsMeantError | None) -> Response:
    errors = dict(form.errors)
    for name, message in (("who", _("Say who it was.")), ("what", _("Say what it was."))):
        if not form.raw.get(name, "").strip():
            errors[name] = [message]
    whole = "whole" in request.form
    make = forms.whole_sentence if whole or not is_partial() else forms.sentence
    shown = make(
        values=form.raw,
        errors=errors,
        choices=refused.choices if refused else [],
        near=bool(refused and refused.near),
        may_add=bool(refused and refused.may_add),
        audience=form.raw.get("shown_audience", "team"),
        picked=form.raw.getlist("visibility_people"),
        because=_because(form.raw.get("because")),
    )
    template = "ledger/_quick.html" if is_partial() else "ledger/new.html"
    return pages.show(template, status=422, page="thank", sentence=shown)


def _because(give_id: str | None) -> SeenGive | None:
    if not give_id:
        return None
    try:
        return queries.get_give(current_actor(), UUID(give_id))
    except ValueError as error:
        raise NotFound(_("There is no such entry, or it is not yours to see.")) from error
