"""Whom rows of the past name, and which of them are here already."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from community.core import db
from community.core.text import fold
from community.exchange.matching import names
from community.exchange.matching.joining import Key
from community.exchange.models import ImportBatch, ImportRow
from community.exchange.queries.here import among, find_here
from community.identity.models import Actor
from community.ledger.models import Give, GiveState, GiveWords
from community.people.models import Note, Person
from community.people.policy import listed

_GONE = ("retracted", "corrected")


def find_past_rows(batch: ImportBatch, *outcomes: str) -> Sequence[ImportRow]:
    """The batch's rows with one of these outcomes, in the order of the file."""
    statement = (
        select(ImportRow)
        .where(ImportRow.team_id == batch.team_id, ImportRow.batch_id == batch.id)
        .where(ImportRow.outcome.in_(outcomes))
        .order_by(ImportRow.line, ImportRow.seq)
    )
    return db.session().scalars(statement).all()


def find_named_people(
    actor: Actor, source: str, rows: Sequence[ImportRow]
) -> dict[int, list[UUID]]:
    """By line: who here it may be, by id, else by mail, else by the very name."""
    keys = [
        Key(
            (row.line, row.seq),
            names.words(row.data["name"]),
            row.data["external_id"] or None,
            tuple(filter(None, (row.data["email"],))),
        )
        for row in rows
    ]
    here = find_here(actor, source, keys)
    called = _by_name(actor, {row.data["name"] for row in rows if row.data["name"]})
    found: dict[int, list[UUID]] = {}
    for row, key in zip(rows, keys, strict=True):
        known = here.by_external_id.get(key.external_id or "")
        holders = [each for mail in key.emails for each in here.by_mail.get(mail, ())]
        if known is not None:
            found[row.line] = [known.id]
        elif key.external_id or key.emails:
            alike = [each.id for each in holders if names.closeness(key.name, each.name)]
            found[row.line] = alike if len(holders) > 1 and alike else [h.id for h in holders]
        else:
            found[row.line] = called.get(fold(row.data["name"]), [])
    return found


def _by_name(actor: Actor, wanted: Collection[str]) -> dict[str, list[UUID]]:
    """By folded name: who is called so. Some are sorted by other words than their name."""
    keys = [fold(name) for name in wanted]
    found: dict[str, list[UUID]] = defaultdict(list)
    statement = select(Person.name, Person.id).where(
        listed(actor), Person.sort_key.in_(keys) | (Person.sort_name != "")
    )
    for name, person_id in db.session().execute(statement):
        found[fold(name)].append(person_id)
    return found


def find_notes_there(actor: Actor, person_ids: Sequence[UUID]) -> set[tuple[UUID, date, str]]:
    """The actor's own notes about these people: about whom, of which day, in which words."""
    about = aliased(Person)
    statement = (
        select(about.canonical_id, Note.happened_at, Note.body)
        .join(about, (about.team_id == Note.team_id) & (about.id == Note.person_id))
        .where(Note.team_id == actor.team_id, Note.author_id.in_(actor.person_ids))
        .where(Note.deleted_at.is_(None), among(about.canonical_id, person_ids))
    )
    return {(row[0], row[1].date(), row[2]) for row in db.session().execute(statement)}


def find_gives_there(actor: Actor) -> Mapping[tuple[str, UUID, date, str, str], UUID]:
    """Help the actor wrote down that still stands: what, with whom, when, which kind, which words."""
    giver, receiver = aliased(Person), aliased(Person)
    statement: Any = (
        select(
            Give.id,
            giver.canonical_id.label("giver"),
            receiver.canonical_id.label("receiver"),
            Give.happened_on,
            Give.kind,
            GiveWords.story,
        )
        .join(GiveState, (GiveState.team_id == Give.team_id) & (GiveState.give_id == Give.id))
        .join(GiveWords, (GiveWords.team_id == Give.team_id) & (GiveWords.give_id == Give.id))
        .join(giver, (giver.team_id == Give.team_id) & (giver.id == Give.giver_id))
        .join(receiver, (receiver.team_id == Give.team_id) & (receiver.id == Give.receiver_id))
        .where(Give.team_id == actor.team_id, Give.logged_by_id.in_(actor.person_ids))
        .where(GiveState.state.not_in(_GONE))
    )
    found = {}
    for row in db.session().execute(statement):
        i_gave = actor.is_me(row.giver)
        what, other = ("given", row.receiver) if i_gave else ("received", row.giver)
        found[what, other, row.happened_on, row.kind, row.story] = row.id
    return found
