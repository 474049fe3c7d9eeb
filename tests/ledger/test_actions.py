"""The use cases of the ledger on the real database: what follows from each act, and what never does."""

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from community.accounts.models import ActionLink
from community.capacity.models import Commitment
from community.core import clock, db, hold
from community.core.errors import AppError, Conflict, NotAllowed, RuleBroken
from community.identity.models import Actor, Membership
from community.journal.models import JournalEntry
from community.ledger import actions, queries
from community.ledger.actions import Draft, Letter
from community.ledger.actions.outside import TELL_JOB
from community.ledger.models import Give, GiveAct, GiveState, GiveWords
from community.notifications.actions import MAIL_JOB
from community.notifications.models import Notice
from tests.factories.identity import acting, make_member
from tests.factories.ledger import acknowledge, days_ago, log_give, say_thanks, seen
from tests.factories.outbox import owed
from tests.factories.people import make_person

LETTER = Letter("A small thing", "Dear Mara,\n\nI sent you the contract.")


def notices_of(actor: Actor) -> list[Notice]:
    """The actor's notices that were not withdrawn."""
    with acting(actor) as unit:
        statement = select(Notice).where(
            Notice.member_id == actor.member_id, Notice.withdrawn_at.is_(None)
        )
        return list(unit.session.scalars(statement.order_by(Notice.id)))


def rows_of(actor: Actor, model: Any, **where: Any) -> list[Any]:
    """Rows of a table in the actor's team."""
    with acting(actor) as unit:
        return list(unit.session.scalars(select(model).filter_by(team_id=actor.team_id, **where)))


def test_a_give_is_four_rows(owner: Actor, member: Actor) -> None:
    give_id = log_give(owner, member.person_id, story="the slides", minutes=45).give.id
    assert len(rows_of(owner, Give, id=give_id)) == 1
    assert [act.verb for act in rows_of(owner, GiveAct, give_id=give_id)] == ["log"]
    assert rows_of(owner, GiveState, give_id=give_id)[0].state == "logged"
    assert rows_of(owner, GiveWords, give_id=give_id)[0].story == "the slides"


def test_every_act_is_journalled_without_words(owner: Actor, member: Actor) -> None:
    give_id = log_give(owner, member.person_id, story="canary words").give.id
    acknowledge(member, give_id, thanks="canary thanks", impact="large")
    entries = rows_of(owner, JournalEntry, thing_kind="give", thing_id=give_id)
    assert [(e.verb, e.actor_id) for e in sorted(entries, key=lambda e: e.id)] == [
        ("log", owner.person_id),
        ("acknowledge", member.person_id),
    ]
    assert not any("canary" in str(vars(entry)) for entry in entries)


def test_acts_hold_no_words(owner: Actor, member: Actor) -> None:
    give_id = log_give(owner, member.person_id, story="canary").give.id
    with acting(member):
        actions.dispute(member, give_id, reason="canary")
    assert "canary" not in str([act.data for act in rows_of(owner, GiveAct, give_id=give_id)])


def test_help_weighs_on_the_givers_capacity_for_four_weeks(owner: Actor, member: Actor) -> None:
    give_id = log_give(owner, member.person_id, size="large", minutes=300).give.id
    load = rows_of(owner, Commitment, thing_id=give_id)[0]
    assert (load.member_id, load.kind, load.minutes) == (owner.member_id, "give", 300)
    assert load.units == Decimal(2)
    assert load.until_at - load.from_at == timedelta(days=28)
    with acting(member):
        actions.dispute(member, give_id)
    assert rows_of(owner, Commitment, thing_id=give_id) == []
    acknowledge(member, give_id)
    assert len(rows_of(owner, Commitment, thing_id=give_id)) == 1


def test_a_thanks_weighs_on_the_member_who_gave(owner: Actor, member: Actor) -> None:
    give_id = say_thanks(owner, member.person_id).give.id
    assert rows_of(owner, Commitment, thing_id=give_id)[0].member_id == member.member_id
    outsider = make_person(owner)
    outside_id = say_thanks(owner, outsider.id).give.id
    assert rows_of(owner, Commitment, thing_id=outside_id) == []


def test_the_receiver_hears_of_it_after_the_hold(owner: Actor, member: Actor) -> None:
    log_give(owner, member.person_id)
    (notice,) = notices_of(member)
    assert (notice.kind, notice.from_person_id) == ("give_logged", owner.person_id)
    assert notice.visible_at - notice.created_at == hold.period()
    assert notices_of(owner) == []
    (row,) = owed(owner, MAIL_JOB)
    assert row.next_at == notice.visible_at


def test_no_reply_owes_nobody_anything(owner: Actor, member: Actor) -> None:
    log_give(owner, member.person_id, no_reply=True)
    assert notices_of(member) == []
    assert owed(owner, MAIL_JOB) == []


def test_somebody_outside_hears_nothing_unless_the_giver_chose_it(owner: Actor) -> None:
    outsider = make_person(owner, email="mara@example.org")
    log_give(owner, outsider.id)
    say_thanks(owner, outsider.id)
    assert owed(owner, TELL_JOB) == []
    assert owed(owner, MAIL_JOB) == []


def test_undo_of_a_give_inside_the_hold_leaves_no_trace_outside(
    owner: Actor, member: Actor
) -> None:
    outsider = make_person(owner, email="mara@example.org")
    told = log_give(owner, outsider.id, tell_outsider=LETTER).give.id
    logged = log_give(owner, member.person_id).give.id
    with acting(owner):
        for give_id in (told, logged):
            assert actions.undo(owner, give_id).state.state == "retracted"
    assert owed(owner, TELL_JOB) == []
    assert owed(owner, MAIL_JOB) == []
    assert notices_of(member) == []
    assert all(link.revoked_at for link in rows_of(owner, ActionLink, thing_id=told))


def test_undo_of_a_thanks_is_a_retraction_inside_the_hold_and_a_counter_entry_later(
    owner: Actor, member: Actor
) -> None:
    soon = say_thanks(owner, member.person_id).give.id
    late = say_thanks(owner, member.person_id).give.id
    with acting(owner):
        assert actions.undo(owner, soon).state.state == "retracted"
    with clock.shifted(timedelta(minutes=2)), acting(owner):
        assert actions.undo(owner, late).state.state == "corrected"


def test_undo_of_an_answer_takes_its_notice_back(owner: Actor, member: Actor) -> None:
    give_id = log_give(owner, member.person_id).give.id
    acknowledge(member, give_id)
    assert [n.kind for n in notices_of(owner)] == ["give_acknowledged"]
    with acting(member):
        assert actions.undo(member, give_id).state.state == "logged"
    assert notices_of(owner) == []
    acknowledge(member, give_id)
    assert [n.kind for n in notices_of(owner)] == ["give_acknowledged"]


def test_an_answer_to_what_rested_goes_back_to_resting(owner: Actor, member: Actor) -> None:
    give_id = log_give(owner, member.person_id).give.id
    with clock.shifted(timedelta(days=31)):
        with acting(owner):
            assert actions.lapse_unanswered(clock.now()) == 1
        acknowledge(member, give_id)
        with acting(member):
            assert actions.undo(member, give_id).state.state == "lapsed"


def test_undo_before_any_answer_is_not_the_receiver_s(owner: Actor, member: Actor) -> None:
    give_id = log_give(owner, member.person_id).give.id
    with acting(member), pytest.raises(Conflict) as refused:
        actions.undo(member, give_id)
    assert refused.value.code == "too_late"
    acknowledge(member, give_id)
    with acting(member):
        actions.undo(member, give_id)
    with acting(member), pytest.raises(Conflict):
        actions.undo(member, give_id)


def test_undo_of_a_second_answer_leaves_the_words_of_the_first(owner: Actor, member: Actor) -> None:
    give_id = log_give(owner, member.person_id).give.id
    with acting(member):
        actions.dispute(member, give_id, reason="It was in spring")
    with acting(member):
        actions.acknowledge(member, give_id, thanks="You are right")
    with acting(member):
        undone = actions.undo(member, give_id)
        assert (undone.state.state, undone.words.dispute_reason) == ("disputed", "It was in spring")
        assert undone.words.thanks == ""


def test_a_third_person_undoes_nothing(owner: Actor, member: Actor) -> None:
    give_id = say_thanks(owner, member.person_id).give.id
    third = make_member(owner)
    with acting(third), pytest.raises(NotAllowed):
        actions.undo(third, give_id)


def test_a_disputed_give_may_still_be_thanked_or_taken_back(owner: Actor, member: Actor) -> None:
    first, second = (log_give(owner, member.person_id).give.id for _ in range(2))
    with acting(member):
        for give_id in (first, second):
            actions.dispute(member, give_id, reason="not me")
    assert [n.kind for n in notices_of(owner)] == ["give_disputed", "give_disputed"]
    assert acknowledge(member, first).state.state == "acknowledged"
    with acting(owner):
        assert actions.retract(owner, second).state.state == "retracted"


def test_what_nobody_answered_rests_after_thirty_days(owner: Actor, member: Actor) -> None:
    outsider = make_person(owner)
    to_member = log_give(owner, member.person_id).give.id
    to_outsider = log_give(owner, outsider.id).give.id
    silent = log_give(owner, member.person_id, no_reply=True).give.id
    with acting(owner):
        assert actions.lapse_unanswered(clock.now() + timedelta(days=29)) == 0
        assert actions.lapse_unanswered(clock.now() + timedelta(days=31)) == 1
        assert actions.lapse_unanswered(clock.now() + timedelta(days=31)) == 0
    assert seen(owner, to_member).state == "lapsed"
    assert seen(owner, to_outsider).state == "logged"
    assert seen(owner, silent).state == "logged"
    assert acknowledge(member, to_member).state.state == "acknowledged"


def test_what_the_giver_puts_in_place_waits_for_the_receiver_again(
    owner: Actor, member: Actor
) -> None:
    give_id = log_give(owner, member.person_id, size="small").give.id
    acknowledge(member, give_id)
    with acting(owner):
        _entry, logged = actions.correct(owner, give_id, replacement={"size": "large"})
    assert logged is not None
    assert (logged.entry.state.state, logged.entry.state.counted_value) == ("logged", 0)
    assert [n.kind for n in notices_of(member)] == ["give_logged", "give_logged"]


def test_what_the_receiver_puts_in_place_counts_at_once(owner: Actor, member: Actor) -> None:
    give_id = log_give(owner, member.person_id, size="large").give.id
    acknowledge(member, give_id)
    with acting(member):
        _entry, logged = actions.correct(member, give_id, replacement={"size": "small"})
    assert logged is not None
    assert (logged.entry.state.state, logged.entry.state.counted_value) == (
        "acknowledged",
        Decimal("0.5"),
    )


def test_a_replacement_keeps_what_was_not_changed(owner: Actor, member: Actor) -> None:
    private = {"audience": "private", "people": [], "circle_id": None}
    give_id = say_thanks(owner, member.person_id, kind="time", visibility=private).give.id
    with acting(owner):
        _entry, logged = actions.correct(owner, give_id, replacement={"story": "longer"})
    assert logged is not None
    assert (logged.entry.state.kind, logged.entry.state.audience) == ("time", "private")
    assert (logged.entry.words.story, logged.entry.give.replaces_id) == ("longer", give_id)


def test_only_the_side_that_may_acts(owner: Actor, member: Actor) -> None:
    give_id = log_give(owner, member.person_id).give.id
    third = make_member(owner)
    refused: list[tuple[Actor, Callable[[Actor, UUID], object]]] = [
        (owner, actions.acknowledge),
        (owner, actions.dispute),
        (third, actions.acknowledge),
        (member, actions.retract),
        (third, actions.retract),
        (third, actions.correct),
    ]
    for actor, act in refused:
        with acting(actor), pytest.raises(NotAllowed):
            act(actor, give_id)


def test_two_answers_at_once_are_one_answer(owner: Actor, member: Actor) -> None:
    give_id = log_give(owner, member.person_id).give.id
    said: list[str] = []
    start = threading.Barrier(4)

    def answer(act: Callable[..., Any]) -> None:
        start.wait()
        try:
            with acting(member):
                act(member, give_id)
            said.append("done")
        except AppError as error:
            said.append(error.code)

    verbs = [actions.acknowledge, actions.dispute, actions.dispute]
    threads = [threading.Thread(target=answer, args=(verb,)) for verb in verbs]
    for thread in threads:
        thread.start()
    start.wait()
    for thread in threads:
        thread.join()
    acts = rows_of(owner, GiveAct, give_id=give_id)
    assert said.count("done") + 1 == len(acts)
    # A dispute may be followed by the thanks that won the second place.
    assert set(said) <= {"done", "wrong_state"}
    assert said.count("wrong_state") >= 1


def test_the_same_words_again_are_told_to_their_writer(owner: Actor, member: Actor) -> None:
    day = days_ago(owner, 3)
    log_give(owner, member.person_id, story="the slides", happened_on=day)
    with acting(owner):
        again = actions.log_give(owner, Draft(receiver_id=member.person_id, story="the slides"))
        other = actions.log_give(owner, Draft(receiver_id=member.person_id, story="other words"))
    assert again.repeated_on == day
    assert other.repeated_on is None
    with acting(member):
        theirs = actions.log_give(member, Draft(receiver_id=owner.person_id, story="the slides"))
    assert theirs.repeated_on is None


def test_to_tell_somebody_outside_there_must_be_an_address(owner: Actor, member: Actor) -> None:
    nowhere = make_person(owner)
    for receiver_id, code in ((nowhere.id, "no_address"), (member.person_id, "not_outside")):
        with acting(owner), pytest.raises(RuleBroken) as refused:
            draft = Draft(receiver_id=receiver_id, tell_outsider=LETTER)
            actions.log_give(owner, draft)
        assert refused.value.code == code


def test_a_refused_give_writes_nothing(owner: Actor, member: Actor) -> None:
    def count() -> int:
        with acting(owner) as unit:
            return unit.session.scalar(select(func.count()).select_from(Give)) or 0

    with acting(owner), pytest.raises(RuleBroken), db.attempt():
        ahead = clock.today() + timedelta(days=2)
        actions.log_give(owner, Draft(receiver_id=member.person_id, happened_on=ahead))
    assert count() == 0


def test_a_give_may_be_dated_tomorrow_or_long_ago(owner: Actor, member: Actor) -> None:
    for days in (-1, 4000):
        day = days_ago(owner, days)
        assert log_give(owner, member.person_id, happened_on=day).state.happened_on == day


def test_a_merged_person_is_reached_by_any_of_their_ids(owner: Actor) -> None:
    kept, merged = make_person(owner), make_person(owner)
    with acting(owner) as unit:
        row = unit.session.merge(merged)
        row.merged_into_id = row.canonical_id = kept.id
    entry = log_give(owner, merged.id)
    assert entry.give.receiver_id == kept.id


def test_who_left_the_team_is_somebody_outside(owner: Actor) -> None:
    leaver = make_member(owner, "Wren Hollis")
    with acting(owner) as unit:
        from_team = queries.find_partner(owner, leaver.person_id)
        assert from_team is not None
        assert from_team[0].member_id == leaver.member_id
        unit.session.execute(
            Membership.__table__.update()  # type: ignore[attr-defined]
            .where(Membership.id == leaver.member_id)
            .values(state="left")
        )
    entry = log_give(owner, leaver.person_id)
    assert entry.state.outside
    assert not entry.state.awaiting
