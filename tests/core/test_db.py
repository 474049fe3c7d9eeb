"""The one transaction: what commits together, and what row-level security answers."""

import pytest
from sqlalchemy import select, text

from community.core import clock, db, outbox
from community.core.outbox import OutboxRow
from community.identity.models import Actor
from community.people.models import Person
from tests.conftest import counting
from tests.factories.identity import acting
from tests.factories.people import make_person


def test_opening_a_transaction_costs_one_round_trip(owner: Actor) -> None:
    with counting() as sent, acting(owner):
        assert clock.now().tzinfo is not None
    assert len(sent) == 1


def test_without_a_team_no_row_is_seen(owner: Actor) -> None:
    make_person(owner)
    with db.transaction() as unit:
        assert unit.session.scalars(select(Person)).all() == []


def test_another_team_is_not_seen_even_without_filters(owner: Actor, stranger: Actor) -> None:
    make_person(owner, "Mara Ellison")
    with acting(stranger) as unit:
        names = unit.session.scalars(select(Person.name)).all()
    assert "Mara Ellison" not in names


def test_the_application_role_owns_nothing_and_cannot_bypass(owner: Actor) -> None:
    with acting(owner) as unit:
        row = unit.session.execute(
            text(
                "SELECT rolsuper, rolbypassrls, rolinherit FROM pg_roles WHERE rolname = current_user"
            )
        ).one()
        owned = unit.session.scalar(
            text(
                "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = current_user"
            )
        )
    assert tuple(row) == (False, False, False)
    assert owned == 0


def test_recorded_rows_commit_with_the_change_or_not_at_all(owner: Actor) -> None:
    with acting(owner):
        kept = outbox.put("test.job", {}, queue_name="work")
    with pytest.raises(ZeroDivisionError), acting(owner):
        lost = outbox.put("test.job", {}, queue_name="work")
        raise ZeroDivisionError
    with acting(owner) as unit:
        found = set(unit.session.scalars(select(OutboxRow.id)))
    assert kept in found
    assert lost not in found


def test_a_failed_attempt_undoes_its_own_part_only(owner: Actor) -> None:
    with acting(owner):
        kept = outbox.put("test.job", {}, queue_name="work")
        with pytest.raises(ZeroDivisionError), db.attempt():
            lost = outbox.put("test.job", {}, queue_name="work")
            raise ZeroDivisionError
    with acting(owner) as unit:
        found = set(unit.session.scalars(select(OutboxRow.id)))
    assert kept in found
    assert lost not in found


def test_the_clock_role_sees_when_but_not_what(owner: Actor) -> None:
    with acting(owner):
        outbox.put("test.job", {"secret": "x"}, queue_name="work")
    with db.transaction(role=db.CLOCK_ROLE) as unit:
        assert unit.session.scalar(text("SELECT count(next_at) FROM outbox")) >= 1
    for forbidden in (
        "SELECT args FROM outbox",
        "SELECT name FROM persons",
        "UPDATE outbox SET next_at = now()",
    ):
        with (
            pytest.raises(Exception, match="permission denied"),
            db.transaction(role=db.CLOCK_ROLE) as unit,
        ):
            unit.session.execute(text(forbidden))
