"""One entry: how it stands, its history, and what its two people can do with it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import Schema

from community.core import clock
from community.core.errors import Conflict
from community.core.i18n import gettext as _
from community.ledger import actions, queries, schemas
from community.ledger.models.values import LINK_FOR
from community.ledger.portal import forms, labels
from community.ledger.portal.parts import bp, heard, path_of, row
from community.ledger.queries import Entry, SeenGive
from community.people import queries as people
from community.web import pages
from community.web.pages import Form
from community.web.session import current_actor, is_partial
from community.web.templating import url

Act = Callable[[dict[str, Any]], Entry]


@bp.get("/gives/<uuid:give_id>")
def give(give_id: UUID) -> Response:
    """The entry with everything that was done about it."""
    return _show(give_id, None)


@bp.post("/gives/<uuid:give_id>/acknowledgement")
def acknowledge(give_id: UUID) -> Response:
    """Yes, thank you."""
    actor = current_actor()
    act: Act = lambda data: actions.acknowledge(actor, give_id, **data)  # noqa: E731
    return _do(give_id, schemas.AcknowledgementIn(), act, _thanked)


@bp.post("/gives/<uuid:give_id>/amendment")
def amend(give_id: UUID) -> Response:
    """Yes, thank you, but a little different."""
    actor = current_actor()
    act: Act = lambda data: actions.amend(actor, give_id, **data)  # noqa: E731
    return _do(give_id, schemas.AmendmentIn(), act, _thanked)


@bp.post("/gives/<uuid:give_id>/dispute")
def dispute(give_id: UUID) -> Response:
    """Not how I remember it."""
    actor = current_actor()
    act: Act = lambda data: actions.dispute(actor, give_id, **data)  # noqa: E731
    return _do(give_id, schemas.DisputeIn(), act, _remembered)


@bp.post("/gives/<uuid:give_id>/retraction")
def retract(give_id: UUID) -> Response:
    """Take it back."""
    actor = current_actor()
    act: Act = lambda _data: actions.retract(actor, give_id)  # noqa: E731
    return _do(give_id, schemas.Nothing(), act, lambda _give: _("Taken back."), undo=False)


@bp.post("/gives/<uuid:give_id>/undo")
def undo(give_id: UUID) -> Response:
    """The toast's Undo."""
    actor = current_actor()
    act: Act = lambda _data: actions.undo(actor, give_id)  # noqa: E731
    return _do(give_id, schemas.Nothing(), act, _undone, undo=False)


@bp.post("/gives/<uuid:give_id>/correction")
def correct(give_id: UUID) -> Response:
    """Something is wrong: put it right, or take it out."""
    actor = current_actor()

    def act(data: dict[str, Any]) -> Entry:
        way = data.pop("way")
        # A size left empty stays as it was.
        data = {name: value for name, value in data.items() if (name, value) != ("size", None)}
        entry, logged = actions.correct(
            actor, give_id, replacement=data if way == "replace" else None
        )
        return logged.entry if logged else entry

    return _do(give_id, schemas.CorrectionForm(), act, _corrected, undo=False)


@bp.post("/gives/<uuid:give_id>/sharing")
def share(give_id: UUID) -> Response:
    """Say who may see it."""
    actor = current_actor()
    act: Act = lambda data: actions.share(actor, give_id, data["visibility"])  # noqa: E731
    return _do(give_id, schemas.SharingIn(), act, lambda _give: _("Saved."), undo=False)


def _do(
    give_id: UUID, schema: Schema, act: Act, said: Callable[[SeenGive], str], *, undo: bool = True
) -> Response:
    form = pages.Form(schema)
    if form.valid():
        with form.attempt():
            done = queries.seen(current_actor(), act(form.data))
            back = url("ledger.undo", give_id=done.id) if undo else None
            part = row(done) if is_partial() else None
            to = pages.back(path_of(done)) if done.id == give_id else path_of(done)
            return pages.done(said(done), to=to, undo=back, part=part)
    if is_partial():
        raise Conflict(" ".join(text for found in form.errors.values() for text in found))
    return _show(give_id, form)


def _show(give_id: UUID, form: Form | None) -> Response:
    actor = current_actor()
    found = queries.get_give(actor, give_id)
    acts = queries.find_history(actor, give_id)
    may_share = (
        found.i_wrote and not found.no_reply and found.state not in ("retracted", "corrected")
    )
    return pages.show(
        "ledger/give.html",
        form=form,
        page="gives",
        give=found,
        acts=acts if found.i_gave or found.i_received else [],
        size_said=queries.was_size_said(found.size, ((act.verb, act.size) for act in acts)),
        link_is_over=found.i_gave and found.is_link_over(clock.now()),
        link_days=LINK_FOR.days,
        may_share=may_share,
        members=forms.members(actor) if may_share else [],
        circles=people.circle_options(actor, found.circle_id) if may_share else [],
        kinds=labels.options(labels.KINDS),
        sizes=labels.options(labels.SIZES),
        impacts=labels.options(labels.IMPACTS),
    )


def _thanked(done: SeenGive) -> str:
    if not done.other_is_member:
        return _("Thanked, in your history.")
    return _("Thanked.") + " " + heard(done)


def _remembered(done: SeenGive) -> str:
    words = _("Nobody else reads of it.")
    return words + " " + heard(done) if done.other_is_member else words


def _undone(done: SeenGive) -> str:
    if done.state == "corrected":
        return _("Taken out of the history by a counter-entry.")
    if done.state == "retracted":
        return _("Undone. It counts no more.")
    return _("Undone. It waits for your answer again.")


def _corrected(done: SeenGive) -> str:
    if done.replaces_id is not None:
        return _("Corrected. This stands in its place.")
    return _("Taken out. It counts no more.")
