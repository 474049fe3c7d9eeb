"""The pages of organisations: the list, one with its people, adding, editing, archiving, deleting."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, g, redirect, request
from flask.typing import ResponseReturnValue

from community.core import slugs
from community.core.i18n import gettext as _
from community.core.paging import MAX_LIMIT, PageRequest
from community.people import actions, policy, queries
from community.people.models import Organisation
from community.people.portal.choices import audience_choices
from community.people.queries import OrganisationFilter
from community.people.schemas.organisations import NewPosition, OrganisationForm
from community.web import pages
from community.web.session import current_actor
from community.web.templating import monthdate, url

blp = pages.blueprint("organisations", feature="people")

_SHOWN = {"archived": True, "any": None}


@blp.before_request
def _in_organisations() -> None:
    g.page = "organisations"


@blp.route("/organisations", endpoint="list")
def list_organisations() -> Response:
    """Where people are and were."""
    actor = current_actor()
    asked = {name: request.args.get(name, "")[:200] for name in ("q", "show")}
    wanted = OrganisationFilter(asked["q"], _SHOWN.get(asked["show"], False))
    page = queries.find_organisations(actor, wanted, PageRequest(cursor=request.args.get("after")))
    return pages.show(
        "people/organisations.html",
        organisations=page.items,
        asked=asked,
        more=url("organisations.list", after=page.next, **_said(asked)) if page.next else "",
        can_create=policy.can_create(actor),
    )


def _said(asked: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in asked.items() if value}


@blp.route("/organisations/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Add one; a name is enough."""
    actor = current_actor()
    actions.check_may_add_organisation(actor)
    form = pages.Form(OrganisationForm(), {"name": request.args.get("name", "")[:200]})
    if form.valid():
        with form.attempt():
            form.data.pop("version", None)
            made = actions.create_organisation(actor, **form.data)
            undo = url("organisations.delete", slug=_slug(made))
            return pages.done(_("%(name)s is added.", name=made.name), to=_address(made), undo=undo)
    return _form_page(form, None)


@blp.route("/organisations/<slug>", endpoint="page")
def page(slug: str) -> ResponseReturnValue:
    """One organisation: who is there, who was, and who of the team may know somebody."""
    actor = current_actor()
    found = queries.get_organisation_by_slug(actor, slug)
    if slug != _slug(found):
        return redirect(_address(found), 302)
    after = request.args.get("after")
    people = queries.find_people_at(actor, found.id, PageRequest(MAX_LIMIT, after))
    ids = {row.person_id for row in people.items}
    tied = queries.find_tied(actor, ids)
    known_by = {row.id for row in tied}
    return pages.show(
        "people/organisation.html",
        organisation=found,
        slug=slug,
        now=[row for row in people.items if row.to_on is None],
        before=_latest([row for row in people.items if row.to_on is not None]),
        more=url("organisations.page", slug=slug, after=people.next) if people.next else "",
        tied=tied,
        holders=[row for row in queries.find_holders(actor, ids) if row.id not in known_by],
        may={
            "edit": policy.can_edit_organisation(actor, found),
            "delete": policy.can_delete_organisation(actor, found),
        },
    )


def _latest(rows: Sequence[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: row.to_on, reverse=True)


@blp.route("/organisations/<slug>/edit", methods=["GET", "POST"])
def edit(slug: str) -> ResponseReturnValue:
    """Change what is known of an organisation."""
    actor = current_actor()
    found = queries.get_organisation_by_slug(actor, slug)
    values = {
        "name": found.name,
        "web": found.web,
        "about": found.about,
        "visibility": found.audience,
        "visibility_people": found.audience_people,
        "visibility_circle": found.circle_id,
        "version": found.version,
    }
    form = pages.Form(OrganisationForm(), values)
    if form.valid():
        for name in ("web", "about"):
            form.data.setdefault(name, "")
        with form.attempt():
            changed = actions.edit_organisation(actor, found.id, **form.data)
            return pages.done(_("Saved."), to=_address(changed))
    return _form_page(form, found)


def _form_page(form: pages.Form, found: Organisation | None) -> Response:
    actor = current_actor()
    return pages.show(
        "people/organisation_form.html",
        form=form,
        organisation=found,
        href=_address(found) if found is not None else url("organisations.list"),
        may_share=found is None or found.author_id in actor.person_ids,
        **audience_choices(found),
    )


@blp.route("/organisations/<slug>/archive", methods=["POST"])
def archive(slug: str) -> ResponseReturnValue:
    """Take an organisation out of the list."""
    found = queries.get_organisation_by_slug(current_actor(), slug)
    actions.archive_organisation(current_actor(), found.id)
    undo = url("organisations.unarchive", slug=slug)
    text = _("%(name)s is archived.", name=found.name)
    return pages.done(text, to=_address(found), undo=undo)


@blp.route("/organisations/<slug>/unarchive", methods=["POST"])
def unarchive(slug: str) -> ResponseReturnValue:
    """Put an organisation back into the list."""
    found = queries.get_organisation_by_slug(current_actor(), slug)
    actions.unarchive_organisation(current_actor(), found.id)
    text = _("%(name)s is in the list again.", name=found.name)
    return pages.done(text, to=_address(found))


@blp.route("/organisations/<slug>/delete", methods=["POST"])
def delete(slug: str) -> ResponseReturnValue:
    """Delete one entered by mistake; the message holds the Undo."""
    found = queries.get_organisation_by_slug(current_actor(), slug)
    actions.delete_organisation(current_actor(), found.id)
    undo = url("organisations.restore", slug=slug)
    text = _("%(name)s is deleted. People keep its name.", name=found.name)
    return pages.done(text, to=url("organisations.list"), undo=undo)


@blp.route("/organisations/<slug>/restore", methods=["POST"])
def restore(slug: str) -> ResponseReturnValue:
    """Undo a deletion."""
    actor = current_actor()
    organisation_id = queries.find_organisation_id_by_slug(actor, slug)
    found = actions.restore_organisation(actor, organisation_id)
    return pages.done(_("%(name)s is back.", name=found.name), to=_address(found))


@blp.route("/people/<slug>/positions", methods=["GET", "POST"])
def positions(slug: str) -> ResponseReturnValue:
    """A new position of a person; the one before can end with it."""
    g.page = "people"
    actor = current_actor()
    row = queries.get_person_by_slug(actor, slug)
    to = "/".join((url("people.list"), slugs.slug(row.id, row.name)))
    form = pages.Form(NewPosition(), {"closes_current": True})
    if form.valid():
        with form.attempt():
            actions.add_position(actor, row.id, **form.data)
            return pages.done(_("Saved."), to=to)
    return pages.show(
        "people/position.html",
        form=form,
        person=row,
        href=to,
        allowed=policy.can_edit(actor, row),
        organisations=queries.find_organisation_names(actor),
    )


@blp.app_template_filter("position_time")
def position_time(position: Mapping[str, Any]) -> str:
    """From when to when somebody does something, as people say it: months, not days."""
    start, end = (_month(position[name]) for name in ("from_on", "to_on"))
    if start and end:
        return f"{start} – {end}"
    if start:
        return _("since %(month)s", month=start)
    return _("until %(month)s", month=end) if end else ""


@blp.app_template_filter("place_slug")
def place_slug(position: Mapping[str, Any]) -> str:
    """The organisation's part of an address, for a position of a list in JSON."""
    return slugs.slug(UUID(position["organisation_id"]), position["organisation"])


def _month(day: date | str | None) -> str:
    """Lists in JSON hold days as text."""
    if not day:
        return ""
    return monthdate(date.fromisoformat(day) if isinstance(day, str) else day)


def _slug(found: Organisation) -> str:
    return slugs.slug(found.id, found.name)


def _address(found: Organisation) -> str:
    return url("organisations.page", slug=_slug(found))
