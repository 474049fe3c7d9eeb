"""The context of a person, for a colleague: what both read, on a page that prints, and handing over."""

from functools import partial
from typing import Any
from uuid import UUID

import orjson
from flask import Response, g, request
from flask.typing import ResponseReturnValue

from community.core import slugs
from community.core.errors import NotFound, RuleBroken
from community.core.i18n import gettext as _
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.people import actions
from community.people import queries as people
from community.records import policy, queries
from community.records.portal.frame import blp
from community.records.schemas.handovers import HandoverIn
from community.web import pages
from community.web.session import after_response, current_actor
from community.web.templating import url

_SHOWN = 100


@blp.route("/people/<slug>/context", methods=["GET", "POST"])
def context(slug: str) -> ResponseReturnValue:
    """What one, or one and a colleague, read of a person; and leaving the person to them."""
    g.page = "people"
    actor = current_actor()
    row = people.get_person_by_slug(actor, slug)
    policy.check_may_hand_over(actor)
    form = pages.Form(HandoverIn(), {"to_id": request.args.get("for", "")})
    if form.valid():
        with form.attempt():
            made = actions.hand_over(actor, row.id, **form.data)
            said = people.get_handover_row(actor, made.id)
            text = _("%(name)s hears of it.", name=said.to_name)
            undo = url("records.take_back", handover_id=made.id)
            return pages.done(text, to=_here(row), undo=undo)
    after_response(partial(actions.note_opening, actor, row.id))
    return _page(actor, row, form)


def _page(actor: Actor, row: Any, form: pages.Form) -> Response:
    asked = PageRequest(_SHOWN, request.args.get("after"))
    reader = _reader(actor, str(form.value("to_id")))
    found = queries.find_context(actor, row.id, reader, asked)
    ids = {item.author_id for item in found.items.items}
    ids |= {person_id for item in found.items.items for person_id in item.audience_people}
    names = people.find_names(actor, ids) if ids else {}
    return pages.show(
        "records/context.html",
        form=form,
        person=row,
        slug=slugs.slug(row.id, row.name),
        lists={name: orjson.loads(getattr(row, name)) for name in people.PARTS},
        found=found,
        held_items=found.items,
        names={**names, **dict.fromkeys(actor.person_ids, actor.name)},
        is_mine=actor.is_me(reader.person_id),
        members=people.member_options(actor),
        handovers=people.find_handovers_of(actor, row.id),
    )


def _reader(actor: Actor, chosen: str) -> Actor:
    """The colleague that was chosen; the reader themself until then."""
    if not chosen:
        return actor
    try:
        return actions.find_colleague(actor, UUID(chosen))
    except (ValueError, RuleBroken):
        raise NotFound(_("There is nobody like that in the team.")) from None


def _here(row: Any) -> str:
    return url("records.context", slug=slugs.slug(row.id, row.name))


@blp.post("/handovers/<uuid:handover_id>/take-back")
def take_back(handover_id: UUID) -> ResponseReturnValue:
    """Take back what one handed over oneself."""
    actor = current_actor()
    row = people.get_handover_row(actor, handover_id)
    actions.take_back(actor, handover_id)
    to = url("records.context", slug=slugs.slug(row.person_id, row.person_name))
    return pages.done(_("It is taken back."), to=to)
