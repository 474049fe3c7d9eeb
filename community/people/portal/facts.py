"""The pages of facts: stating, changing and verifying them; and what a note said before."""

import itertools
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from flask import Response, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from community.core import clock, paging, slugs
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import PageRequest
from community.people import actions, formats, policy, queries
from community.people.formats import wording
from community.people.formats.differences import difference
from community.people.formats.wording import MET
from community.people.portal import person_url
from community.people.portal.choices import audience_choices
from community.people.schemas import facts as schemas
from community.people.schemas.disputes import DisputeForm
from community.web import pages, session
from community.web.session import current_actor
from community.web.templating import longdate, url

blp = pages.blueprint("facts", feature="people")
_LATER = timedelta(days=182)


@blp.before_request
def _in_people() -> None:
    g.page = "people"


@blp.app_template_filter("fact_kind")
def fact_kind(fact: Any) -> str:
    """What a fact is about, as a label."""
    return str(wording.KINDS.get(fact.kind, fact.kind))


@blp.app_template_filter("fact_meta")
def fact_meta(fact: Any) -> str:
    """Where a fact comes from, how sure it is, whose it is and of when."""
    words = [fact_source(fact)]
    if fact.certainty != "sure":
        words.append(str(wording.CERTAINTIES[fact.certainty]))
    if fact.by_on:
        words.append(_("by %(day)s", day=longdate(fact.by_on)))
    words += [fact.author_name, longdate(fact.checked_at or fact.created_at)]
    return " · ".join(words)


@blp.app_template_filter("fact_source")
def fact_source(fact: Any) -> str:
    """How its author knows it."""
    return str(wording.SOURCES[fact.source])


@blp.app_template_filter("is_due")
def is_due(fact: Any) -> bool:
    """Whether its day for another look has come."""
    return fact.recheck_on is not None and fact.recheck_on <= clock.today(current_actor().zone)


@blp.route("/people/<slug>/facts/new", methods=["GET", "POST"])
def new(slug: str) -> ResponseReturnValue:
    """State a fact about a person."""
    actor = current_actor()
    person = queries.get_person_by_slug(actor, slug)
    kind = request.args.get("kind")
    if kind == MET and request.method == "GET":
        return redirect(url("relationships.met", slug=slug), 302)
    form = pages.Form(schemas.FactForm(), {"kind": kind if kind in wording.KINDS else "other"})
    if form.valid():
        with form.attempt():
            form.data.pop("version")
            fact = actions.add_fact(actor, person.id, **form.data)
            undo = url("facts.delete", fact_id=fact.id)
            return pages.done(_("Noted."), to=person_url(slug) + "#facts", undo=undo)
    return _fact_page(form, formats.shown_person(person), None)


@blp.route("/people/<slug>/facts/<uuid:fact_id>/edit", methods=["GET", "POST"])
def edit(slug: str, fact_id: UUID) -> ResponseReturnValue:
    """Change one's own fact; read, and where it is about oneself dispute, another's."""
    actor = current_actor()
    row = queries.get_fact_row(actor, fact_id)
    proper = slugs.slug(row.person_id, row.person_name)
    if slug != proper and request.method == "GET":
        return redirect(url("facts.edit", slug=proper, fact_id=fact_id), 302)
    if not actor.is_me(row.author_id):
        session.after_response(partial(actions.note_opening, actor, row.person_id))
    kept = ("kind", "text", "source", "certainty", "recheck_on", "by_on", "version")
    initial = {**formats.audience_values(row), **formats.confidence_values(row)}
    form = pages.Form(schemas.FactForm(), initial | {name: getattr(row, name) for name in kept})
    if form.valid():
        with form.attempt():
            actions.edit_fact(actor, fact_id, **form.data)
            row = queries.get_fact_row(actor, fact_id)
            part = render_template("people/_fact.html", fact=row)
            return pages.done(_("Saved."), to=_person_of(row), part=part)
    return _fact_page(form, _subject(row), row)


def _subject(row: Any) -> dict[str, Any]:
    return {
        "id": row.person_id,
        "name": row.person_name,
        "call_name": "",
        "is_member": row.person_is_member,
        "slug": slugs.slug(row.person_id, row.person_name),
    }


def _person_of(row: Any) -> str:
    return person_url(slugs.slug(row.person_id, row.person_name)) + "#facts"


def _fact_page(form: pages.Form, person: dict[str, Any], row: Any | None) -> Response:
    actor = current_actor()
    default = actor.default_audience if actor.default_audience == "team" else "private"
    return pages.show(
        "people/fact.html",
        form=form,
        person=person,
        person_href=person_url(person["slug"]),
        fact=row,
        may_change=row is None or policy.can_change_note(actor, row),
        dispute=queries.find_dispute_of(actor, "fact", row.id) if row and row.is_disputed else None,
        can_dispute=row is not None and policy.can_dispute(actor, row),
        kinds=wording.fact_options(row.kind if row else None),
        sources=wording.options(wording.SOURCES),
        certainties=wording.options(wording.CERTAINTIES),
        **audience_choices(row, default),
    )


@blp.route("/facts/<uuid:fact_id>/delete", methods=["POST"])
def delete(fact_id: UUID) -> ResponseReturnValue:
    """Delete one's own fact: it is not so any more."""
    row = queries.get_fact_row(current_actor(), fact_id)
    actions.delete_fact(current_actor(), fact_id)
    undo = url("facts.restore", fact_id=fact_id)
    # Its own page is gone; the lists it stood in are not.
    to = None if request.form.get("stay") else _person_of(row)
    return pages.done(_("The fact is deleted."), to=to, undo=undo)


@blp.route("/facts/<uuid:fact_id>/restore", methods=["POST"])
def restore(fact_id: UUID) -> ResponseReturnValue:
    """Undo the deletion of one's own fact."""
    actions.restore_fact(current_actor(), fact_id)
    row = queries.get_fact_row(current_actor(), fact_id)
    return pages.done(_("The fact is back."), to=_person_of(row))


@blp.route("/facts/<uuid:fact_id>/confirm", methods=["POST"])
def confirm(fact_id: UUID) -> ResponseReturnValue:
    """Still true, until the day given."""
    form = pages.Form(schemas.ConfirmationIn())
    if form.valid():
        with form.attempt():
            actions.confirm_fact(current_actor(), fact_id, **form.data)
            return pages.done(_("Still true, then."), to=url("facts.verify"))
    return _verify_page(form, fact_id)


@blp.route("/facts/verify")
def verify() -> Response:
    """Facts whose day for another look has come."""
    return _verify_page(None, None)


def _verify_page(form: pages.Form | None, refused: UUID | None) -> Response:
    actor = current_actor()
    today = clock.today(actor.zone)
    found = queries.find_to_verify(actor, today, PageRequest(cursor=request.args.get("after")))
    return pages.show(
        "people/verify.html", form=form, refused=refused, found=found, later=today + _LATER
    )


@blp.route("/facts/<uuid:fact_id>/dispute", methods=["POST"])
def dispute(fact_id: UUID) -> ResponseReturnValue:
    """Not right: hidden from others until the one it is about says that it may stand."""
    actor = current_actor()
    row = queries.get_fact_row(actor, fact_id)
    form = pages.Form(DisputeForm())
    href = person_url(slugs.slug(row.person_id, row.person_name), f"facts/{fact_id}/edit")
    if form.valid():
        with form.attempt():
            actions.dispute_fact(actor, fact_id, reason=form.data["reason"])
            text = _("Only you and %(name)s see it now.", name=row.author_name)
            undo = url("facts.let_stand", fact_id=fact_id)
            return pages.done(text, to=href, undo=undo)
    return pages.show("people/dispute.html", form=form, note=row, note_href=href, kind="fact")


@blp.route("/facts/<uuid:fact_id>/let-stand", methods=["POST"])
def let_stand(fact_id: UUID) -> ResponseReturnValue:
    """It may stand: others see it again, as far as its author shares it."""
    actions.end_dispute(current_actor(), "fact", fact_id)
    return pages.done(_("It stands, and others see it as before."))


@blp.route("/notes/<uuid:note_id>/versions")
def versions(note_id: UUID) -> Response:
    """What a note said before, and what was changed, as far as one could read it by then."""
    actor = current_actor()
    note = queries.get_note_row(actor, note_id)
    if not actor.is_me(note.author_id):
        session.after_response(partial(actions.note_opening, actor, note.person_id))
    found = queries.find_versions(actor, note_id, PageRequest(20, request.args.get("after")))
    words = [row.body for row in found.items]
    newer = words if request.args.get("after") else [note.body, *words]
    changes = [difference(old, new) for new, old in itertools.pairwise(newer)]
    # The next page begins with the last words of this one, from which it goes on.
    more = paging.encode(found.items[-1].number + 1) if found.next else ""
    return pages.show("people/versions.html", note=note, found=found, changes=changes, more=more)


@blp.route("/people/<slug>/preferences", methods=["GET", "POST"])
def preferences(slug: str) -> ResponseReturnValue:
    """Note how to speak with somebody."""
    actor = current_actor()
    person = queries.get_person_by_slug(actor, slug)
    rows = queries.find_preferences(actor, person.id)
    mine = next((r.Preference for r in rows if actor.is_me(r.Preference.author_id)), None)
    initial = {name: getattr(mine, name, "") for name in actions.PREFERENCES}
    form = pages.Form(
        schemas.PersonPreferencesForm(), {**initial, "version": mine.version if mine else 0}
    )
    if form.valid():
        with form.attempt():
            actions.set_preferences(actor, person.id, **form.data)
            return pages.done(_("Saved."), to=person_url(slug) + "#preferences")
    default = actor.default_audience if actor.default_audience == "team" else "private"
    return pages.show(
        "people/preferences.html",
        form=form,
        person=formats.shown_person(person),
        person_href=person_url(slug),
        **audience_choices(mine, default),
    )


@blp.route("/people/<slug>/questions/dismiss", methods=["POST"])
def dismiss(slug: str) -> ResponseReturnValue:
    """Not to be asked this about them again."""
    person, code = queries.get_person_by_slug(current_actor(), slug), _question()
    actions.dismiss_prompt(current_actor(), person.id, code)
    undo = url("facts.ask_again", slug=slug, code=code)
    return pages.done(_("You will not be asked that again."), to=person_url(slug), undo=undo)


@blp.route("/people/<slug>/questions/ask-again", methods=["POST"])
def ask_again(slug: str) -> ResponseReturnValue:
    """Undo that."""
    person = queries.get_person_by_slug(current_actor(), slug)
    actions.restore_prompt(current_actor(), person.id, _question())
    return pages.done(_("You may be asked that again."), to=person_url(slug))


def _question() -> str:
    """Which question: a field of the form, or of the address where it is undone."""
    code = request.values.get("code", "")
    if code not in wording.QUESTIONS:
        raise NotFound(_("There is no such question."))
    return code
