"""Pictures of people: the page that sets one, and the pictures themselves."""

from typing import Any
from uuid import UUID

from flask import Response, g, redirect, request
from flask.typing import ResponseReturnValue

from community.core import slugs
from community.core.i18n import gettext as _
from community.people import policy, queries
from community.people.actions import pictures as actions
from community.people.formats.pictures import TYPE, read_upload, take_upload
from community.people.portal import person_url
from community.people.queries import pictures
from community.people.schemas.pictures import PictureForm
from community.web import pages
from community.web.session import current_actor
from community.web.templating import url

blp = pages.blueprint("pictures", feature="people")
# The address is another one with each picture. Signing out clears what a browser keeps.
_KEPT = "max-age=86400"


@blp.before_request
def _in_people() -> None:
    g.page = "people"


@blp.url_value_preprocessor
def _take_large_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    if endpoint == "pictures.edit" and request.method == "POST":
        request.max_content_length = take_upload(request.content_length)


@blp.route("/pictures/<uuid:picture_id>")
def show(picture_id: UUID) -> Response:
    """A picture that somebody is shown with, to those who see them."""
    is_small = request.args.get("size") == "small"
    content = pictures.get_picture(current_actor(), picture_id, small=is_small)
    etag = f"{picture_id}-{'small' if is_small else 'large'}"
    return pages.picture(content, TYPE, etag=etag, kept=_KEPT)


@blp.route("/people/<slug>/picture", methods=["GET", "POST"])
def edit(slug: str) -> ResponseReturnValue:
    """Give somebody a picture, or take it away."""
    actor = current_actor()
    row = queries.get_person_by_slug(actor, slug)
    proper = slugs.slug(row.id, row.name)
    if slug != proper and request.method == "GET":
        return redirect(url("pictures.edit", slug=proper), 302)
    form = pages.Form(PictureForm(), {"version": row.version})
    if form.valid():
        with form.attempt():
            upload = request.files.get("file")
            content = read_upload(upload.stream) if upload is not None else b""
            actions.set_picture(actor, row.id, content, version=form.data["version"])
            text = _("%(name)s has a new picture.", name=row.name)
            return pages.done(text, to=person_url(proper), undo=_undo(proper, row.picture_id))
    return pages.show(
        "people/picture.html",
        form=form,
        person=row,
        slug=proper,
        may_give=policy.can_give_picture(actor, row),
        may_remove=row.picture_id is not None and policy.can_edit(actor, row),
    )


def _undo(slug: str, before: UUID | None) -> str:
    if before is None:
        return url("pictures.remove", slug=slug)
    return url("pictures.restore", slug=slug, picture_id=before)


@blp.post("/people/<slug>/picture/remove")
def remove(slug: str) -> ResponseReturnValue:
    """Show somebody by their initials again."""
    row = queries.get_person_by_slug(current_actor(), slug)
    actions.remove_picture(current_actor(), row.id)
    proper = slugs.slug(row.id, row.name)
    # Without a picture there was nothing to take away, and nothing is to be undone.
    undo = _undo(proper, row.picture_id) if row.picture_id else None
    return pages.done(_("The picture is gone."), to=person_url(proper), undo=undo)


@blp.post("/people/<slug>/picture/<uuid:picture_id>/restore")
def restore(slug: str, picture_id: UUID) -> ResponseReturnValue:
    """Show an earlier picture again."""
    row = queries.get_person_by_slug(current_actor(), slug)
    actions.restore_picture(current_actor(), row.id, picture_id)
    to = person_url(slugs.slug(row.id, row.name))
    return pages.done(_("The picture is back."), to=to)
