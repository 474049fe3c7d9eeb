"""Relations as programs and forms send and read them."""

from typing import Any

from marshmallow import fields

from community.core.fields import Audience, Choice, Day, Id, Schema, Text, Whole, YesNo
from community.identity.models import Actor
from community.people.formats.relations import known_kinds
from community.people.models import RelationKind
from community.people.queries import SeenRelation
from community.people.schemas import dump_authored
from community.people.schemas.values import LABEL, NAME
from community.web.endpoints import items_schema

_KIND = {"description": "One of `GET /relation_kinds`: a code, or the id of one of the team's own."}


class RelationPatch(Schema):
    """What may be changed of a relation; `word` says what they are where `kind` is `other`."""

    kind = Text(length=LABEL, minimum=1, metadata=_KIND)
    word = Text(length=NAME)
    from_on = Day(data_key="from", allow_none=True)
    to_on = Day(data_key="to", allow_none=True)
    visibility = fields.Nested(Audience)


class RelationIn(RelationPatch):
    """What somebody is to a person."""

    kind = Text(length=LABEL, minimum=1, required=True, metadata=_KIND)
    other_id = Id(required=True)


class RelationForm(Schema):
    """A relation as the form sends it: the other one by name."""

    who = Text(length=NAME, minimum=1, required=True)
    kind = Text(length=LABEL, minimum=1, required=True)
    word = Text(length=NAME, load_default="")
    from_on = Day(load_default=None, allow_none=True)
    to_on = Day(load_default=None, allow_none=True)
    visibility = fields.Nested(Audience)


class RelationEdit(RelationForm):
    """The same when it is changed: the two stay who they are."""

    class Meta(Schema.Meta):
        exclude = ("who",)

    version = Whole(load_default=None, allow_none=True)


class RelationOut(Schema):
    """A relation from the side of `person_id`: what `other_id` is to them."""

    id = Id(required=True)
    person_id = Id(required=True)
    other_id = Id(required=True)
    other_name = fields.String(required=True)
    kind = fields.String(required=True)
    name = fields.String(required=True)
    reverse = fields.String(required=True)
    reverse_name = fields.String(required=True)
    word = fields.String(required=True)
    from_on = fields.Date(data_key="from", allow_none=True, required=True)
    to_on = fields.Date(data_key="to", allow_none=True, required=True)
    state = Choice(("current", "past"), required=True)
    visibility = fields.Nested(Audience, required=True)
    created_by_id = Id(required=True)
    created_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)
    version = fields.Integer(required=True)


class RelationKindIn(Schema):
    """A kind of the team's own: what one is to the other, and the other to the one."""

    name = Text(length=LABEL, minimum=1, required=True)
    reverse_name = Text(length=LABEL, load_default="")


class RelationKindPatch(Schema):
    """What may be changed of a kind of the team's own."""

    name = Text(length=LABEL, minimum=1)
    archived = YesNo()


class RelationKindOut(Schema):
    """A kind of relation and its reverse, each by what a relation's `kind` is sent as."""

    kind = fields.String(required=True)
    name = fields.String(required=True)
    reverse = fields.String(required=True)
    reverse_name = fields.String(required=True)
    is_own = fields.Boolean(required=True)
    state = Choice(("active", "archived"), required=True)


RelationList = items_schema(RelationOut, "RelationList")
RelationKindList = items_schema(RelationKindOut, "RelationKindList")


def dump_relation(actor: Actor, seen: SeenRelation) -> dict[str, Any]:
    """A relation as RelationOut, as the actor reads it."""
    plain = ("id", "person_id", "other_id", "other_name", "kind", "name", "reverse")
    return {
        **{name: getattr(seen, name) for name in (*plain, "reverse_name", "word")},
        "from": seen.from_on,
        "to": seen.to_on,
        "state": "current" if seen.to_on is None else "past",
        **dump_authored(actor, seen),
    }


def dump_kinds(own: list[RelationKind]) -> list[dict[str, Any]]:
    """The kinds that are always there, then the team's own, as RelationKindOut."""
    fixed = [
        {
            "kind": code,
            "name": name,
            "reverse": back,
            "reverse_name": back_name,
            "is_own": False,
            "state": "active",
        }
        for code, name, back, back_name in known_kinds()
    ]
    names = {kind.id: kind.name for kind in own}
    return fixed + [dump_kind(kind, names[kind.reverse_id]) for kind in own]


def dump_kind(kind: RelationKind, reverse_name: str) -> dict[str, Any]:
    """One of the team's own as RelationKindOut."""
    return {
        "kind": str(kind.id),
        "name": kind.name,
        "reverse": str(kind.reverse_id),
        "reverse_name": reverse_name,
        "is_own": True,
        "state": "archived" if kind.archived_at else "active",
    }
