"""Saying on a page that a note about oneself is not right, and letting it stand after all."""

from typing import Any
from uuid import UUID

from flask.typing import ResponseReturnValue

from community.core.i18n import gettext as _
from community.people import actions, queries
from community.people.models import Note
from community.people.schemas.disputes import DisputeForm
from community.web import pages
from community.web.session import current_actor
from community.web.templating import url

blp = pages.blueprint("disputes")


@blp.route("/notes/<uuid:note_id>/dispute", methods=["POST"])
def dispute(note_id: UUID) -> ResponseReturnValue:
    """Not right: hidden from others until the one it is about says that it may stand."""
    actor = current_actor()
    row = queries.get_note_row(actor, note_id)
    form = pages.Form(DisputeForm())
    if form.valid():
        with form.attempt():
            actions.dispute_note(actor, note_id, reason=form.data["reason"])
            text = _("Only you and %(name)s see it now.", name=row.author_name)
            undo = url("disputes.let_stand", note_id=note_id)
            return pages.done(text, to=_note_url(note_id), undo=undo)
    return pages.show(
        "people/dispute.html", form=form, note=row, note_href=_note_url(note_id), kind="note"
    )


@blp.route("/notes/<uuid:note_id>/let-stand", methods=["POST"])
def let_stand(note_id: UUID) -> ResponseReturnValue:
    """It may stand: others see it again, as far as its author shares it."""
    actions.end_dispute(current_actor(), _kind(), note_id)
    return pages.done(_("It stands, and others see it as before."))


def _kind() -> Any:
    return Note.disputed_as


def _note_url(note_id: UUID) -> str:
    return url("people.edit_note", note_id=note_id)
