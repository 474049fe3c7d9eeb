"""Sessions: what ends them at the next request (P17)."""

import pytest

from community.accounts.actions import membership, own_way_in, sessions
from community.accounts.queries import sessions as queries
from community.core import db
from community.core.errors import ConfirmFirst, NotFound, RuleBroken, TooManyTries
from community.identity import queries as identity
from community.identity.models import Actor
from tests.factories.accounts import (
    PASSWORD,
    actor_by_token,
    age_session,
    make_password,
    make_session,
    make_token,
    open_session,
    session_of,
)
from tests.factories.identity import acting, make_member

NEXT_PASSWORD = "harbour-violin-cactus-70"


def test_signing_out_ends_this_browser_only(owner: Actor) -> None:
    here, there = make_session(owner), make_session(owner)
    session = open_session(here)
    with acting(owner):
        sessions.sign_out(session)
    assert session_of(here) is None
    assert session_of(there) is not None


def test_one_session_can_be_ended_from_another(owner: Actor) -> None:
    here, there = make_session(owner), make_session(owner)
    other = open_session(there)
    with acting(owner):
        sessions.end_session(owner.user_id, other.id)
    assert session_of(there) is None
    assert session_of(here) is not None


def test_nobody_ends_somebody_elses_session(owner: Actor, member: Actor) -> None:
    theirs = make_session(member)
    session = open_session(theirs)
    with acting(owner), pytest.raises(NotFound):
        sessions.end_session(owner.user_id, session.id)
    assert session_of(theirs) is not None


def test_all_others_end_and_this_one_stays(owner: Actor) -> None:
    here = make_session(owner)
    others = [make_session(owner) for _ in range(3)]
    session = open_session(here)
    with acting(owner):
        assert sessions.end_other_sessions(session) == 3
    assert session_of(here) is not None
    assert [session_of(other) for other in others] == [None] * 3


def test_a_new_password_ends_every_session_and_token_but_the_new_one(owner: Actor) -> None:
    make_password(owner)
    here, there, token = make_session(owner), make_session(owner), make_token(owner)
    session = open_session(here)
    with acting(owner):
        fresh = own_way_in.set_password(owner, session, NEXT_PASSWORD, current=PASSWORD)
    assert session_of(here) is None
    assert session_of(there) is None
    assert actor_by_token(token) is None
    assert open_session(fresh).user_id == owner.user_id


def test_the_present_password_is_needed_to_change_it(owner: Actor) -> None:
    make_password(owner)
    here = make_session(owner)
    session = open_session(here)
    with acting(owner), pytest.raises(RuleBroken) as refused:
        own_way_in.set_password(owner, session, NEXT_PASSWORD, current="not the present one")
    assert refused.value.field == "current_password"
    assert session_of(here) is not None


def test_the_present_password_cannot_be_guessed_in_a_stolen_session(owner: Actor) -> None:
    make_password(owner)
    session = open_session(make_session(owner))
    for _ in range(10):
        with acting(owner), pytest.raises(RuleBroken):
            own_way_in.set_password(owner, session, NEXT_PASSWORD, current="a guess, and another")
    with acting(owner), pytest.raises(TooManyTries):
        own_way_in.set_password(owner, session, NEXT_PASSWORD, current=PASSWORD)


def test_a_first_password_needs_a_fresh_sign_in(owner: Actor) -> None:
    here = make_session(owner)
    age_session(here, made_days=0.1)
    session = open_session(here)
    with acting(owner), pytest.raises(ConfirmFirst):
        own_way_in.set_password(owner, session, PASSWORD, current="")
    fresh = open_session(make_session(owner))
    with acting(owner):
        assert own_way_in.set_password(owner, fresh, PASSWORD, current="")


def test_removal_ends_the_team_at_the_next_request(owner: Actor) -> None:
    member = make_member(owner)
    cookie, token = make_session(member), make_token(member)
    with acting(owner):
        membership.remove_member(owner, member.person_id)
    assert session_of(cookie) is None
    assert actor_by_token(token) is None
    with db.transaction(owner.team_id, member.user_id):
        assert identity.find_actor(owner.team_id, member.user_id) is None


def test_ended_sessions_are_forgotten_after_a_month(owner: Actor) -> None:
    ended, idle, open_one = make_session(owner), make_session(owner), make_session(owner)
    session = open_session(ended)
    with acting(owner):
        sessions.end_session(owner.user_id, session.id)
    age_session(idle, seen_days=50)
    with db.transaction() as unit:
        sessions.forget_ended_sessions(unit.now)
        left = len(queries.find_open_sessions(owner.user_id))
    assert left == 1
    assert session_of(open_one) is not None
