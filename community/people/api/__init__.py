"""The JSON resources of people and notes."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Response

from community.core import db
from community.identity.models import Actor
from community.people import actions, queries, schemas
from community.people.schemas.filters import PeopleArgs, list_filter
from community.web import endpoints, session
from community.web.session import current_actor

blp = endpoints.blueprint("people", description="People inside and outside the team, and notes.")


@blp.route("/people", methods=["GET"])
@blp.arguments(PeopleArgs, location="query")
@blp.response(200, schemas.PersonList)
def list_people(args: dict[str, Any]) -> Response:
    """People one may see, by name (or the best match first with `q`)."""
    request = endpoints.page_request(args)
    actor = current_actor()
    page = queries.find_people(actor, list_filter(args), request)
    return endpoints.fast_list(page, partial(schemas.dump_person, actor))


@blp.route("/people", methods=["POST"])
@blp.arguments(schemas.PersonIn)
@blp.response(201, schemas.PersonWritten)
def create_person(data: dict[str, Any]) -> Response:
    """Add a person; the answer also names who may be the same."""
    written = actions.create_person(current_actor(), source_kind="api", **data)
    return _written(written, status=201)


@blp.route("/people/bulk", methods=["POST"])
@blp.arguments(schemas.BulkIn)
@blp.response(200, schemas.BulkOut)
def upsert_people(data: dict[str, Any]) -> Response:
    """Add or bring up to date up to 500 people by their external ids; all or none."""
    done = actions.upsert_people(current_actor(), data["items"])
    outcomes = [
        {"id": person.id, "external_id": item["external_id"], "outcome": outcome}
        for (person, outcome), item in zip(done, data["items"], strict=True)
    ]
    return endpoints.answered({"items": outcomes})


@blp.route("/people/<uuid:person_id>", methods=["GET"])
@blp.response(200, schemas.PersonOut)
def get_person(person_id: UUID) -> Response:
    """One person; a merged id answers the person it became."""
    actor = current_actor()
    row = queries.get_person_row(actor, person_id)
    session.after_response(partial(actions.note_opening, actor, row.id))
    return endpoints.versioned(schemas.dump_person(actor, row), row.version)


@blp.route("/people/<uuid:person_id>", methods=["PATCH"])
@blp.arguments(schemas.PersonPatch)
@blp.response(200, schemas.PersonWritten)
@endpoints.needs_version
def edit_person(data: dict[str, Any], person_id: UUID) -> Response:
    """Change the given fields; only the author changes `visibility`."""
    version = endpoints.required_version()
    return _written(actions.edit_person(current_actor(), person_id, version=version, **data))


@blp.route("/people/<uuid:person_id>", methods=["DELETE"])
@blp.response(204)
@endpoints.needs_version
def delete_person(person_id: UUID) -> Response:
    """Delete somebody entered by mistake; can be undone for 30 days."""
    actions.delete_person(current_actor(), person_id, version=endpoints.required_version())
    return Response(status=204)


@blp.route("/people/<uuid:person_id>/restoration", methods=["POST"])
@blp.response(200, schemas.PersonOut)
def restore_person(person_id: UUID) -> Response:
    """Undo a deletion."""
    person = actions.restore_person(current_actor(), person_id)
    return _person(person.id)


@blp.route("/people/<uuid:person_id>/archiving", methods=["POST"])
@blp.response(200, schemas.PersonOut)
def archive_person(person_id: UUID) -> Response:
    """Take a person out of lists; what was given keeps counting."""
    return _person(actions.archive_person(current_actor(), person_id).id)


@blp.route("/people/<uuid:person_id>/archiving", methods=["DELETE"])
@blp.response(204)
def unarchive_person(person_id: UUID) -> Response:
    """Put a person back into lists."""
    actions.unarchive_person(current_actor(), person_id)
    return Response(status=204)


@blp.route("/people/<uuid:person_id>/notes", methods=["GET"])
@blp.arguments(endpoints.PageArgs, location="query")
@blp.response(200, schemas.NoteList)
def list_notes(args: dict[str, Any], person_id: UUID) -> Response:
    """What one may read about a person, newest happening first."""
    actor = current_actor()
    person = queries.get_person(actor, person_id)
    page = queries.find_notes(actor, person.id, endpoints.page_request(args))
    session.after_response(partial(actions.note_opening, actor, person.id))
    return endpoints.fast_list(page, partial(schemas.dump_note, actor))


@blp.route("/people/<uuid:person_id>/notes", methods=["POST"])
@blp.arguments(schemas.NoteIn)
@blp.response(201, schemas.NoteOut)
def add_note(data: dict[str, Any], person_id: UUID) -> Response:
    """Write a note; its audience is the author's default unless given."""
    actor = current_actor()
    note = actions.add_note(actor, person_id, **data)
    row = queries.get_note_row(actor, note.id)
    body = schemas.dump_note(actor, row)
    return endpoints.created(body, f"/notes/{row.id}", version=row.version)


@blp.route("/notes/<uuid:note_id>", methods=["GET"])
@blp.response(200, schemas.NoteOut)
def get_note(note_id: UUID) -> Response:
    """One note; a disputed one is read by its author and whom it is about alone."""
    actor = current_actor()
    row = queries.get_note_row(actor, note_id)
    _opened(actor, row)
    return endpoints.versioned(schemas.dump_note(actor, row), row.version)


@blp.route("/notes/<uuid:note_id>", methods=["PATCH"])
@blp.arguments(schemas.NotePatch)
@blp.response(200, schemas.NoteOut)
@endpoints.needs_version
def edit_note(data: dict[str, Any], note_id: UUID) -> Response:
    """Change one's own note."""
    actions.edit_note(current_actor(), note_id, version=endpoints.required_version(), **data)
    return _note(note_id)


@blp.route("/notes/<uuid:note_id>", methods=["DELETE"])
@blp.response(204)
@endpoints.needs_version
def delete_note(note_id: UUID) -> Response:
    """Delete one's own note; can be undone."""
    actions.delete_note(current_actor(), note_id, version=endpoints.required_version())
    return Response(status=204)


@blp.route("/notes/<uuid:note_id>/restoration", methods=["POST"])
@blp.response(200, schemas.NoteOut)
def restore_note(note_id: UUID) -> Response:
    """Undo the deletion of one's own note."""
    actions.restore_note(current_actor(), note_id)
    return _note(note_id)


def _opened(actor: Actor, note: Any) -> None:
    """The member a note is about is shown who read it; what is one's own is not opened."""
    if not actor.is_me(note.author_id):
        session.after_response(partial(actions.note_opening, actor, note.person_id))


def _person(person_id: UUID) -> Response:
    actor = current_actor()
    row = queries.get_person_row(actor, person_id)
    return endpoints.versioned(schemas.dump_person(actor, row), row.version)


def _written(written: actions.Written, status: int = 200) -> Response:
    db.flush()
    actor = current_actor()
    row = queries.get_person_row(actor, written.person.id)
    body = {**schemas.dump_person(actor, row), "duplicates": written.duplicates}
    if status == 201:
        return endpoints.created(body, f"/people/{row.id}", version=row.version)
    return endpoints.versioned(body, row.version)


def _note(note_id: UUID) -> Response:
    actor = current_actor()
    row = queries.get_note_row(actor, note_id)
    return endpoints.versioned(schemas.dump_note(actor, row), row.version)
