"""How one met somebody, on a page: when, where and through whom."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import g
from flask.typing import ResponseReturnValue

from community.core import slugs
from community.core.errors import RuleBroken
from community.core.i18n import gettext as _
from community.identity.models import Actor
from community.people import queries as people
from community.relationships import actions, policy, queries
from community.relationships.schemas import TieForm
from community.web import pages
from community.web.session import current_actor
from community.web.templating import longdate, monthdate, url

blp = pages.blueprint("relationships")


@blp.route("/people/<slug>/met", methods=["GET", "POST"])
def met(slug: str) -> ResponseReturnValue:
    """Write how one met a person, or change it."""
    g.page = "people"
    actor = current_actor()
    person = people.get_person_by_slug(actor, slug)
    found = queries.find_ties_of(actor, person.id)
    mine = next((tie for tie in found if actor.is_me(tie.author_id)), None)
    form = pages.Form(TieForm(), _values(mine))
    if form.valid():
        with form.attempt():
            through = _through(actor, form.data.pop("through"))
            tie = actions.say_how_met(actor, person.id, met_through=through, **form.data)
            undo = url("relationships.forget", tie_id=tie.id) if mine is None else None
            return pages.done(_("Noted."), to=_address(person.id, person.name), undo=undo)
    return pages.show(
        "relationships/met.html",
        form=form,
        person=person,
        tie=mine,
        href=_address(person.id, person.name),
        allowed=policy.can_tie(actor) and not actor.is_me(person.id),
        names=people.name_options(actor),
        members=people.member_options(actor),
        circles=people.circle_options(actor, mine.circle_id if mine else None),
        audience=_audience(actor, form),
    )


def _values(tie: Any | None) -> dict[str, Any]:
    if tie is None:
        return {}
    return {
        "met_on": tie.met_on,
        "met_where": tie.met_where,
        "through": tie.through_name or "",
        "visibility": tie.audience,
        "visibility_people": tie.audience_people,
        "visibility_circle": tie.circle_id,
        "version": tie.version,
    }


def _audience(actor: Actor, form: pages.Form) -> dict[str, Any]:
    default = actor.default_audience if actor.default_audience == "team" else "private"
    return {
        "value": form.value("visibility") or default,
        "picked": form.values("visibility_people"),
        "circle": form.value("visibility_circle"),
    }


def _through(actor: Actor, text: str) -> dict[str, Any] | None:
    if not text:
        return None
    found = people.find_named(actor, text)
    if len(found) != 1:
        labels = ", ".join(option.label for option in found[:5])
        said = (
            _("Whom do you mean? Write one of these: %(names)s", names=labels)
            if found
            else _("Nobody here is called %(name)s. Add them first.", name=text)
        )
        raise RuleBroken(said, code="who", field="through")
    return {"kind": "person", "id": found[0].id}


@blp.route("/ties/<uuid:tie_id>/forget", methods=["POST"])
def forget(tie_id: UUID) -> ResponseReturnValue:
    """Take away how one met somebody."""
    actor = current_actor()
    row = queries.get_tie_row(actor, tie_id)
    actions.delete_tie(actor, tie_id)
    undo = url("relationships.restore", tie_id=tie_id)
    text = _("How you met is not noted any more.")
    return pages.done(text, to=_address(row.person_id, row.person_name), undo=undo)


@blp.route("/ties/<uuid:tie_id>/restore", methods=["POST"])
def restore(tie_id: UUID) -> ResponseReturnValue:
    """Undo that."""
    actor = current_actor()
    actions.restore_tie(actor, tie_id)
    row = queries.get_tie_row(actor, tie_id)
    return pages.done(_("It is back."), to=_address(row.person_id, row.person_name))


@blp.app_template_filter("partial_date")
def partial_date(text: str) -> str:
    """A year, a month or a day, as one says it."""
    if len(text) <= 4:
        return text
    if len(text) == 7:
        return monthdate(date.fromisoformat(f"{text}-01"))
    return longdate(date.fromisoformat(text))


def _address(person_id: UUID, name: str) -> str:
    return "/".join((url("people.list"), slugs.slug(person_id, name)))
