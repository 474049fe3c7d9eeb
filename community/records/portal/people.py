"""What is held on one person: on what ground, where from, and the way to take or erase it."""

from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue

from community.core import clock, slugs
from community.core.errors import NotAllowed
from community.core.fields import Schema
from community.core.i18n import gettext as _
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.people.queries import find_names, get_person_by_slug
from community.records import actions, policy, queries, schemas
from community.records.portal.frame import BASES, KINDS, blp, choices
from community.web import pages
from community.web.session import current_actor, needs_confirmation
from community.web.templating import url

_SHOWN = 100
_DAYS = 30


def _person(slug: str) -> Any:
    """The person of the address, for those who may know on what ground they are held."""
    actor = current_actor()
    row = get_person_by_slug(actor, slug)
    if actor.is_guest and not actor.is_me(row.id):
        raise NotAllowed(_("Guests do not see what the team holds on people."))
    return row


def _here(row: Any) -> str:
    return url("records.person", slug=slugs.slug(row.id, row.name))


@blp.get("/people/<slug>/privacy")
def person(slug: str) -> Response:
    """What is held, on what ground, where from, and what they agreed to."""
    return _page(
        _person(slug), pages.Form(schemas.ConsentForm()), pages.Form(schemas.RequestForm())
    )


def _page(
    row: Any, form: pages.Form, asking: pages.Form, basis: pages.Form | None = None
) -> Response:
    actor = current_actor()
    basis = basis or _unsent(schemas.BasisIn())
    held = queries.get_person(actor, row.id)
    keeps = policy.can_see_holdings(actor)
    return pages.show(
        "records/person.html",
        form=form,
        asking=asking,
        basis=basis,
        person=row,
        held=held,
        slug=slugs.slug(row.id, row.name),
        bases=choices(BASES),
        kinds=choices(KINDS),
        consents=queries.find_consents(actor, row.id),
        **_held(actor, row),
        counts=queries.count_held(actor, queries.get_subject(actor, row.id)) if keeps else {},
        requests=queries.find_requests(actor, PageRequest(limit=20), person_id=row.id).items
        if keeps
        else [],
        may={
            "say": policy.can_say_basis(actor, held),
            "consent": policy.can_say_basis(actor, held) or actor.is_me(row.id),
            "keep": keeps,
            "erase": policy.can_complete(actor) and not row.is_member,
        },
        today=clock.today(actor.zone),
        status=max(each.status for each in (form, asking, basis)),
    )


def _held(actor: Actor, row: Any) -> dict[str, Any]:
    """Every item the actor reads of them, who reads it, and, for who answers requests, who looked."""
    asked = PageRequest(_SHOWN, request.args.get("after"))
    page = queries.find_items(actor, row.id, asked)
    ids = {item.author_id for item in page.items}
    ids |= {person_id for item in page.items for person_id in item.audience_people}
    others = ids.difference(actor.person_ids)
    looks = policy.can_see_openings(actor, row)
    earlier = PageRequest(_DAYS, request.args.get("before"))
    return {
        "held_items": page,
        "names": {
            **(find_names(actor, others) if others else {}),
            **dict.fromkeys(actor.person_ids, actor.name),
        },
        "openings": queries.find_person_openings(actor, row.id, earlier) if looks else None,
    }


@blp.post("/people/<slug>/basis")
def say_basis(slug: str) -> ResponseReturnValue:
    """Set the ground on which they are held."""
    row = _person(slug)
    basis = pages.Form(schemas.BasisIn())
    if basis.valid():
        with basis.attempt():
            actions.say_basis(current_actor(), row.id, basis.data["lawful_basis"])
            return pages.done(_("Saved."), to=_here(row))
    return _page(row, _unsent(schemas.ConsentForm()), _unsent(schemas.RequestForm()), basis)


def _unsent(schema: Schema) -> pages.Form:
    form = pages.Form(schema)
    form.submitted = False
    return form


@blp.post("/people/<slug>/consents")
def record_consent(slug: str) -> ResponseReturnValue:
    """Note what they agreed to, or took back."""
    row = _person(slug)
    form = pages.Form(schemas.ConsentForm())
    if form.valid():
        with form.attempt():
            given = {**form.data, "is_given": form.data["is_given"] == "yes"}
            actions.record_consent(current_actor(), row.id, **given)
            return pages.done(_("Noted. Entries here are never changed."), to=_here(row))
    return _page(row, form, _unsent(schemas.RequestForm()))


@blp.post("/people/<slug>/requests")
def note_request(slug: str) -> ResponseReturnValue:
    """Note what they asked a steward or an owner."""
    row = _person(slug)
    asking = pages.Form(schemas.RequestForm())
    if asking.valid():
        with asking.attempt():
            asked = actions.receive_request(current_actor(), person_id=row.id, **asking.data)
            to = url("records.show_request", request_id=asked.id)
            return pages.done(_("Noted. It must be answered within 30 days."), to=to)
    return _page(row, _unsent(schemas.ConsentForm()), asking)


@blp.post("/people/<slug>/export")
@needs_confirmation
def export_person(slug: str) -> ResponseReturnValue:
    """Have a file made of what one may see of them."""
    row = _person(slug)
    actions.make_export(current_actor(), "person", person_id=row.id)
    text = _("The file is being made. You hear of it when it is ready.")
    return pages.done(text, to=url("records.mine"))


@blp.route("/people/<slug>/erase", methods=["GET", "POST"])
@needs_confirmation
def erase(slug: str) -> ResponseReturnValue:
    """Erase them for good, after their name was typed."""
    actor = current_actor()
    row = _person(slug)
    if not policy.can_complete(actor):
        raise NotAllowed(_("Only owners answer requests and erase. You can prepare it."))
    form = pages.Form(schemas.ErasureIn())
    if form.valid():
        with form.attempt():
            actions.erase_person(actor, row.id, **form.data)
            text = _("Erased. Nothing personal is left, and the sums are as they were.")
            return pages.done(text, to=url("records.requests"))
    counts = queries.count_held(actor, queries.get_subject(actor, row.id))
    back = _here(row)
    return pages.show("records/erase.html", form=form, person=row, counts=counts, back=back)
