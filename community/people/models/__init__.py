"""What is known about people: one file a noun."""

from community.people.models.custom import FIELD_KINDS, CustomField, CustomValue
from community.people.models.notes import Note
from community.people.models.organisations import Organisation
from community.people.models.persons import (
    BASES,
    LEAP_YEAR,
    SOURCES,
    ExternalId,
    Person,
    PersonChange,
    PersonEmail,
    PersonLink,
    PersonPhone,
    Position,
    is_day,
)
from community.people.models.relations import REVERSE, Relation, RelationKind

__all__ = [
    "BASES",
    "FIELD_KINDS",
    "LEAP_YEAR",
    "REVERSE",
    "SOURCES",
    "CustomField",
    "CustomValue",
    "ExternalId",
    "Note",
    "Organisation",
    "Person",
    "PersonChange",
    "PersonEmail",
    "PersonLink",
    "PersonPhone",
    "Position",
    "Relation",
    "RelationKind",
    "is_day",
]
