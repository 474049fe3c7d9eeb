"""What is known about people: one file a noun."""

from community.people.models.distinctions import Distinction
from community.people.models.notes import Note
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
from community.people.models.views import SavedView

__all__ = [
    "BASES",
    "LEAP_YEAR",
    "SOURCES",
    "Distinction",
    "ExternalId",
    "Note",
    "Person",
    "PersonChange",
    "PersonEmail",
    "PersonLink",
    "PersonPhone",
    "Position",
    "SavedView",
    "is_day",
]
