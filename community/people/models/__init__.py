"""What is known about people: one file a noun."""

from community.people.models.custom import FIELD_KINDS, CustomField, CustomValue
from community.people.models.distinctions import Distinction
from community.people.models.facts import CERTAINTIES, KINDS, ORIGINS, WISHES, Fact
from community.people.models.handovers import Handover
from community.people.models.moments import (
    ACHIEVEMENT,
    ENDS,
    HARD_TIME,
    IMPORTED,
    MOMENTS,
    OPEN,
    STATES,
    Moment,
)
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
from community.people.models.profiles import PARTS, ProfilePart
from community.people.models.relations import REVERSE, Relation, RelationKind
from community.people.models.views import SavedView

__all__ = [
    "ACHIEVEMENT",
    "BASES",
    "CERTAINTIES",
    "ENDS",
    "FIELD_KINDS",
    "HARD_TIME",
    "IMPORTED",
    "KINDS",
    "LEAP_YEAR",
    "MOMENTS",
    "OPEN",
    "ORIGINS",
    "PARTS",
    "REVERSE",
    "SOURCES",
    "STATES",
    "WISHES",
    "CustomField",
    "CustomValue",
    "Distinction",
    "ExternalId",
    "Fact",
    "Handover",
    "Moment",
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
    "ProfilePart",
    "PromptDismissal",
    "Relation",
    "RelationKind",
    "SavedView",
    "is_day",
]
