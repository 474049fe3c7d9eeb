"""My page, saying something of oneself, and the directory of the team."""

from typing import Any

from flask import Response, g, request
from flask.typing import ResponseReturnValue

from community.core import markdown
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import PageRequest
from community.people import actions, formats, queries
from community.people.formats.profiles import PARTS, PROMPTS
from community.people.portal.choices import audience_choices
from community.people.schemas.profiles import PartForm
from community.web import pages
from community.web.session import current_actor
from community.web.templating import url

blp = pages.blueprint("profiles", feature="people")
_SHOWN = 30
_NEXT = dict(zip(PARTS, list(PARTS)[1:], strict=False))


@blp.app_template_filter("profile_part")
def profile_part(part: str) -> str:
    """A part of somebody's page, as a label."""
    return str(PARTS[part])


@blp.app_template_filter("in_short")
def in_short(text: str) -> str:
    """The beginning of what somebody wrote, without its marks."""
    return markdown.plain(text, 300)


@blp.route("/me")
def me() -> Response:
    """What I say of myself, and who reads it."""
    g.page = "me"
    actor = current_actor()
    said = queries.find_profile(actor, actor.person_id)
    return pages.show("people/me.html", said=said, prompts=PROMPTS)


@blp.route("/me/edit", methods=["GET", "POST"])
def edit() -> ResponseReturnValue:
    """Say one part of it, the first unless another is asked for."""
    g.page = "me"
    actor = current_actor()
    part = request.args.get("part", next(iter(PARTS)))
    if part not in PARTS:
        raise NotFound(_("There is no such part of a page."))
    mine = queries.find_profile(actor, actor.person_id).get(part)
    form = pages.Form(PartForm(), _initial(mine))
    if form.valid():
        with form.attempt():
            version = form.data.pop("version")
            actions.set_profile(actor, {part: form.data}, version=version)
            then = _NEXT.get(part) if request.form.get("then") == "next" else None
            to = url("profiles.edit", part=then) if then else url("profiles.me") + f"#{part}"
            return pages.done(_("Saved."), to=to)
    return pages.show(
        "people/me_edit.html",
        form=form,
        part=part,
        prompt=PROMPTS[part],
        later=_NEXT.get(part),
        **audience_choices(mine, _default()),
    )


def _initial(mine: Any | None) -> dict[str, Any]:
    if mine is None:
        return {"text": "", "version": 0}
    return {**formats.audience_values(mine), "text": mine.text, "version": mine.version}


def _default() -> str:
    return "team" if current_actor().default_audience == "team" else "private"


@blp.route("/directory")
def directory() -> Response:
    """Who is in the team, in their own words."""
    g.page = "people"
    q = request.args.get("q", "").strip()[:200]
    asked = PageRequest(_SHOWN, request.args.get("after"))
    found = queries.find_directory(current_actor(), q, asked)
    more = {"after": found.next, **({"q": q} if q else {})}
    return pages.show(
        "people/directory.html",
        members=found.items,
        q=q,
        more=url("profiles.directory", **more) if found.next else "",
    )
