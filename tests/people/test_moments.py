"""Achievements and hard times: who notes and reads them, and that one alone takes each on."""

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from community.core import clock
from community.core.errors import Conflict, NotAllowed, NotFound, RuleBroken, Stale
from community.core.paging import PageRequest
from community.identity.models import Actor, Membership
from community.people import actions, notices, queries
from community.people.actions import moments
from community.people.models import ACHIEVEMENT, HARD_TIME, Moment
from tests.factories.identity import acting, make_member
from tests.factories.people import make_person, merge
from tests.people.doing import AUDIENCES, add, journal
from tests.people.test_notes import notices as told

TEAM = AUDIENCES["team"]


def achieve(actor: Actor, person_id: UUID, title: str = "Opened a studio", **given: Any) -> Moment:
    with acting(actor):
        return actions.add_achievement(
            actor, person_id, **{"title": title, "visibility": TEAM, **given}
        )


def named(*actors: Actor) -> dict[str, Any]:
    return {"audience": "people", "people": [a.person_id for a in actors], "circle_id": None}


def read(actor: Actor, person_id: UUID, kind: str = ACHIEVEMENT) -> list[str]:
    with acting(actor):
        return [
            row.title for row in queries.find_moments(actor, person_id, kind, PageRequest()).items
        ]


def waiting(actor: Actor) -> list[str]:
    with acting(actor):
        today = clock.today(actor.zone)
        return [row.title for row in queries.find_open_moments(actor, today, PageRequest()).items]


def row(actor: Actor, moment: Moment) -> Any:
    with acting(actor):
        return queries.get_moment_row(actor, moment.id)


def words(actor: Actor) -> list[str]:
    """What one's notices say now."""
    by_code = {kind.code: kind for kind in notices.KINDS}
    rows = told(actor)
    with acting(actor):
        return [by_code[n.kind].words(actor, n.thing_id).sentence for n in rows]


def act(actor: Actor, verb: Any, moment: Moment, **given: Any) -> Moment:
    with acting(actor):
        done: Moment = verb(actor, moment.id, **given)
        return done


def test_an_achievement_is_its_authors_until_they_share_it(owner: Actor, stranger: Actor) -> None:
    other, guest, person_id = make_member(owner), make_member(owner, role="guest"), add(owner)
    made = achieve(owner, person_id, visibility=None)
    assert (made.audience, made.state, made.source) == ("private", "noticed", "told_me")
    assert read(owner, person_id) == [made.title]
    assert read(other, person_id) == read(stranger, person_id) == []
    for verb in (moments.claim, moments.finish, moments.release, actions.edit_moment):
        with pytest.raises(NotFound):
            act(other, verb, made)
    act(owner, actions.edit_moment, made, version=1, visibility=TEAM)
    assert read(other, person_id) == [made.title]
    for verb in (actions.edit_moment, actions.delete_moment):
        with pytest.raises(NotAllowed):
            act(other, verb, made)
    with pytest.raises(Stale):
        act(owner, actions.edit_moment, made, version=1, title="Closed it")
    with pytest.raises(NotFound):
        act(owner, actions.edit_moment, made, kind=HARD_TIME, title="Closed it")
    with pytest.raises(NotAllowed):
        achieve(guest, guest.person_id)
    with pytest.raises(RuleBroken):
        achieve(owner, person_id, happened_on=clock.local_clock().date() + timedelta(days=2))
    act(owner, actions.delete_moment, made)
    assert read(owner, person_id) == read(other, person_id) == []
    act(owner, actions.restore_moment, made)
    assert read(other, person_id) == [made.title]
    done = [("add", []), ("edit", ["visibility"]), ("delete", []), ("restore", [])]
    assert journal(owner, made.id) == done


def test_one_says_that_they_write_the_others_see_who_and_the_author_hears(owner: Actor) -> None:
    one, other, person_id = make_member(owner, "Ivy Okonjo"), make_member(owner), add(owner)
    made = achieve(owner, person_id)
    assert waiting(one) == waiting(other) == waiting(owner) == [made.title]
    act(one, moments.claim, made)
    assert act(one, moments.claim, made).version == 2, "said twice it is said once"
    assert (row(other, made).state, row(other, made).claimer_name) == ("claimed", "Ivy Okonjo")
    assert waiting(one) == [made.title]
    assert waiting(other) == waiting(owner) == []
    for verb in (moments.claim, moments.finish):
        with pytest.raises(Conflict) as refused:
            act(other, verb, made)
        assert "Ivy Okonjo" in refused.value.message
    with pytest.raises(Conflict):
        act(other, moments.release, made)
    assert words(owner) == ["Ivy Okonjo will write to Mara Ellison: Opened a studio"]
    act(one, moments.release, made)
    assert words(owner) == [], "let go before anybody heard of it"
    assert waiting(other) == [made.title]
    act(other, moments.claim, made)
    act(other, moments.finish, made)
    assert len(words(owner)) == 1
    assert "congratulated Mara Ellison" in words(owner)[0]
    assert waiting(one) == waiting(other) == []
    for actor in (one, other):
        with pytest.raises(Conflict):
            act(actor, moments.claim, made)
    with pytest.raises(NotAllowed):
        act(one, moments.reopen, made)
    act(other, moments.reopen, made)
    assert waiting(other) == [made.title]
    verbs = [verb for verb, _fields in journal(owner, made.id)]
    assert verbs == ["add", "claim", "release", "claim", "finish", "reopen"]


def test_of_two_at_once_one_writes(owner: Actor) -> None:
    people = [make_member(owner), make_member(owner)]
    made = achieve(owner, add(owner))
    start, said = threading.Barrier(2), []

    def take(actor: Actor) -> None:
        with acting(actor):
            start.wait()
            try:
                moments.claim(actor, made.id)
            except Conflict as error:
                said.append(error.code)
            else:
                said.append("done")

    threads = [threading.Thread(target=take, args=(actor,)) for actor in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["claimed", "done"]
    assert [verb for verb, _fields in journal(owner, made.id)] == ["add", "claim"]


def test_a_hard_time_is_for_a_named_few_who_hear_of_it(owner: Actor) -> None:
    friend, later, other = (make_member(owner) for _number in range(3))
    person_id = add(owner)
    given = {"title": "Her father is ill", "is_with": True}
    with pytest.raises(RuleBroken) as refused, acting(owner):
        actions.add_hard_time(owner, person_id, visibility=TEAM, **given)
    assert (refused.value.code, refused.value.field) == ("named_few", "visibility")
    with acting(owner):
        made = actions.add_hard_time(owner, person_id, visibility=named(friend), **given)
        alone = actions.add_hard_time(owner, person_id, title="A lawsuit")
    assert (alone.audience, made.state) == ("private", "claimed")
    assert read(friend, person_id, HARD_TIME) == [made.title]
    assert read(friend, person_id) == read(other, person_id, HARD_TIME) == []
    assert [n.kind for n in told(friend)] == ["moment_shared"]
    assert "Her father is ill" in words(friend)[0]
    assert row(friend, made).claimer_id == owner.person_id
    act(owner, actions.edit_moment, made, visibility=named(friend, later))
    assert [len(told(actor)) for actor in (friend, later, other)] == [1, 1, 0]
    with pytest.raises(Conflict):
        act(friend, moments.claim, made)
    with pytest.raises(NotAllowed):
        act(friend, moments.finish, made)
    act(owner, moments.release, made)
    act(friend, moments.claim, made)
    act(owner, actions.edit_moment, made, visibility=named(later))
    assert row(owner, made).state == "noticed", "who does not see it is not with them"
    act(owner, moments.finish, made)
    assert waiting(later) == []
    act(owner, moments.reopen, made)
    assert waiting(later) == [made.title]
    with pytest.raises(IntegrityError), acting(owner) as unit:
        unit.session.execute(update(Moment).where(Moment.id == made.id).values(audience="team"))


def test_whom_it_is_about_reads_it_but_not_who_takes_it_on(owner: Actor) -> None:
    subject, other = make_member(owner), make_member(owner)
    made = achieve(owner, subject.person_id)
    assert [n.kind for n in told(subject)] == ["moment_about_you"]
    assert waiting(subject) == []
    for verb in (moments.claim, moments.finish):
        with pytest.raises(NotAllowed):
            act(subject, verb, made)
    act(other, moments.claim, made)
    assert read(subject, subject.person_id) == [made.title]
    own = achieve(subject, subject.person_id, "My prize")
    act(other, moments.claim, own)
    assert [n.kind for n in told(subject)] == ["moment_about_you"], "not of who writes to them"
    hidden = achieve(owner, subject.person_id, "Secret", visibility=None)
    assert hidden.title not in read(subject, subject.person_id)


def test_who_left_the_team_has_taken_nothing_on(owner: Actor) -> None:
    leaver, person_id = make_member(owner), add(owner)
    made = achieve(owner, person_id)
    act(leaver, moments.claim, made)
    with acting(owner) as unit:
        unit.session.execute(
            update(Membership)
            .where(Membership.id == leaver.member_id)
            .values(state="left", ended_at=clock.now())
        )
    assert (row(owner, made).state, row(owner, made).claimer_id) == ("noticed", None)
    assert waiting(owner) == [made.title]
    assert act(owner, moments.claim, made).claimed_by_id == owner.person_id


def test_today_asks_of_what_is_fresh_and_of_nobody_archived(owner: Actor) -> None:
    today = clock.local_clock().date()
    person_id, archived = add(owner), add(owner, "Bo Ray")
    old = achieve(owner, person_id, "Long ago", happened_on=today - timedelta(days=80))
    achieve(owner, archived, "Archived")
    with acting(owner):
        actions.archive_person(owner, archived)
    assert waiting(owner) == []
    act(owner, moments.claim, old)
    assert waiting(owner) == [old.title], "who took it on is reminded however old it is"


def test_moments_follow_a_merge(owner: Actor) -> None:
    gone, stays = make_person(owner), make_person(owner)
    achieve(owner, gone.id, "One", happened_on=clock.local_clock().date() - timedelta(days=1))
    achieve(owner, stays.id, "Two")
    merge(owner, gone, stays)
    assert read(owner, stays.id) == ["Two", "One"]
    with acting(owner) as unit:
        about = set(unit.session.scalars(select(Moment.person_id)))
    assert about >= {gone.id, stays.id}, "nothing that refers to them was rewritten"
