"""Sessions, by a machine that keeps its own books: browsers of one person sign in and out, prove
again who they are, and grow old; secrets that were replaced are worth nothing."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from community.accounts.actions import own_way_in, sessions, step_up
from community.accounts.actions.entry import Browser, let_in
from community.accounts.queries.opening import OpenSession, require_fresh
from community.core import db
from community.core.errors import ConfirmFirst
from tests.factories.accounts import (
    PASSWORD,
    age_session,
    make_password,
    make_session,
    make_token,
    session_of,
)
from tests.factories.accounts import actor_by_token as of_token
from tests.factories.identity import acting, make_team

NEXT_PASSWORD = "harbour-violin-cactus-70"
IDLE_DAYS, LONGEST_DAYS, FRESH_DAYS = 14, 90, 15 / 24 / 60


@dataclass
class Book:
    """What a secret is worth by the rules: days since it was seen, begun, and proved."""

    is_over: bool = False
    idle: float = 0
    age: float = 0
    unproved: float = 0

    @property
    def opens(self) -> bool:
        return not self.is_over and self.idle <= IDLE_DAYS and self.age < LONGEST_DAYS


class Browsers(RuleBasedStateMachine):
    """Browsers of one person, in any order; the books say which of them may still act."""

    secrets = Bundle("secrets")

    @initialize()
    def begin(self) -> None:
        self.actor = make_team()
        make_password(self.actor)
        self.password = PASSWORD
        self.books: dict[str, Book] = {}
        self.tokens: dict[str, bool] = {}

    def _open(self, secret: str) -> OpenSession | None:
        return session_of(secret)

    def _replaced(self, secret: str, fresh: str, *, begun: bool) -> str:
        """One browser goes on with another secret: begun anew, or the same session turned."""
        before = self.books[secret]
        self.books[fresh] = Book(age=0 if begun else before.age)
        before.is_over = True
        return fresh

    @rule(target=secrets)
    def sign_in(self) -> str:
        secret = make_session(self.actor)
        self.books[secret] = Book()
        return secret

    @rule(target=secrets, secret=secrets)
    def sign_in_again(self, secret: str) -> Any:
        session = self._open(secret)
        if session is None:
            return multiple()
        with db.transaction():
            fresh = let_in(self.actor.user_id, Browser("Firefox", "m" * 43, session.id))
        return self._replaced(secret, fresh, begun=True)

    @rule(target=secrets, secret=secrets)
    def prove_again(self, secret: str) -> Any:
        session = self._open(secret)
        if session is None:
            return multiple()
        with acting(self.actor):
            fresh = step_up.confirm_by_password(session, self.password)
        return self._replaced(secret, fresh, begun=False)

    @rule(secret=secrets)
    def sign_out(self, secret: str) -> None:
        session = self._open(secret)
        if session is not None:
            with acting(self.actor):
                sessions.sign_out(session)
        self.books[secret].is_over = True

    @rule(secret=secrets)
    def end_others(self, secret: str) -> None:
        session = self._open(secret)
        if session is None:
            return
        with acting(self.actor):
            sessions.end_other_sessions(session)
        self._only(secret)

    @rule()
    def end_all(self) -> None:
        with acting(self.actor):
            sessions.sign_out_everywhere(self.actor.user_id)
        self._only(None)

    def _only(self, stays: str | None) -> None:
        for secret, book in self.books.items():
            book.is_over = book.is_over or secret != stays

    @rule(secret=secrets, days=st.sampled_from([1.0, 13.0, 15.0]))
    def go_unused(self, secret: str, days: float) -> None:
        age_session(secret, seen_days=days)
        self.books[secret].idle += days

    @rule(secret=secrets, days=st.sampled_from([0.02, 40.0, 89.0]))
    def grow_old(self, secret: str, days: float) -> None:
        age_session(secret, made_days=days)
        self.books[secret].age += days
        self.books[secret].unproved += days

    @rule()
    def make_token(self) -> None:
        self.tokens[make_token(self.actor)] = True

    @rule(target=secrets, secret=secrets)
    def change_password(self, secret: str) -> Any:
        session = self._open(secret)
        if session is None:
            return multiple()
        new = NEXT_PASSWORD if self.password == PASSWORD else PASSWORD
        with acting(self.actor):
            fresh = own_way_in.set_password(self.actor, session, new, current=self.password)
        self.password = new
        self._only(secret)
        self.tokens = dict.fromkeys(self.tokens, False)
        return self._replaced(secret, fresh, begun=False)

    @invariant()
    def only_what_the_books_allow_opens(self) -> None:
        for secret, book in getattr(self, "books", {}).items():
            session = self._open(secret)
            assert (session is not None) == book.opens
            # A look is a request: it moves `seen_at` of a session that may still act.
            book.idle = 0 if book.opens else book.idle
            if session is not None:
                assert _is_fresh(session) == (book.unproved < FRESH_DAYS)

    @invariant()
    def tokens_end_with_the_way_in(self) -> None:
        for token, opens in getattr(self, "tokens", {}).items():
            assert (of_token(token) is not None) == opens


def _is_fresh(session: OpenSession) -> bool:
    with db.transaction():
        try:
            require_fresh(session)
        except ConfirmFirst:
            return False
    return True


Browsers.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.mark.usefixtures("configured")
class TestBrowsers(Browsers.TestCase):  # type: ignore[name-defined,misc]
    """The state machine as a test."""
