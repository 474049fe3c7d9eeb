"""What stands in timelines: one kind a feature, which later features add to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.support import LazyProxy
from sqlalchemy import ColumnElement, or_

from community.core.i18n import gettext as _
from community.core.i18n import lazy
from community.core.paging import Column, Rows
from community.core.text import shorten
from community.identity.models import Actor
from community.ledger import queries as ledger
from community.ledger.models import GiveState
from community.ledger.queries import SeenGive
from community.people import queries as people
from community.people.models import Fact, Moment, Note

_SHOWN = 400


@dataclass(frozen=True)
class TimelineItem:
    """One thing that happened. `thing` is the feature's own row, for a page to link and badge.

    `day` is there for what has a day and no time: `at` is then its beginning where the reader is.
    """

    kind: str
    id: UUID
    at: datetime
    title: str
    text: str
    by_id: UUID
    audience: str
    thing: Any
    by_name: str
    source: str
    since: datetime
    day: date | None = None
    is_disputed: bool = False

    @property
    def shown_at(self) -> date | datetime:
        """When it happened, as exactly as it is known."""
        return self.day or self.at

    @property
    def has_time(self) -> bool:
        """Whether more than the day is known."""
        return self.day is None


@dataclass(frozen=True)
class TimelineKind:
    """A kind of thing in timelines.

    `rows` are those the actor may read, `about` and `by` narrow them to a person and to a member
    by any of their ids, `moment` and `id` are what they are ordered by, newest first. `is_day`
    says that the moment is a date. `template` draws one item of a page.
    """

    code: str
    label: LazyProxy
    icon: str
    rows: Callable[[Actor], Rows]
    about: Callable[[Sequence[UUID]], ColumnElement[bool]]
    by: Callable[[Sequence[UUID]], ColumnElement[bool]]
    moment: Column
    id: Column
    item: Callable[[Actor, Any], TimelineItem]
    template: str
    is_day: bool = False


def start_of(day: date, zone: str) -> datetime:
    """When a day begins in a zone; as UTC, for Python calls no two zones equal in an hour that repeats."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def _note(actor: Actor, row: Any) -> TimelineItem:
    mine = actor.is_me(row.author_id)
    return TimelineItem(
        "note",
        row.id,
        row.happened_at,
        _("Your note") if mine else _("Note from %(name)s", name=row.author_name),
        shorten(row.body, _SHOWN),
        row.author_id,
        row.audience,
        row,
        by_name=row.author_name,
        source=row.source,
        since=row.created_at,
        is_disputed=row.is_disputed,
    )


def _fact(actor: Actor, row: Any) -> TimelineItem:
    mine = actor.is_me(row.author_id)
    return TimelineItem(
        "fact",
        row.id,
        row.created_at,
        _("You stated a fact") if mine else _("Fact from %(name)s", name=row.author_name),
        row.text,
        row.author_id,
        row.audience,
        row,
        by_name=row.author_name,
        source=row.source,
        since=row.created_at,
        is_disputed=row.is_disputed,
    )


def _moment(actor: Actor, row: Any) -> TimelineItem:
    return TimelineItem(
        row.kind,
        row.id,
        start_of(row.happened_on, actor.zone),
        row.title,
        "",
        row.author_id,
        row.audience,
        row,
        by_name=row.author_name,
        source=row.source,
        since=row.created_at,
        day=row.happened_on,
    )


def _give(actor: Actor, row: Any) -> TimelineItem:
    give = ledger.seen_row(actor, row)
    return TimelineItem(
        "give",
        give.id,
        start_of(give.happened_on, actor.zone),
        give_title(give),
        shorten(give.story, _SHOWN),
        give.created_by_id,
        give.audience,
        give,
        by_name=give.author_name,
        source=give.source,
        since=give.created_at,
        day=give.happened_on,
        is_disputed=give.state == "disputed",
    )


def give_title(give: SeenGive) -> str:
    """Who helped whom, in the reader's words."""
    if give.i_gave:
        return _("You helped %(name)s", name=give.receiver_name)
    if give.i_received:
        return _("%(name)s helped you", name=give.giver_name)
    return _("%(giver)s helped %(receiver)s", giver=give.giver_name, receiver=give.receiver_name)


def _either_side(person_ids: Sequence[UUID]) -> ColumnElement[bool]:
    return or_(GiveState.giver_id.in_(person_ids), GiveState.receiver_id.in_(person_ids))


NOTES = TimelineKind(
    "note",
    lazy("Notes"),
    "note",
    people.note_rows,
    about=Note.person_id.in_,
    by=Note.author_id.in_,
    moment=Note.happened_at,
    id=Note.id,
    item=_note,
    template="home/timeline/_note.html",
)
FACTS = TimelineKind(
    "fact",
    lazy("Facts"),
    "eye",
    people.fact_rows,
    about=Fact.person_id.in_,
    by=Fact.author_id.in_,
    moment=Fact.created_at,
    id=Fact.id,
    item=_fact,
    template="home/timeline/_fact.html",
)
GIVES = TimelineKind(
    "give",
    lazy("Help"),
    "give",
    ledger.standing_rows,
    about=_either_side,
    by=_either_side,
    moment=GiveState.happened_on,
    id=GiveState.give_id,
    item=_give,
    template="home/timeline/_give.html",
    is_day=True,
)
ACHIEVEMENTS = TimelineKind(
    "achievement",
    lazy("Achievements"),
    "sun",
    people.achievement_rows,
    about=Moment.person_id.in_,
    by=Moment.author_id.in_,
    moment=Moment.happened_on,
    id=Moment.id,
    item=_moment,
    template="home/timeline/_moment.html",
    is_day=True,
)
HARD_TIMES = TimelineKind(
    "hard_time",
    lazy("Hard times"),
    "info",
    people.hard_time_rows,
    about=Moment.person_id.in_,
    by=Moment.author_id.in_,
    moment=Moment.happened_on,
    id=Moment.id,
    item=_moment,
    template="home/timeline/_moment.html",
    is_day=True,
)
KINDS: tuple[TimelineKind, ...] = (NOTES, FACTS, GIVES, ACHIEVEMENTS, HARD_TIMES)
