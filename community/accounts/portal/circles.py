"""The pages of circles: which there are, who is in them, and who looks after them."""

from typing import Any
from uuid import UUID

from flask import Response, g, redirect, request
from flask.typing import ResponseReturnValue

from community.accounts import policy
from community.accounts.actions import circles as actions
from community.accounts.portal.team_pages import team_pages
from community.accounts.queries import members as queries
from community.accounts.schemas import team as schemas
from community.core import slugs
from community.core.i18n import gettext as _
from community.core.i18n import lazy
from community.core.paging import PageRequest
from community.identity.models import Actor, Circle
from community.web import pages
from community.web.session import current_actor
from community.web.templating import NavItem, url

NAV = NavItem("circles", "team.circles", "circle", lazy("Circles"))


@team_pages.get("/circles")
def circles() -> Response:
    """Every circle the reader knows of."""
    return _list_page(_unsent(schemas.CircleForm()))


@team_pages.post("/circles")
def create_circle() -> Response:
    """A new circle."""
    form = pages.Form(schemas.CircleForm())
    if form.valid():
        with form.attempt():
            data = form.data
            made = actions.create_circle(
                current_actor(), name=data["name"], purpose=data["purpose"]
            )
            return pages.done(_("%(name)s is there.", name=made.name), to=_address(made))
    return _list_page(form)


def _list_page(form: pages.Form) -> Response:
    g.page = "circles"
    actor = current_actor()
    found = queries.find_circles(actor, PageRequest(cursor=request.args.get("after")))
    people = queries.find_circle_members(actor, [circle.id for circle in found.items])
    return pages.show(
        "accounts/circles.html",
        form=form,
        circles=[_shown(circle, people[circle.id]) for circle in found.items],
        more=url("team.circles", after=found.next) if found.next else "",
        may_make=policy.can_make_circles(actor),
    )


def _shown(circle: Circle, people: list[Any]) -> dict[str, Any]:
    return {"circle": circle, "people": people, "slug": slugs.slug(circle.id, circle.name)}


@team_pages.get("/circles/<slug>")
def circle(slug: str) -> ResponseReturnValue:
    """One circle and who is in it."""
    found = queries.get_circle_by_slug(current_actor(), slug)
    proper = slugs.slug(found.id, found.name)
    if slug != proper:
        return redirect(url("team.circle", slug=proper), 302)
    return _circle_page(found)


@team_pages.post("/circles/<slug>")
def change_circle(slug: str) -> Response:
    """Another name or purpose."""
    actor = current_actor()
    found = queries.get_circle_by_slug(actor, slug)
    form = pages.Form(schemas.CircleForm())
    if form.valid():
        with form.attempt():
            changed = actions.change_circle(actor, found.id, **form.data)
            return pages.done(_("Saved."), to=_address(changed))
    return _circle_page(found, form)


@team_pages.post("/circles/<slug>/closing")
def close_circle(slug: str) -> Response:
    """Close a circle."""
    found = _found(slug)
    closed = actions.close_circle(current_actor(), found.id)
    undo = url("team.reopen_circle", slug=slug)
    text = _("%(name)s is closed.", name=closed.name)
    return pages.done(text, to=_address(closed), undo=undo)


@team_pages.post("/circles/<slug>/opening")
def reopen_circle(slug: str) -> Response:
    """Open a circle again."""
    opened = actions.reopen_circle(current_actor(), _found(slug).id)
    return pages.done(_("%(name)s is open again.", name=opened.name), to=_address(opened))


@team_pages.post("/circles/<slug>/members")
def add_to_circle(slug: str) -> Response:
    """Let a member in."""
    found = _found(slug)
    form = pages.Form(schemas.SeatForm())
    if form.valid():
        with form.attempt():
            actions.add_to_circle(current_actor(), found.id, form.data["person_id"])
            return pages.done(_("They are in the circle now."), to=_address(found))
    return _circle_page(found, seat=form)


@team_pages.post("/circles/<slug>/members/<uuid:person_id>/add")
def put_back(slug: str, person_id: UUID) -> Response:
    """Let a member in again who was taken out by mistake."""
    found = _found(slug)
    actions.add_to_circle(current_actor(), found.id, person_id)
    return pages.done(_("They are in the circle now."), to=_address(found))


@team_pages.post("/circles/<slug>/members/<uuid:person_id>/keeping")
def make_keeper(slug: str, person_id: UUID) -> Response:
    """Let somebody in the circle look after it."""
    found = _found(slug)
    actions.add_to_circle(current_actor(), found.id, person_id, is_keeper=True)
    return pages.done(_("They keep the circle now."), to=_address(found))


@team_pages.post("/circles/<slug>/members/<uuid:person_id>/resting")
def end_keeping(slug: str, person_id: UUID) -> Response:
    """They stay in the circle and keep it no more."""
    found = _found(slug)
    actions.add_to_circle(current_actor(), found.id, person_id, is_keeper=False)
    return pages.done(_("They keep the circle no more."), to=_address(found))


@team_pages.post("/circles/<slug>/members/<uuid:person_id>/remove")
def take_from_circle(slug: str, person_id: UUID) -> Response:
    """Take a member out, or leave."""
    actor, found = current_actor(), _found(slug)
    actions.take_from_circle(actor, found.id, person_id)
    if actor.is_me(person_id):
        text = _("You have left %(name)s.", name=found.name)
        return pages.done(text, to=url("team.circles"))
    undo = url("team.put_back", slug=slug, person_id=person_id)
    return pages.done(_("They are not in the circle any more."), to=_address(found), undo=undo)


def _found(slug: str) -> Circle:
    return queries.get_circle_by_slug(current_actor(), slug)


def _address(found: Circle) -> str:
    return url("team.circle", slug=slugs.slug(found.id, found.name))


def _unsent(schema: Any, values: dict[str, Any] | None = None) -> pages.Form:
    form = pages.Form(schema, values)
    form.submitted = False
    return form


def _circle_page(
    found: Circle, form: pages.Form | None = None, *, seat: pages.Form | None = None
) -> Response:
    g.page = "circles"
    actor = current_actor()
    stored = {"name": found.name, "purpose": found.purpose, "version": found.version}
    form = form or _unsent(schemas.CircleForm(), stored)
    seat = seat or _unsent(schemas.SeatForm())
    people = queries.find_circle_members(actor, [found.id])[found.id]
    may_seat = policy.can_seat(actor, [each.member_id for each in people if each.is_keeper])
    return pages.show(
        "accounts/circle.html",
        form=form,
        seat=seat,
        circle=found,
        slug=slugs.slug(found.id, found.name),
        people=people,
        joinable=queries.find_joinable(actor, found.id) if may_seat else [],
        may_change=policy.can_change_circle(actor, found.id),
        may_seat=may_seat,
        am_in=_is_in(actor, found),
        status=seat.status if seat.errors else form.status,
    )


def _is_in(actor: Actor, found: Circle) -> bool:
    return found.id in actor.circle_ids
