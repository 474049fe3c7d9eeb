"""What a file says that somebody does and did, beside the positions they have here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from community.core import db
from community.core.text import fold
from community.exchange.formats.record import Job, PersonRecord

POSITION_PARTS = ("positions", "titled", "ended")


@dataclass(frozen=True, slots=True)
class Held:
    """A position somebody has, or (`ended`) had."""

    id: UUID
    organisation: str
    title: str
    ended: bool = False


def planned(job: Job) -> dict[str, Any]:
    """A position to be added."""
    return {
        "id": str(db.new_id()),
        "organisation": job.organisation,
        "title": job.title,
        "from_on": job.from_on.isoformat() if job.from_on else None,
        "to_on": job.to_on.isoformat() if job.to_on else None,
    }


def new_positions(
    record: PersonRecord, held: Sequence[Held], today: date, *, is_imported: bool
) -> dict[str, Any]:
    """The positions of the file beside those here.

    One that lacks its title gets it. Where the same source's earlier import wrote the only
    position somebody holds (`is_imported`), they have moved on: it ends, and stays in their history.
    """
    parts: dict[str, Any] = {part: [] for part in POSITION_PARTS}
    jobs = record.positions
    now = next((job for job in jobs if job.to_on is None), None)
    if now is not None:
        _lead(parts, now, held, today, is_imported=is_imported)
    there = {(fold(each.organisation), fold(each.title)) for each in held}
    there |= {_sign(each["organisation"], each["title"]) for each in parts["positions"]}
    for job in jobs:
        if job is not now and _sign(job.organisation, job.title) not in there:
            parts["positions"].append(planned(job))
    return parts


def _lead(
    parts: dict[str, Any], now: Job, held: Sequence[Held], today: date, *, is_imported: bool
) -> None:
    """What they do now, as the file tells."""
    open_ = [each for each in held if not each.ended]
    wanted = _sign(now.organisation, now.title)
    at = [each for each in open_ if fold(each.organisation) == wanted[0]]
    if any(fold(each.title) == wanted[1] for each in at) or (at and not wanted[1]):
        return
    if wanted in {_sign(each.organisation, each.title) for each in held}:
        # What ended here is not begun anew by an older file.
        return
    untitled = next((each for each in at if not each.title), None)
    if untitled and now.organisation:
        parts["titled"] = [{"id": str(untitled.id), "title": now.title}]
        return
    parts["positions"] = [planned(now)]
    if len(open_) == 1 and is_imported:
        parts["ended"] = [{"id": str(open_[0].id), "to_on": today.isoformat()}]


def _sign(organisation: str, title: str) -> tuple[str, str]:
    return fold(organisation), fold(title)


def organisations_of(jobs: Iterable[Job]) -> list[str]:
    """Where somebody works and worked."""
    return list(dict.fromkeys(job.organisation for job in jobs if job.organisation))
