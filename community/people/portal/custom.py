"""The page of the team's own fields: which there are, in which order."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.typing import ResponseReturnValue

from community.core.errors import FieldError, RuleBroken
from community.core.i18n import gettext as _
from community.core.i18n import lazy
from community.identity.models import Actor
from community.people import actions, policy, queries
from community.people.portal.choices import person_meant
from community.people.schemas.custom import FieldEdit, FieldForm
from community.web import pages
from community.web.session import current_actor
from community.web.templating import url

blp = pages.blueprint("fields", feature="people")

KINDS = {
    "text": lazy("Text"),
    "number": lazy("Number"),
    "date": lazy("Day"),
    "choice": lazy("One of several"),
    "person": lazy("Person"),
}


@blp.route("/admin/fields", methods=["GET", "POST"], endpoint="list")
def list_fields() -> ResponseReturnValue:
    """Which fields there are, and a new one."""
    actor = current_actor()
    form = pages.Form(FieldForm())
    if form.valid():
        with form.attempt():
            made = actions.define_field(actor, **form.data)
            return pages.done(_("%(name)s is added.", name=made.name), to=url("fields.list"))
    return pages.show(
        "people/fields.html",
        form=form,
        fields=queries.find_fields(actor, archived=None),
        kinds=list(KINDS.items()),
        may_define=policy.can_define(actor),
    )


@blp.route("/admin/fields/<uuid:field_id>", methods=["GET", "POST"])
def edit(field_id: UUID) -> ResponseReturnValue:
    """Another name, other choices, another place."""
    actor = current_actor()
    field = queries.get_field(actor, field_id)
    choices = "\n".join(field.choices)
    form = pages.Form(FieldEdit(), {"name": field.name, "choices": choices, "place": field.place})
    if form.valid():
        with form.attempt():
            if field.kind != "choice":
                form.data.pop("choices", None)
            actions.edit_field(actor, field_id, **form.data)
            return pages.done(_("Saved."), to=url("fields.list"))
    return _edit_page(form, field, actor)


def _edit_page(form: pages.Form, field: Any, actor: Actor) -> Response:
    return pages.show(
        "people/field.html",
        form=form,
        field=field,
        kind=KINDS[field.kind],
        may_define=policy.can_define(actor),
    )


@blp.route("/admin/fields/<uuid:field_id>/archive", methods=["POST"])
def archive(field_id: UUID) -> ResponseReturnValue:
    """Take a field out of use; what it holds stays."""
    field = actions.edit_field(current_actor(), field_id, archived=True)
    undo = url("fields.unarchive", field_id=field_id)
    text = _("%(name)s is not in use any more.", name=field.name)
    return pages.done(text, to=url("fields.list"), undo=undo)


@blp.route("/admin/fields/<uuid:field_id>/unarchive", methods=["POST"])
def unarchive(field_id: UUID) -> ResponseReturnValue:
    """Put a field into use again, with what it holds."""
    field = actions.edit_field(current_actor(), field_id, archived=False)
    text = _("%(name)s is in use again.", name=field.name)
    return pages.done(text, to=url("fields.list"))


def custom_controls(actor: Actor, person_id: UUID | None) -> list[Any]:
    """The team's fields for a person's form, each with what it holds now."""
    if person_id is not None:
        return list(queries.find_held(actor, person_id))
    return [
        {"key": f.key, "name": f.name, "kind": f.kind, "choices": f.choices}
        for f in queries.find_fields(actor)
    ]


def shown_values(controls: list[Any]) -> dict[str, str]:
    """What the form shows of them: people by name."""
    return {row.key: row.other_name or row.value for row in controls}


def people_by_id(actor: Actor, data: dict[str, Any], controls: list[Any]) -> None:
    """What a form sent of fields that hold people: their ids in place of their names."""
    values = data.get("fields") or {}
    wrong: list[FieldError] = []
    for row in controls:
        field = row if isinstance(row, dict) else row._mapping
        text = values.get(field["key"])
        if field["kind"] != "person" or not text:
            continue
        if text == field.get("other_name"):
            values[field["key"]] = str(field["other_id"])
            continue
        try:
            values[field["key"]] = str(person_meant(actor, text, f"fields.{field['key']}"))
        except RuleBroken as error:
            wrong += error.errors
    if wrong:
        raise RuleBroken(wrong[0].message, code="who", errors=wrong)
