"""Kept answers are forgotten after a day."""

from datetime import timedelta

from sqlalchemy import select

from community.core import clock, db, idempotency
from community.core.idempotency import IdempotencyKey
from community.identity.models import Actor
from tests.factories.identity import acting


def test_an_answer_is_kept_for_a_day(owner: Actor, stranger: Actor) -> None:
    for actor in (owner, stranger):
        with acting(actor):
            values = {"request_digest": b"x", "status": 201, "headers": {}}
            db.add(IdempotencyKey(member_id=actor.member_id, key="a-key-of-theirs", **values))
    for later, left in ((timedelta(hours=23), 1), (timedelta(hours=25), 0)):
        with acting(owner) as unit:
            idempotency.prune(clock.now() + later)
            assert len(unit.session.scalars(select(IdempotencyKey)).all()) == left
    with acting(stranger) as unit:
        assert len(unit.session.scalars(select(IdempotencyKey)).all()) == 1
