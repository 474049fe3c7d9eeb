"""What is known about people: one file a noun."""

from community.people.models.custom import FIELD_KINDS, CustomField, CustomValue
from community.people.models.distinctions import Distinction
from community.people.models.facts import CERTAINTIES, KINDS, ORIGINS, WISHES, Fact
from community.people.models.notes import Note, NoteVersion
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
from community.people.models.pictures import Picture
from community.people.models.preferences import Preference, PromptDismissal
from community.people.models.relations import REVERSE, Relation, RelationKind
from community.people.models.views import SavedView

__all__ = [
    "BASES",
    "CERTAINTIES",
    "FIELD_KINDS",
    "KINDS",
    "LEAP_YEAR",
    "ORIGINS",
    "REVERSE",
    "SOURCES",
    "WISHES",
    "CustomField",
    "CustomValue",
    "Distinction",
    "ExternalId",
    "Fact",
    "Note",
    "NoteVersion",
    "Organisation",
    "Person",
    "PersonChange",
    "PersonEmail",
    "PersonLink",
    "PersonPhone",
    "Picture",
    "Position",
    "Preference",
    "PromptDismissal",
    "Relation",
    "RelationKind",
    "SavedView",
    "is_day",
]
