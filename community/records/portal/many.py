"""Acts on the people chosen in the list, or on all in its filter."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, request
from flask.typing import ResponseReturnValue

from community.core.i18n import gettext as _
from community.core.i18n import ngettext
from community.people.schemas.filters import asked_filter
from community.records import actions
from community.records.actions import Chosen
from community.records.models import BulkAct
from community.records.portal.frame import blp
from community.records.schemas import many as schemas
from community.web import pages
from community.web.session import current_actor
from community.web.templating import url


@blp.post("/people/many")
def act_on_many() -> ResponseReturnValue:
    """Do the same to many; a list that nothing was chosen in says so."""
    form = pages.Form(schemas.BulkActForm())
    if form.valid():
        return _done(form.data)
    messages = [message for said in form.errors.values() for message in said]
    return pages.done(" ".join(messages), to=_list())


def _done(data: Mapping[str, Any]) -> Response:
    wanted = asked_filter(request.form) if data["all"] else None
    done = actions.act_on_many(
        current_actor(),
        data["act"],
        Chosen(data["person"], wanted),
        tag=data["with_tag"],
        circle_id=_circle(data["with_circle"]),
    )
    undo = url("records.undo_act", act_id=done.id) if done.changed_ids else None
    return pages.done(_told(done), to=_list(), undo=undo)


def _circle(said: str) -> UUID | None:
    try:
        return UUID(said) if said else None
    except ValueError:
        return None


def _told(done: BulkAct) -> str:
    text = ngettext(
        "%(num)d person is changed.", "%(num)d people are changed.", len(done.changed_ids)
    )
    if not done.skipped:
        return text
    left = ngettext(
        "%(num)d is left as they are: they are not yours to change.",
        "%(num)d are left as they are: they are not yours to change.",
        done.skipped,
    )
    return f"{text} {left}"


def _list() -> str:
    """The list as it was filtered."""
    names = ("q", "tag", "circle", "field", "show", "sort")
    asked = {name: request.form.get(name, "")[:200] for name in names}
    return url("people.list", **{name: value for name, value in asked.items() if value})


@blp.post("/people/many/<uuid:act_id>/undo")
def undo_act(act_id: UUID) -> ResponseReturnValue:
    """Take all of it back."""
    actions.undo_act(current_actor(), act_id)
    return pages.done(_("Everything is as it was."), to=url("people.list"))
