"""Notices are written once, held back, withdrawn, seen, and switched off."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from community.core import clock
from community.core.errors import RuleBroken
from community.core.outbox import Claim, OutboxRow
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.journal.models import JournalEntry
from community.notifications import actions, queries
from community.notifications.models import Notice
from tests.conftest import counting
from tests.factories.identity import acting, make_member
from tests.notifications.conftest import KIND, QUIET_KIND, Things, claims_of, tell


def listed(actor: Actor, state: str | None = None) -> list[UUID]:
    with acting(actor):
        return [n.thing_id for n in queries.list_notices(actor, state, PageRequest()).items]


def test_a_notice_reaches_its_addressee_only(owner: Actor, member: Actor, things: Things) -> None:
    thing_id = tell(member, by=owner)
    assert listed(member) == [thing_id]
    assert listed(owner) == []


def test_a_notice_comes_once_whatever_is_repeated(
    owner: Actor, member: Actor, things: Things
) -> None:
    for _ in range(3):
        tell(member, by=owner, key="thanked:the-same")
    assert len(listed(member)) == 1
    assert len(claims_of(owner)) == 1


def test_what_can_be_undone_is_held_back_in_the_portal_and_by_mail(
    owner: Actor, member: Actor, things: Things
) -> None:
    thing_id = tell(member, by=owner, hold=timedelta(seconds=60))
    assert listed(member) == []
    assert claims_of(owner) == []
    with clock.shifted(timedelta(seconds=61)):
        assert listed(member) == [thing_id]


def test_a_withdrawn_notice_never_arrives(owner: Actor, member: Actor, things: Things) -> None:
    tell(member, by=owner, key="thanked:undone", hold=timedelta(seconds=60))
    with acting(owner):
        actions.withdraw(keys=["thanked:undone"])
    with clock.shifted(timedelta(seconds=61)):
        assert listed(member) == []
    with acting(owner) as unit:
        row = unit.session.scalars(
            select(OutboxRow).where(OutboxRow.key == "mail:thanked:undone")
        ).one()
        assert (row.state, row.next_at) == ("cancelled", None)


def test_a_kind_without_mail_owes_none(owner: Actor, member: Actor, things: Things) -> None:
    tell(member, by=owner, kind=QUIET_KIND)
    assert len(listed(member)) == 1
    assert claims_of(owner) == []


def test_telling_costs_one_statement_beside_the_opening(
    owner: Actor, member: Actor, things: Things
) -> None:
    with counting() as sent, acting(owner):
        actions.notify(
            KIND,
            member_id=member.member_id,
            thing_kind="give",
            thing_id=owner.person_id,
            key="thanked:cost",
        )
    assert len(sent) == 2, str(sent)


def test_seen_notices_leave_the_new_ones(owner: Actor, member: Actor, things: Things) -> None:
    first, second = tell(member, by=owner), tell(member, by=owner)
    with acting(member):
        (newest, _) = queries.list_notices(member, "new", PageRequest()).items
        assert actions.mark_seen(member, [newest.id]) == 1
        assert actions.mark_seen(member, [newest.id]) == 0
    assert (listed(member, "new"), listed(member, "seen")) == ([first], [second])
    with acting(member):
        assert actions.mark_seen(member) == 1
    assert listed(member, "new") == []


def test_nobody_marks_anothers_notice_as_seen(owner: Actor, member: Actor, things: Things) -> None:
    tell(member, by=owner)
    with acting(owner) as unit:
        ids = list(unit.session.scalars(select(Notice.id)))
        assert actions.mark_seen(owner, ids) == 0
    assert len(listed(member, "new")) == 1


def test_a_kind_can_be_switched_off_in_the_portal(
    owner: Actor, member: Actor, things: Things
) -> None:
    tell(member, by=owner)
    with acting(member):
        assert queries.count_new(member) == 1
        actions.set_preference(member, KIND, "app", enabled=False)
        assert queries.count_new(member) == 0
    assert listed(member) == []
    with acting(member):
        actions.set_preference(member, KIND, "app", enabled=True)
    assert len(listed(member)) == 1


def test_switching_is_in_the_audit_by_name_only(owner: Actor, things: Things) -> None:
    with acting(owner):
        actions.set_preference(owner, KIND, "mail", enabled=False)
    with acting(owner) as unit:
        entry = unit.session.scalars(select(JournalEntry)).one()
    assert (entry.verb, entry.fields, entry.actor_id) == (
        "change_notifications",
        [f"{KIND}.mail"],
        owner.person_id,
    )


@pytest.mark.parametrize(
    ("kind", "channel"), [("nothing", "mail"), (KIND, "smoke"), (QUIET_KIND, "mail")]
)
def test_what_does_not_exist_cannot_be_switched(
    owner: Actor, things: Things, kind: str, channel: str
) -> None:
    with pytest.raises(RuleBroken), acting(owner):
        actions.set_preference(owner, kind, channel, enabled=False)


def test_replacing_all_switches_resets_what_is_not_named(owner: Actor, things: Things) -> None:
    with acting(owner):
        actions.replace_preferences(owner, {KIND: {"app": False, "mail": False}})
        assert queries.preferences(owner)[KIND] == {"app": False, "mail": False}
        actions.replace_preferences(owner, {KIND: {"mail": False}})
        assert queries.preferences(owner)[KIND] == {"app": True, "mail": False}
        actions.replace_preferences(owner, {})
        assert queries.preferences(owner)[KIND] == {"app": True, "mail": True}


def test_owners_hear_once_a_day_of_work_that_was_given_up(owner: Actor, app: object) -> None:
    second_owner = make_member(owner, role="owner")
    steward = make_member(owner, role="steward")
    for _ in range(3):
        with acting(owner) as unit:
            row = OutboxRow(queue="work", job="people.import", state="dead")
            unit.session.add(row)
            unit.session.flush()
            actions.tell_of_dead_letter(Claim(owner.team_id, row.id, 10, "people.import"))
    for actor, count in ((owner, 1), (second_owner, 1), (steward, 0)):
        with acting(actor):
            found = queries.list_notices(actor, None, PageRequest()).items
        assert len(found) == count
        assert all("people.import" in notice.words.sentence for notice in found)
    assert claims_of(owner) == []
