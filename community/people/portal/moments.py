"""The pages of achievements and hard times: noting one, reading it, and taking it on."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from flask import Response, g, request
from flask.typing import ResponseReturnValue

from community.core import clock, slugs
from community.core.i18n import gettext as _
from community.identity.models import Actor
from community.people import actions, formats, policy, queries
from community.people.actions import moments
from community.people.formats import wording
from community.people.formats.moments import MOMENT_SOURCES, own_state_words, state_words
from community.people.models import ACHIEVEMENT, HARD_TIME, IMPORTED, MOMENTS, Moment
from community.people.portal import person_url
from community.people.portal.choices import audience_choices
from community.people.schemas.moments import MomentForm
from community.web import pages, session
from community.web.session import current_actor
from community.web.templating import url

blp = pages.blueprint("moments", feature="people")
Act = Callable[[Actor, UUID], Moment]


@blp.before_request
def _in_people() -> None:
    g.page = "people"


@blp.app_template_filter("moment_state")
def moment_state(moment: Any) -> str:
    """How it stands, in the reader's words; empty for whom it is about, and for guests."""
    actor = current_actor()
    if not policy.sees_claim(actor, moment):
        return ""
    if actor.is_me(moment.claimer_id):
        return own_state_words(moment)
    return state_words(moment, moment.claimer_name or "")


@blp.app_template_filter("moment_source")
def moment_source(moment: Any) -> str:
    """How its author knows it."""
    return str(MOMENT_SOURCES[moment.source])


@blp.app_template_filter("moment_acts")
def moment_acts(moment: Any) -> dict[str, bool]:
    """What the reader may do about who takes it on."""
    actor = current_actor()
    can, is_open = policy.can_claim(actor, moment), moment.state in ("noticed", "claimed")
    mine = actor.is_me(moment.claimer_id)
    is_free = is_open and moment.claimer_id is None
    ends_it = mine or (moment.kind == HARD_TIME and policy.can_change_note(actor, moment))
    return {
        "claim": can and is_free,
        "release": is_open and mine,
        "finish": is_open and (ends_it or (moment.kind == ACHIEVEMENT and can and is_free)),
    }


@blp.route("/people/<slug>/moments/new", methods=["GET", "POST"])
def new(slug: str) -> ResponseReturnValue:
    """Note what somebody achieved, or goes through."""
    actor = current_actor()
    person = queries.get_person_by_slug(actor, slug)
    asked = request.values.get("kind")
    kind = asked if asked in MOMENTS else ACHIEVEMENT
    form = pages.Form(MomentForm(), {"kind": kind, "happened_on": clock.today(actor.zone)})
    if form.valid():
        with form.attempt():
            data = {name: form.data.get(name) for name in ("title", "happened_on", "source")}
            moment = _add(actor, person.id, kind, form.data, data)
            undo = url("moments.delete", moment_id=moment.id)
            return pages.done(_("Noted."), to=person_url(slug) + "#moments", undo=undo)
    return _form_page(form, formats.shown_person(person), kind, None)


def _add(
    actor: Actor, person_id: UUID, kind: str, sent: Mapping[str, Any], data: dict[str, Any]
) -> Moment:
    data["visibility"] = sent.get("visibility")
    if kind == ACHIEVEMENT:
        return actions.add_achievement(actor, person_id, **data)
    return actions.add_hard_time(actor, person_id, is_with=sent.get("is_with", False), **data)


def _form_page(form: pages.Form, person: Mapping[str, Any], kind: str, row: Any) -> Response:
    default = current_actor().default_audience
    is_wide = kind == ACHIEVEMENT and default == "team"
    return pages.show(
        "people/moment_form.html",
        form=form,
        person=person,
        person_href=person_url(person["slug"]),
        kind=kind,
        moment=row,
        sources=wording.options(wording.SOURCES),
        can_be_with=not current_actor().is_me(person["id"]),
        **audience_choices(row, "team" if is_wide else "private"),
    )


@blp.route("/moments/<uuid:moment_id>")
def show(moment_id: UUID) -> Response:
    """One of them, who takes it on, and what one may do about it."""
    actor = current_actor()
    row = queries.get_moment_row(actor, moment_id)
    if row.subject_membership_id is not None and not actor.is_me(row.author_id):
        session.after_response(partial(actions.note_opening, actor, row.person_id))
    return pages.show(
        "people/moment.html",
        moment=row,
        person_href=_person_href(row),
        can_edit=policy.can_change_note(actor, row),
    )


@blp.route("/moments/<uuid:moment_id>/edit", methods=["GET", "POST"])
def edit(moment_id: UUID) -> ResponseReturnValue:
    """Change one's own."""
    actor = current_actor()
    row = queries.get_moment_row(actor, moment_id)
    kept = {name: getattr(row, name) for name in ("kind", "title", "happened_on", "version")}
    form = pages.Form(MomentForm(), {**kept, "source": row.source, **formats.audience_values(row)})
    if form.valid():
        with form.attempt():
            for name in ("kind", "is_with", *(["source"] if row.source == IMPORTED else [])):
                form.data.pop(name, None)
            actions.edit_moment(actor, moment_id, **form.data)
            return pages.done(_("Saved."), to=url("moments.show", moment_id=moment_id))
    person = {
        "id": row.person_id,
        "name": row.person_name,
        "call_name": row.person_call_name,
        "is_member": row.person_is_member,
        "slug": slugs.slug(row.person_id, row.person_name),
    }
    return _form_page(form, person, row.kind, row)


@blp.route("/moments/<uuid:moment_id>/claim", methods=["POST"])
def claim(moment_id: UUID) -> ResponseReturnValue:
    """I will write; I am with them."""
    said = {
        ACHIEVEMENT: _("The others see that you write."),
        HARD_TIME: _("The others see that you are with them."),
    }
    return _do(moments.claim, moment_id, said, "moments.release")


@blp.route("/moments/<uuid:moment_id>/release", methods=["POST"])
def release(moment_id: UUID) -> ResponseReturnValue:
    """Let it go."""
    said = dict.fromkeys(MOMENTS, _("Somebody else may take it on."))
    return _do(moments.release, moment_id, said, "moments.claim")


@blp.route("/moments/<uuid:moment_id>/finish", methods=["POST"])
def finish(moment_id: UUID) -> ResponseReturnValue:
    """I have written; it is over."""
    said = {ACHIEVEMENT: _("Congratulated."), HARD_TIME: _("It is over.")}
    return _do(moments.finish, moment_id, said, "moments.reopen")


@blp.route("/moments/<uuid:moment_id>/reopen", methods=["POST"])
def reopen(moment_id: UUID) -> ResponseReturnValue:
    """Undo that."""
    return _do(moments.reopen, moment_id, dict.fromkeys(MOMENTS, _("It is open again.")), None)


def _do(act: Act, moment_id: UUID, said: Mapping[str, str], back: str | None) -> Response:
    moment = act(current_actor(), moment_id)
    undo = url(back, moment_id=moment_id) if back else None
    return pages.done(said[moment.kind], undo=undo)


@blp.route("/moments/<uuid:moment_id>/delete", methods=["POST"])
def delete(moment_id: UUID) -> ResponseReturnValue:
    """Delete one's own."""
    row = queries.get_moment_row(current_actor(), moment_id)
    actions.delete_moment(current_actor(), moment_id)
    undo = url("moments.restore", moment_id=moment_id)
    return pages.done(_("It is deleted."), to=_person_href(row), undo=undo)


@blp.route("/moments/<uuid:moment_id>/restore", methods=["POST"])
def restore(moment_id: UUID) -> ResponseReturnValue:
    """Undo the deletion of one's own."""
    actions.restore_moment(current_actor(), moment_id)
    row = queries.get_moment_row(current_actor(), moment_id)
    return pages.done(_("It is back."), to=_person_href(row))


def _person_href(row: Any) -> str:
    return person_url(slugs.slug(row.person_id, row.person_name)) + "#moments"
