"""Requests of the people spoken of, exports, consent; and persons merged into one."""

from community.records.models.acts import BULK_ACTS, BulkAct
from community.records.models.merges import UNDO_FOR, Merge
from community.records.models.requests import (
    ANSWERS,
    DUE_IN,
    EXPORT_STATES,
    MOVES,
    OPEN,
    REQUEST_KINDS,
    REQUEST_STATES,
    SCOPES,
    WARNED_BEFORE,
    Consent,
    Export,
    ReleaseQuestion,
    SubjectRequest,
)

__all__ = [
    "ANSWERS",
    "BULK_ACTS",
    "DUE_IN",
    "EXPORT_STATES",
    "MOVES",
    "OPEN",
    "REQUEST_KINDS",
    "REQUEST_STATES",
    "SCOPES",
    "UNDO_FOR",
    "WARNED_BEFORE",
    "BulkAct",
    "Consent",
    "Export",
    "Merge",
    "ReleaseQuestion",
    "SubjectRequest",
]
