"""What is known about people: one file a noun."""

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

__all__ = [
    "BASES",
    "LEAP_YEAR",
    "SOURCES",
    "ExternalId",
    "Note",
    "Organisation",
    "Person",
    "PersonChange",
    "PersonEmail",
    "PersonLink",
    "PersonPhone",
    "Position",
    "is_day",
]
