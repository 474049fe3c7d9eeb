"""What full-text search looks through: one source a kind of thing, which later features add to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from babel.support import LazyProxy

from community.core import marks
from community.core.i18n import gettext as _
from community.core.i18n import lazy
from community.core.paging import Column, Rows
from community.home.queries.timeline_kinds import give_title
from community.identity.models import Actor
from community.ledger import queries as ledger
from community.ledger.models import GiveState
from community.people import queries as people
from community.people.models import Fact, Moment, Note, Organisation, ProfilePart


@dataclass(frozen=True)
class Match:
    """A thing with some of the words in it, as an excerpt; `person_id` is whom it is about."""

    kind: str
    id: UUID
    title: str
    text: str
    person_id: UUID | None
    person_name: str
    happened_at: datetime


@dataclass(frozen=True)
class Source:
    """A kind of things that have words.

    `function` is the database's, which says where the words are; `rows` are the things the actor
    may read, `id` the column it is matched by, and `read` makes a match of a row.
    """

    code: str
    label: LazyProxy
    function: str
    rows: Callable[[Actor], Rows]
    id: Column
    read: Callable[[Actor, Any, str], Match]
    is_about_one: bool = True


def _note(actor: Actor, row: Any, words: str) -> Match:
    mine = actor.is_me(row.author_id)
    about = {"person": row.person_name, "name": row.author_name}
    title = _("Your note about %(person)s", **about) if mine else _note_of_other(about)
    text = marks.excerpt(row.body, words)
    return Match("note", row.id, title, text, row.person_id, row.person_name, row.happened_at)


def _note_of_other(about: dict[str, str]) -> str:
    return _("Note about %(person)s from %(name)s", **about)


def _fact(actor: Actor, row: Any, words: str) -> Match:
    about = {"person": row.person_name, "name": row.author_name}
    title = _("Your fact about %(person)s", **about)
    if not actor.is_me(row.author_id):
        title = _("Fact about %(person)s from %(name)s", **about)
    text = marks.excerpt(row.text, words)
    return Match("fact", row.id, title, text, row.person_id, row.person_name, row.created_at)


def _own_words(actor: Actor, row: Any, words: str) -> Match:
    name = row.person_name
    title = _("%(name)s of themself", name=name)
    if actor.is_me(row.person_id):
        title = _("You of yourself")
    text = marks.excerpt(row.text, words)
    return Match("profile", row.id, title, text, row.person_id, name, row.updated_at)


def _organisation(_actor: Actor, row: Any, words: str) -> Match:
    text = marks.excerpt(" — ".join(part for part in (row.web, row.about) if part), words)
    return Match("organisation", row.id, row.name, text, None, "", row.created_at)


def _give(actor: Actor, row: Any, words: str) -> Match:
    give = ledger.seen_row(actor, row)
    at = datetime.combine(give.happened_on, time(), UTC)
    person_id, name = give.receiver_id, give.receiver_name
    if give.i_received:
        person_id, name = give.giver_id, give.giver_name
    text = marks.excerpt(" — ".join(part for part in (give.story, give.thanks) if part), words)
    return Match("give", give.id, give_title(give), text, person_id, name, at)


def _achievement(actor: Actor, row: Any, words: str) -> Match:
    about = {"person": row.person_name, "name": row.author_name}
    title = _("Achievement of %(person)s, noted by you", **about)
    if not actor.is_me(row.author_id):
        title = _("Achievement of %(person)s, noted by %(name)s", **about)
    at = datetime.combine(row.happened_on, time(), UTC)
    text = marks.excerpt(row.title, words)
    return Match("achievement", row.id, title, text, row.person_id, row.person_name, at)


NOTES = Source("note", lazy("Notes"), "seek_notes", people.note_rows, Note.id, _note)
FACTS = Source("fact", lazy("Facts"), "seek_facts", people.fact_rows, Fact.id, _fact)
OWN_WORDS = Source(
    "profile",
    lazy("In their own words"),
    "seek_profiles",
    people.profile_rows,
    ProfilePart.id,
    _own_words,
)
GIVES = Source(
    "give",
    lazy("Help"),
    "seek_gives",
    ledger.standing_rows,
    GiveState.give_id,
    _give,
    is_about_one=False,
)
ACHIEVEMENTS = Source(
    "achievement",
    lazy("Achievements"),
    "seek_achievements",
    people.achievement_rows,
    Moment.id,
    _achievement,
)
ORGANISATIONS = Source(
    "organisation",
    lazy("Organisations"),
    "seek_organisations",
    people.organisation_rows,
    Organisation.id,
    _organisation,
    is_about_one=False,
)
SOURCES: tuple[Source, ...] = (ORGANISATIONS, NOTES, FACTS, OWN_WORDS, GIVES, ACHIEVEMENTS)
"""In the order in which they are shown. `is_about_one` says that a match speaks of its person."""
BY_CODE = {source.code: source for source in SOURCES}
