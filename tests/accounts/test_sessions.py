"""Sessions: a state machine of browsers, and what ends them at the next request (P17)."""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

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
from tests.factories.identity import acting, make_member, make_team

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


class Browsers(RuleBasedStateMachine):
    """Browsers of one person sign in and out in any order; the model says who may still act."""

    secrets = Bundle("secrets")

    @initialize()
    def begin(self) -> None:
        self.actor = make_team()
        make_password(self.actor)
        self.password = PASSWORD
        self.alive: dict[str, bool] = {}
        self.idle: dict[str, float] = {}

    @rule(target=secrets)
    def sign_in(self) -> str:
        secret = make_session(self.actor)
        self.alive[secret], self.idle[secret] = True, 0
        return secret

    @rule(secret=secrets)
    def sign_out(self, secret: str) -> None:
        session = session_of(secret)
        if session is not None:
            with acting(self.actor):
                sessions.sign_out(session)
        self.alive[secret] = False

    @rule(secret=secrets)
    def end_others(self, secret: str) -> None:
        session = session_of(secret)
        if session is None:
            return
        with acting(self.actor):
            sessions.end_other_sessions(session)
        self.alive = {other: other == secret and alive for other, alive in self.alive.items()}

    @rule(secret=secrets, days=st.sampled_from([1.0, 13.0, 15.0]))
    def idle_on(self, secret: str, days: float) -> None:
        age_session(secret, seen_days=days)
        self.idle[secret] += days
        if self.idle[secret] > 14:
            self.alive[secret] = False

    @rule(target=secrets, secret=secrets)
    def change_password(self, secret: str) -> Any:
        session = session_of(secret)
        if session is None:
            return multiple()
        new = NEXT_PASSWORD if self.password == PASSWORD else PASSWORD
        with acting(self.actor):
            fresh = own_way_in.set_password(self.actor, session, new, current=self.password)
        self.password = new
        self.alive = dict.fromkeys(self.alive, False)
        self.alive[fresh], self.idle[fresh] = True, 0
        return fresh

    @invariant()
    def only_the_living_may_act(self) -> None:
        for secret, alive in getattr(self, "alive", {}).items():
            assert (session_of(secret) is not None) == alive
            # A look is a request: it moves `seen_at` of a session that may still act.
            if alive:
                self.idle[secret] = 0


Browsers.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.mark.usefixtures("configured")
class TestBrowsers(Browsers.TestCase):  # type: ignore[name-defined,misc]
    """The state machine as a test."""
