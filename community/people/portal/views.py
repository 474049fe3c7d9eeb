"""Saved lists on the page of people."""

from uuid import UUID

from flask.typing import ResponseReturnValue

from community.core.i18n import gettext as _
from community.people import actions, queries
from community.people.models import SavedView
from community.people.schemas.views import SavedViewIn
from community.web import pages
from community.web.session import current_actor
from community.web.templating import url

blp = pages.blueprint("views", feature="people")


@blp.post("/people/views")
def save() -> ResponseReturnValue:
    """Save the list as it is filtered, by a name."""
    form = pages.Form(SavedViewIn(exclude=("is_pinned",)))
    if form.valid():
        with form.attempt():
            view = actions.save_view(current_actor(), **form.data)
            undo = url("views.delete", view_id=view.id)
            return pages.done(_("%(name)s is saved.", name=view.name), to=_list(view), undo=undo)
    return pages.show("people/view_form.html", form=form)


@blp.post("/people/views/<uuid:view_id>/pin")
def pin(view_id: UUID) -> ResponseReturnValue:
    """Keep it above one's list."""
    view = actions.pin_view(current_actor(), view_id, is_pinned=True)
    undo = url("views.unpin", view_id=view.id)
    return pages.done(_("%(name)s is pinned.", name=view.name), to=_list(view), undo=undo)


@blp.post("/people/views/<uuid:view_id>/unpin")
def unpin(view_id: UUID) -> ResponseReturnValue:
    """Keep it there no more."""
    view = actions.pin_view(current_actor(), view_id, is_pinned=False)
    undo = url("views.pin", view_id=view.id)
    text = _("%(name)s is not pinned any more.", name=view.name)
    return pages.done(text, to=_list(view), undo=undo)


@blp.post("/people/views/<uuid:view_id>/delete")
def delete(view_id: UUID) -> ResponseReturnValue:
    """Forget one's own saved list."""
    name = queries.get_view(current_actor(), view_id).name
    actions.delete_view(current_actor(), view_id)
    text = _("%(name)s is deleted. The people in it are as they were.", name=name)
    return pages.done(text, to=url("people.list"))


def _list(view: SavedView) -> str:
    return f"{url('people.list')}?{view.query}" if view.query else url("people.list")
