"""The pages of people: the list, adding, editing, archiving, deleting, and notes.

The page of one person reads features above this one, so `home` draws it below the same address.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

import babel.dates
from flask import Response, g, redirect, request
from flask.typing import ResponseReturnValue

from community.core import clock, i18n, slugs
from community.core.errors import Conflict, RuleBroken
from community.core.i18n import gettext as _
from community.core.i18n import ngettext
from community.core.paging import PageRequest
from community.core.text import fold
from community.people import actions, formats, policy, queries, schemas
from community.people.matching.duplicates import REASONS
from community.people.portal.choices import audience_choices
from community.people.portal.custom import (
    custom_controls,
    people_by_id,
    shown_values,
)
from community.people.schemas.filters import asked_filter
from community.people.schemas.views import ASKED, dump_view, query_of
from community.web import form_values, pages, session
from community.web.circles import circle_name
from community.web.session import current_actor
from community.web.templating import url

blp = pages.blueprint("people")


@blp.before_request
def _in_people() -> None:
    g.page = "people"


def person_url(slug: str, part: str = "") -> str:
    """The address of a person's page, or of what hangs below it."""
    return "/".join(p for p in (url("people.list"), slug, part) if p)


@blp.route("/people", endpoint="list")
def list_people() -> Response:
    """Whom the team knows."""
    actor = current_actor()
    asked = {name: request.args.get(name, "")[:200] for name in ASKED}
    page = queries.find_people(
        actor, asked_filter(asked), PageRequest(cursor=request.args.get("after"))
    )
    people = [formats.shown_person(row) for row in page.items]
    circles, choices = queries.narrowings(actor)
    return pages.show(
        "people/list.html",
        people=people,
        asked=asked,
        tags=queries.find_tags(actor),
        circles=circles,
        choices=choices,
        more=_address("", asked, after=page.next) if page.next else "",
        csv_url=_address(".csv", asked),
        views=[dump_view(actor, view) for view in queries.find_named_views(actor)],
        query=query_of(asked),
        cards_url=_address(".vcf", asked),
        is_empty=not any(asked.values()) and all(p["membership_id"] for p in people),
        can_create=policy.can_create(actor),
    )


def _address(ending: str, asked: Mapping[str, str], **more: str) -> str:
    """The list with its filter, another page of it, or the same as a table or as cards."""
    query = {name: value for name, value in {**asked, **more}.items() if value}
    return f"{url('people.list')}{ending}" + (f"?{urlencode(query)}" if query else "")


@blp.route("/people/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Add one person; a name is enough."""
    actions.check_may_add(current_actor())
    form = pages.Form(schemas.PersonForm(), {"name": request.args.get("name", "")[:200]})
    controls = custom_controls(current_actor(), None)
    known: list[dict[str, Any]] = []
    if form.valid():
        with form.attempt():
            form.data.pop("version", None)
            anyway = form.data.pop("anyway")
            people_by_id(current_actor(), form.data, controls)
            written = actions.create_person(current_actor(), **form.data)
            known = written.duplicates
            if known and not anyway:
                raise Conflict(_("Somebody here may be the same person."), code="duplicates")
            slug = slugs.slug(written.person.id, written.person.name)
            text = _("%(name)s is added.", name=written.person.name)
            return pages.done(text, to=person_url(slug))
    return _person_page(form, None, controls, known)


@blp.route("/people/paste", methods=["GET", "POST"])
def paste() -> ResponseReturnValue:
    """Add several people from a pasted list."""
    actions.check_may_add(current_actor())
    form = pages.Form(schemas.PasteForm())
    if form.valid():
        with form.attempt():
            added = actions.add_pasted(
                current_actor(), form.data["lines"], visibility=form.data.get("visibility")
            )
            return pages.done(_pasted(added), to=url("people.list", sort="-updated"))
    return pages.show("people/paste.html", form=form, **audience_choices())


def _pasted(added: actions.Added) -> str:
    text = ngettext("%(num)d person is added.", "%(num)d people are added.", added.count)
    if not added.known:
        return text
    known = _("Already there: %(names)s.", names=", ".join(added.known[:10]))
    return f"{text} {known}"


@blp.route("/people/<slug>/edit", methods=["GET", "POST"])
def edit(slug: str) -> ResponseReturnValue:
    """Change what is known of a person."""
    actor = current_actor()
    row = queries.get_person_by_slug(actor, slug)
    if moved := _moved(row, slug):
        return moved
    controls = custom_controls(actor, row.id)
    values = {**formats.form_values(row), "fields": shown_values(controls)}
    form = pages.Form(schemas.PersonForm(), values)
    if form.valid():
        form.data.setdefault("birthday", None)
        form.data.pop("anyway")
        with form.attempt():
            people_by_id(actor, form.data, controls)
            written = actions.edit_person(actor, row.id, **form.data)
            proper = slugs.slug(row.id, written.person.name)
            return pages.done(_saved(written), to=person_url(proper))
    return _person_page(form, row, controls)


def _saved(written: actions.Written) -> str:
    if not written.duplicates:
        return _("Saved.")
    others = ", ".join(found["name"] for found in written.duplicates)
    return _("Saved. Is this the same person as %(others)s?", others=others)


def _moved(row: Any, slug: str) -> ResponseReturnValue | None:
    """On to the address with the right name; a form that was sent is taken as it is."""
    proper = slugs.slug(row.id, row.name)
    if slug == proper or request.method != "GET":
        return None
    return redirect(url(str(request.endpoint), slug=proper, **request.args), 302)


def _person_page(
    form: pages.Form,
    row: Any | None,
    controls: list[Any],
    known: Sequence[Mapping[str, Any]] = (),
) -> Response:
    actor = current_actor()
    shown = form_values.read_fields(form.schema, form.raw) if form.submitted else form.initial
    return pages.show(
        "people/form.html",
        form=form,
        person=formats.shown_person(row) if row is not None else None,
        shown=shown,
        controls=controls,
        names=queries.name_options(actor) if _asks_for_people(controls) else [],
        known=[{**one, "slug": slugs.slug(one["id"], one["name"])} for one in known],
        months=_months(),
        tags=queries.find_tags(actor),
        may={
            "share": row is None or policy.can_share(actor, row),
            "merge": row is not None and policy.can_edit(actor, row),
            "archive": row is not None and policy.can_archive(actor, row),
            "delete": row is not None and policy.can_delete(actor, row),
        },
        **audience_choices(row),
    )


def _asks_for_people(controls: list[Any]) -> bool:
    kinds = {row["kind"] if isinstance(row, dict) else row.kind for row in controls}
    return "person" in kinds


def _months() -> Any:
    names = babel.dates.get_month_names("wide", locale=i18n.locale())
    return [("", "–"), *((number, names[number]) for number in range(1, 13))]


@blp.route("/people/<slug>/archive", methods=["POST"])
def archive(slug: str) -> ResponseReturnValue:
    """Take a person out of the lists."""
    row = queries.get_person_by_slug(current_actor(), slug)
    actions.archive_person(current_actor(), row.id)
    undo = url("people.unarchive", slug=slug)
    return pages.done(_("%(name)s is archived.", name=row.name), to=person_url(slug), undo=undo)


@blp.route("/people/<slug>/unarchive", methods=["POST"])
def unarchive(slug: str) -> ResponseReturnValue:
    """Put a person back into the lists."""
    row = queries.get_person_by_slug(current_actor(), slug)
    actions.unarchive_person(current_actor(), row.id)
    text = _("%(name)s is in the lists again.", name=row.name)
    return pages.done(text, to=person_url(slug))


@blp.route("/people/<slug>/delete", methods=["GET", "POST"])
def delete(slug: str) -> ResponseReturnValue:
    """Delete a person, after their name was typed."""
    actor = current_actor()
    row = queries.get_person_by_slug(actor, slug)
    if moved := _moved(row, slug):
        return moved
    form = pages.Form(schemas.DeleteForm(), {"version": row.version})
    if form.valid():
        with form.attempt():
            _same_name(form.data["name"], row.name)
            actions.delete_person(actor, row.id, version=form.data["version"])
            text, undo = _("%(name)s is deleted.", name=row.name), url("people.restore", slug=slug)
            return pages.done(text, to=url("people.list"), undo=undo)
    allowed = policy.can_delete(actor, row)
    return pages.show("people/delete.html", form=form, person=row, slug=slug, allowed=allowed)


def _same_name(typed: str, name: str) -> None:
    if fold(typed) != fold(name):
        text = _("This is not the name. Write: %(name)s", name=name)
        raise RuleBroken(text, code="other_name", field="name")


@blp.route("/people/<slug>/restore", methods=["POST"])
def restore(slug: str) -> ResponseReturnValue:
    """Undo a deletion."""
    person_id = queries.find_id_by_slug(current_actor(), slug)
    person = actions.restore_person(current_actor(), person_id)
    to = person_url(slugs.slug(person.id, person.name))
    return pages.done(_("%(name)s is back.", name=person.name), to=to)


@blp.route("/people/<slug>/notes", methods=["POST"])
def add_note(slug: str) -> ResponseReturnValue:
    """Write a note about a person."""
    actor = current_actor()
    row = queries.get_person_by_slug(actor, slug)
    form = pages.Form(schemas.NoteForm())
    if form.valid():
        with form.attempt():
            note = actions.add_note(actor, row.id, **_note_values(form.data, None))
            actions.note_learned(actor, row.id, form.data["learned"])
            undo = url("people.delete_note", note_id=note.id)
            return pages.done(_("Noted."), to=person_url(slug), undo=undo)
    return _note_page(form, formats.shown_person(row), None)


@blp.route("/notes/<uuid:note_id>/edit", methods=["GET", "POST"])
def edit_note(note_id: UUID) -> ResponseReturnValue:
    """Change one's own note; read, and where it is about oneself dispute, another's."""
    actor = current_actor()
    row = queries.get_note_row(actor, note_id)
    if not actor.is_me(row.author_id):
        session.after_response(partial(actions.note_opening, actor, row.person_id))
    initial = {
        **formats.audience_values(row),
        "body": row.body,
        "happened_on": _day(row.happened_at),
        "version": row.version,
        **formats.confidence_values(row),
    }
    form = pages.Form(schemas.NoteForm(), initial)
    person = _subject(row)
    if form.valid():
        with form.attempt():
            version = form.data["version"]
            values = _note_values(form.data, row.happened_at)
            actions.edit_note(actor, note_id, version=version, **values)
            return pages.done(_("Saved."), to=person_url(person["slug"]))
    return _note_page(form, person, row)


def _subject(note: Any) -> dict[str, Any]:
    """Whom a note is about, as its form speaks of them."""
    return {
        "id": note.person_id,
        "name": note.person_name,
        "call_name": "",
        "is_member": note.person_is_member,
        "slug": slugs.slug(note.person_id, note.person_name),
    }


def _note_values(data: Mapping[str, Any], happened_at: datetime | None) -> dict[str, Any]:
    """The form's day as a moment: noon in the writer's zone, unless it is the day that stands."""
    day = data["happened_on"]
    stands = _day(happened_at or clock.now())
    if day is not None and day != stands:
        noon = datetime.combine(day, time(12), ZoneInfo(current_actor().zone))
        happened_at = noon
    values = {name: data.get(name) for name in ("body", "visibility", "in_confidence")}
    return {**values, "happened_at": happened_at} if happened_at else values


def _day(at: datetime) -> date:
    return at.astimezone(ZoneInfo(current_actor().zone)).date()


def _note_page(form: pages.Form, person: Mapping[str, Any], row: Any | None) -> Response:
    actor = current_actor()
    default = actor.default_audience
    return pages.show(
        "people/note.html",
        form=form,
        person=person,
        person_href=person_url(person["slug"]),
        note=row,
        may_change=row is None or policy.can_change_note(actor, row),
        seen_by="" if row is None else _seen_by(row),
        dispute=queries.find_dispute_of(actor, "note", row.id) if row and row.is_disputed else None,
        can_dispute=row is not None and policy.can_dispute(actor, row),
        **audience_choices(row, default if default in ("private", "team") else "private"),
    )


def _seen_by(note: Any) -> str:
    """Who reads a note besides its author, in words."""
    if note.is_disputed:
        return _("Only the two of you")
    words = {
        "team": _("The team"),
        "circle": circle_name(note.circle_id),
        "people": _("Chosen people"),
    }
    return words.get(note.audience, _("Only me"))


@blp.app_template_filter("reason_words")
def reason_words(code: str) -> str:
    """Why two people may be one."""
    return str(REASONS[code])


@blp.app_template_filter("note_source")
def note_source(note: Any) -> str:
    """How a note came here, as one says it."""
    known = {"api": _("By a program"), "import": _("From a file")}
    return known.get(note.source, _("Typed by hand"))


@blp.route("/notes/<uuid:note_id>/delete", methods=["POST"])
def delete_note(note_id: UUID) -> ResponseReturnValue:
    """Delete one's own note."""
    row = queries.get_note_row(current_actor(), note_id)
    actions.delete_note(current_actor(), note_id)
    to = person_url(slugs.slug(row.person_id, row.person_name))
    undo = url("people.restore_note", note_id=note_id)
    return pages.done(_("The note is deleted."), to=to, undo=undo)


@blp.route("/notes/<uuid:note_id>/restore", methods=["POST"])
def restore_note(note_id: UUID) -> ResponseReturnValue:
    """Undo the deletion of one's own note."""
    actions.restore_note(current_actor(), note_id)
    row = queries.get_note_row(current_actor(), note_id)
    to = person_url(slugs.slug(row.person_id, row.person_name))
    return pages.done(_("The note is back."), to=to)
