"""Rows that wait to be written together."""

import pytest
from sqlalchemy import func, select

from community.core import clock, db, outbox
from community.core.outbox import OutboxRow
from community.identity.models import Actor
from community.journal import actions as journal
from community.journal.models import JournalEntry
from tests.conftest import counting
from tests.factories.identity import acting


def _owe(key: str, *, once: bool = False) -> None:
    outbox.put("tests.nothing", {"text": "ä “x” 100% \\ \n"}, queue_name="mail", key=key, once=once)


def _owed(actor: Actor) -> list[str | None]:
    with acting(actor) as unit:
        rows = unit.session.scalars(
            select(OutboxRow).where(OutboxRow.team_id == actor.team_id).order_by(OutboxRow.id)
        ).all()
        assert all(row.args["text"] == "ä “x” 100% \\ \n" for row in rows)
        return [row.key for row in rows]


def test_rows_of_several_tables_go_in_one_statement_in_their_order(owner: Actor) -> None:
    with counting() as sent, acting(owner):
        for number in range(3):
            _owe(f"k{number}")
            journal.record(owner, "edit", "person", owner.person_id, fields=["b", "a"])
    assert len(sent) == 2
    assert _owed(owner) == ["k0", "k1", "k2"]
    with acting(owner) as unit:
        entries = unit.session.scalars(
            select(JournalEntry).where(JournalEntry.verb == "edit").order_by(JournalEntry.id)
        ).all()
    assert [entry.fields for entry in entries] == [["a", "b"]] * 3
    assert all(entry.actor_id == owner.person_id for entry in entries)


def test_a_row_that_is_there_already_may_stay_where_that_was_said(owner: Actor) -> None:
    with acting(owner):
        _owe("one", once=True)
    with acting(owner):
        _owe("one", once=True)
        _owe("two", once=True)
    assert _owed(owner) == ["one", "two"]
    with pytest.raises(Exception, match="uq_outbox_team_id"), acting(owner):
        _owe("one")


def test_rows_read_soon_are_there_for_the_next_question(owner: Actor) -> None:
    counted = select(func.count()).select_from(OutboxRow).where(OutboxRow.team_id == owner.team_id)
    with acting(owner) as unit:
        _owe("later")
        assert unit.session.scalar(counted) == 0
        row = outbox._row(db.new_id(), "tests.nothing", {}, "mail", "soon", 5)
        db.record(OutboxRow.__table__, row | {"next_at": clock.now()}, soon=True)  # type: ignore[arg-type]
        assert unit.session.scalar(counted) == 2


def test_a_part_that_failed_leaves_nothing_waiting(owner: Actor) -> None:
    with acting(owner):
        _owe("before")
        with pytest.raises(ValueError), db.attempt():
            _owe("inside")
            raise ValueError
    assert _owed(owner) == ["before"]


def test_a_column_that_only_python_fills_may_not_be_left_out(owner: Actor) -> None:
    with pytest.raises(RuntimeError, match="lacks"), acting(owner):
        db.record(OutboxRow.__table__, {"team_id": owner.team_id, "id": db.new_id()})  # type: ignore[arg-type]
