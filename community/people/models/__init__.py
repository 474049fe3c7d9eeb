"""What is known about people: one file a noun."""

from community.people.models.facts import CERTAINTIES, KINDS, ORIGINS, WISHES, Fact
from community.people.models.notes import Note, NoteVersion
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
from community.people.models.preferences import Preference, PromptDismissal

__all__ = [
    "BASES",
    "CERTAINTIES",
    "KINDS",
    "LEAP_YEAR",
    "ORIGINS",
    "SOURCES",
    "WISHES",
    "ExternalId",
    "Fact",
    "Note",
    "NoteVersion",
    "Person",
    "PersonChange",
    "PersonEmail",
    "PersonLink",
    "PersonPhone",
    "Position",
    "Preference",
    "PromptDismissal",
    "is_day",
]
