"""What a list of people can be narrowed to, and the conditions that say so."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import aliased

from community.identity.models import Actor, CircleMember
from community.identity.policy import in_team
from community.people.models import ExternalId, Person, PersonEmail
from community.people.queries.custom import holds_choice
from community.people.queries.finding import search_places, search_stand_in

SORTS = ("name", "updated", "-updated")
_SOME_CIRCLE = UUID("01900000-0000-7000-8000-00000000c19c")


@dataclass(frozen=True)
class Filter:
    """What a list of people is narrowed to. `sort` is one of SORTS, or empty: best match, else name."""

    q: str = ""
    tag: str | None = None
    circle: UUID | None = None
    archived: bool | None = False
    is_member: bool | None = None
    external_id: str | None = None
    source: str | None = None
    email: str | None = None
    updated_since: datetime | None = None
    field: str | None = None
    sort: str = ""

    @property
    def places(self) -> dict[str, Any]:
        """The values that a statement built for this filter has places for."""
        named = ("tag", "circle", "external_id", "source", "email", "updated_since")
        values = {name: value for name in named if (value := getattr(self, name))}
        if values.get("tag"):
            values["tag"] = (self.tag,)
        if self.field:
            values["field_key"], values["field_value"] = self.choice
        return {**values, **search_places(self.q)} if self.q else values

    @property
    def choice(self) -> tuple[str, str]:
        """The key of a field of choices, and which of them: `size:Small`."""
        key, _colon, value = (self.field or "").partition(":")
        return key, value

    @property
    def shape(self) -> "Filter":
        """The same filter with stand-ins for its values."""
        texts = ("tag", "external_id", "source", "email")
        stand_ins: dict[str, Any] = {n: f"\ue000{n}" for n in texts if getattr(self, n)}
        if self.q:
            stand_ins["q"] = search_stand_in(self.q)
        if self.updated_since:
            stand_ins["updated_since"] = datetime(1901, 2, 3, 4, 5, 6, 8, UTC)
        if self.circle:
            stand_ins["circle"] = _SOME_CIRCLE
        if self.field:
            stand_ins["field"] = "\ue000field:\ue000choice"
        names = ("tag", "circle", "external_id", "source", "email", "updated_since", "field")
        empty = dict.fromkeys(names)
        return replace(self, **{**empty, **stand_ins})


def conditions(actor: Actor, wanted: Filter) -> list[ColumnElement[bool]]:
    """The filter as conditions on persons."""
    found: list[ColumnElement[bool]] = []
    if wanted.archived is not None:
        archived = Person.archived_at.is_not(None)
        found.append(archived if wanted.archived else ~archived)
    if wanted.is_member is not None:
        member = in_team(Person)
        found.append(member if wanted.is_member else ~member)
    if wanted.tag:
        found.append(Person.tags.contains([wanted.tag]))
    if wanted.circle:
        found.append(_in_circle(actor, wanted.circle))
    if wanted.updated_since:
        found.append(Person.updated_at >= wanted.updated_since)
    if wanted.email:
        found.append(has_email([wanted.email]))
    if wanted.field:
        found.append(holds_choice(*wanted.choice))
    if wanted.external_id or wanted.source:
        found.append(_has_external_id(actor, wanted))
    return found


def _in_circle(actor: Actor, circle_id: UUID) -> ColumnElement[bool]:
    """Members who are in a circle; a guest knows of those they are in themselves."""
    seat = exists().where(
        CircleMember.team_id == Person.team_id,
        CircleMember.member_id == Person.membership_id,
        CircleMember.circle_id == circle_id,
    )
    if not actor.is_guest:
        return seat
    own, me = aliased(CircleMember), aliased(Person)
    return seat.where(
        exists().where(
            own.team_id == Person.team_id,
            own.circle_id == circle_id,
            me.team_id == own.team_id,
            me.membership_id == own.member_id,
            me.id.in_(actor.person_ids),
        )
    )


def has_email(addresses: Sequence[str]) -> ColumnElement[bool]:
    """Whether a person has one of these addresses."""
    return exists().where(
        PersonEmail.team_id == Person.team_id,
        PersonEmail.person_id == Person.id,
        PersonEmail.value.in_(addresses),
    )


def _has_external_id(actor: Actor, wanted: Filter) -> ColumnElement[bool]:
    found = exists().where(
        ExternalId.team_id == Person.team_id,
        ExternalId.person_id == Person.id,
        ExternalId.importer_id.in_(actor.person_ids),
    )
    if wanted.external_id:
        found = found.where(ExternalId.external_id == wanted.external_id)
    if wanted.source:
        found = found.where(ExternalId.source == wanted.source)
    return found
