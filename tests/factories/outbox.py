"""Doing what the outbox owes one team, as the worker would, but now."""

import re
from uuid import UUID

from flask import Flask
from sqlalchemy import select, update

from community.core import db, mail, outbox
from community.core.outbox import Claim, OutboxRow
from community.identity.models import Actor
from tests.factories.identity import acting


def owed(actor: Actor, job: str) -> list[OutboxRow]:
    """The open rows of a job in the actor's team, oldest first."""
    with acting(actor) as unit:
        statement = (
            select(OutboxRow)
            .where(OutboxRow.team_id == actor.team_id, OutboxRow.job == job)
            .where(OutboxRow.next_at.is_not(None))
            .order_by(OutboxRow.id)
        )
        return list(unit.session.scalars(statement))


def state_of(actor: Actor, row_id: UUID) -> str:
    """What became of a row."""
    with acting(actor) as unit:
        return unit.session.get_one(OutboxRow, (actor.team_id, row_id)).state


def do_owed(app: Flask, actor: Actor, job: str) -> int:
    """Claim and do every open row of a job, its hold included. Returns how many."""
    rows = owed(actor, job)
    for row in rows:
        claim = Claim(actor.team_id, row.id, row.attempt + 1, row.job, row.args)
        with acting(actor):
            db.session().execute(
                update(OutboxRow)
                .where(OutboxRow.team_id == actor.team_id, OutboxRow.id == row.id)
                .values(attempt=claim.attempt)
            )
        with app.app_context():
            outbox.handler(job)(claim)
    return len(rows)


def link_of(letter: mail.Mail) -> str:
    """The path of the link in a mail."""
    found = re.search(r"http://localhost:8000(/i/\S+)", letter.text)
    assert found
    return found[1]
