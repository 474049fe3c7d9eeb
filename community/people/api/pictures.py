"""The JSON resource of a person's picture."""

from typing import Any
from uuid import UUID

from flask import Response, request

from community.core import db
from community.people import queries, schemas
from community.people.actions import pictures as actions
from community.people.formats.pictures import TYPE, read_upload, take_upload
from community.people.queries.pictures import get_picture_of
from community.people.schemas.pictures import (
    EarlierPicture,
    NothingElse,
    PictureArgs,
    PictureFile,
)
from community.web import endpoints, pages
from community.web.session import current_actor

blp = endpoints.blueprint("pictures", description="Pictures of people.")
_FILE = {"format": "binary", "type": "string"}


@blp.url_value_preprocessor
def _take_large_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    if endpoint == "api_pictures.set_picture":
        request.max_content_length = take_upload(request.content_length)


@blp.route("/people/<uuid:person_id>/picture", methods=["GET"])
@blp.arguments(PictureArgs, location="query")
@blp.response(200, _FILE, content_type=TYPE)
def get_picture(args: dict[str, Any], person_id: UUID) -> Response:
    """The picture, a square JPEG of 512 points a side at most, or (`size=small`) of 128."""
    row = get_picture_of(current_actor(), person_id, small=args["size"] == "small")
    return pages.picture(row.content, TYPE, etag=str(row.version), kept="no-cache")


@blp.route("/people/<uuid:person_id>/picture", methods=["PUT"])
@blp.arguments(PictureFile, location="files")
@blp.arguments(NothingElse, location="form", content_type="multipart/form-data")
@blp.response(200, schemas.PersonOut)
@blp.doc(requestBody={"content": {"multipart/form-data": {"schema": PictureFile}}})
@endpoints.needs_version
def set_picture(files: dict[str, Any], _rest: dict[str, Any], person_id: UUID) -> Response:
    """Show the person with this picture; decoded and made anew, so that nothing hidden in it stays.

    A member's is theirs alone to choose. If-Match names the person's version.
    """
    version = endpoints.required_version()
    content = read_upload(files["file"].stream)
    actions.set_picture(current_actor(), person_id, content, version=version)
    return _person(person_id)


@blp.route("/people/<uuid:person_id>/picture", methods=["DELETE"])
@blp.response(204)
@endpoints.needs_version
def remove_picture(person_id: UUID) -> Response:
    """Show the person by their initials again."""
    actions.remove_picture(current_actor(), person_id, version=endpoints.required_version())
    return Response(status=204)


@blp.route("/people/<uuid:person_id>/picture/restoration", methods=["POST"])
@blp.arguments(EarlierPicture)
@blp.response(200, schemas.PersonOut)
def restore_picture(data: dict[str, Any], person_id: UUID) -> Response:
    """Show an earlier picture again, up to 30 days after it was shown last."""
    actions.restore_picture(current_actor(), person_id, data["picture_id"])
    return _person(person_id)


def _person(person_id: UUID) -> Response:
    db.flush()
    actor = current_actor()
    row = queries.get_person_row(actor, person_id)
    return endpoints.versioned(schemas.dump_person(actor, row), row.version)
