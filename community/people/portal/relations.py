"""The pages of relations: writing one, changing it, and the team's own words for it."""

from typing import Any
from uuid import UUID

from flask import Response, g
from flask.typing import ResponseReturnValue

from community.core import slugs
from community.core.i18n import gettext as _
from community.people import actions, policy, queries
from community.people.formats.relations import known_kinds
from community.people.portal.choices import audience_choices, person_meant
from community.people.queries import SeenRelation
from community.people.schemas.relations import RelationEdit, RelationForm, RelationKindIn
from community.web import pages
from community.web.session import current_actor
from community.web.templating import url

blp = pages.blueprint("relations", feature="people")


@blp.before_request
def _in_people() -> None:
    g.page = "people"


@blp.route("/people/<slug>/relations", methods=["GET", "POST"])
def add(slug: str) -> ResponseReturnValue:
    """Write what somebody is to a person."""
    actor = current_actor()
    row = queries.get_person_by_slug(actor, slug)
    form = pages.Form(RelationForm())
    if form.valid():
        with form.attempt():
            actions.check_may_relate(actor)
            other_id = person_meant(actor, form.data.pop("who"), "who")
            made = actions.add_relation(actor, row.id, other_id=other_id, **form.data)
            undo = url("relations.remove", relation_id=made.id)
            return pages.done(_("Noted."), to=_person(row.id, row.name), undo=undo)
    return _page(form, None, {"id": row.id, "name": row.call_name or row.name, "full": row.name})


@blp.route("/relations/<uuid:relation_id>/edit", methods=["GET", "POST"])
def edit(relation_id: UUID) -> ResponseReturnValue:
    """Change one's own relation."""
    actor = current_actor()
    seen = queries.get_relation_row(actor, relation_id)
    names = ("kind", "word", "from_on", "to_on", "version")
    values = {
        **{name: getattr(seen, name) for name in names},
        "visibility": seen.audience,
        "visibility_people": seen.audience_people,
        "visibility_circle": seen.circle_id,
    }
    form = pages.Form(RelationEdit(), values)
    if form.valid():
        with form.attempt():
            actions.edit_relation(actor, relation_id, **form.data)
            return pages.done(_("Saved."), to=_person(seen.person_id, seen.person_name))
    person = {"id": seen.person_id, "name": seen.person_name, "full": seen.person_name}
    return _page(form, seen, person)


def _page(form: pages.Form, seen: SeenRelation | None, person: dict[str, Any]) -> Response:
    actor = current_actor()
    default = actor.default_audience
    own = queries.find_relation_kinds(actor)
    kept = [
        kind for kind in own if kind.archived_at is None or (seen and seen.kind == str(kind.id))
    ]
    return pages.show(
        "people/relation.html",
        form=form,
        relation=seen,
        person=person,
        href=_person(person["id"], person["full"]),
        kinds=[
            *((code, name) for code, name, _back, _name in known_kinds()),
            *((str(kind.id), kind.name) for kind in kept),
        ],
        names=queries.name_options(actor),
        may_change=policy.can_relate(actor)
        if seen is None
        else policy.can_change_relation(actor, seen),
        may_define=policy.can_define(actor),
        **audience_choices(seen, default if default in ("private", "team") else "private"),
    )


@blp.route("/relations/<uuid:relation_id>/remove", methods=["POST"])
def remove(relation_id: UUID) -> ResponseReturnValue:
    """Remove one's own relation."""
    seen = queries.get_relation_row(current_actor(), relation_id)
    actions.remove_relation(current_actor(), relation_id)
    undo = url("relations.restore", relation_id=relation_id)
    to = _person(seen.person_id, seen.person_name)
    return pages.done(_("The relation is removed."), to=to, undo=undo)


@blp.route("/relations/<uuid:relation_id>/restore", methods=["POST"])
def restore(relation_id: UUID) -> ResponseReturnValue:
    """Undo the removal of one's own relation."""
    actions.restore_relation(current_actor(), relation_id)
    seen = queries.get_relation_row(current_actor(), relation_id)
    return pages.done(_("The relation is back."), to=_person(seen.person_id, seen.person_name))


@blp.route("/admin/relations", methods=["GET", "POST"])
def kinds() -> ResponseReturnValue:
    """The team's own words for what people are to each other."""
    actor = current_actor()
    form = pages.Form(RelationKindIn())
    if form.valid():
        with form.attempt():
            made = actions.define_relation_kind(actor, **form.data)
            return pages.done(_("%(name)s is added.", name=made.name), to=url("relations.kinds"))
    own = queries.find_relation_kinds(actor)
    names = {kind.id: kind.name for kind in own}
    return pages.show(
        "people/relation_kinds.html",
        form=form,
        own=[(kind, names[kind.reverse_id]) for kind in own],
        fixed=known_kinds(),
        may_define=policy.can_define(actor),
    )


@blp.route("/admin/relations/<uuid:kind_id>/archive", methods=["POST"])
def archive_kind(kind_id: UUID) -> ResponseReturnValue:
    """Take a kind out of use, with its reverse."""
    kind = actions.edit_relation_kind(current_actor(), kind_id, archived=True)
    undo = url("relations.unarchive_kind", kind_id=kind_id)
    text = _("%(name)s is not in use any more.", name=kind.name)
    return pages.done(text, to=url("relations.kinds"), undo=undo)


@blp.route("/admin/relations/<uuid:kind_id>/unarchive", methods=["POST"])
def unarchive_kind(kind_id: UUID) -> ResponseReturnValue:
    """Put a kind into use again."""
    kind = actions.edit_relation_kind(current_actor(), kind_id, archived=False)
    text = _("%(name)s is in use again.", name=kind.name)
    return pages.done(text, to=url("relations.kinds"))


def _person(person_id: UUID, name: str) -> str:
    return "/".join((url("people.list"), slugs.slug(person_id, name)))
