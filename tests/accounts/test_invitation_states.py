"""Every path through the states of an invitation, by a machine that keeps its own books."""

import uuid
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import func, select, update

from community.accounts.actions import invitations, joining
from community.accounts.models import Invitation
from community.core import db
from community.core.errors import AppError
from community.identity.models import Actor, Membership
from tests.factories.identity import acting, make_member, make_team
from tests.factories.invitations import age_invitation, make_invitation, state_of, token_of


class Books(RuleBasedStateMachine):
    """One invitation by a steward, as an owner, the one invited and time deal with it."""

    @initialize()
    def invite(self) -> None:
        self.owner: Actor = make_team()
        self.steward = make_member(self.owner, role="steward")
        self.made = make_invitation(self.steward)
        self.tokens = [token_of(self.owner, self.made.id)]
        self.state, self.age, self.may = "pending", 0.0, True
        self.sender, self.asked = "steward", 0

    @property
    def shown(self) -> str:
        over = self.state == "pending" and self.age >= 7
        return "expired" if over else self.state

    @property
    def entitled(self) -> bool:
        return self.sender == "owner" or self.may

    @rule(days=st.sampled_from([1.0, 3.0, 7.1]))
    def wait(self, days: float) -> None:
        age_invitation(self.owner, self.made.id, days=days)
        self.age += days

    @rule(may=st.booleans())
    def change_right(self, may: bool) -> None:
        """As a restored backup or a second owner would: without taking anything back."""
        with acting(self.owner) as unit:
            unit.session.execute(
                update(Membership)
                .where(Membership.id == self.steward.member_id)
                .values(role="steward" if may else "guest")
            )
        self.may = may

    @rule()
    def revoke(self) -> None:
        try:
            with acting(self.owner):
                invitations.revoke_invitation(self.owner, self.made.id)
        except AppError:
            assert self.state == "accepted", "whoever has joined is not uninvited"
            return
        assert self.state != "accepted"
        self.state = "revoked"

    @rule()
    def mail_anew(self) -> None:
        try:
            with acting(self.owner):
                invitations.mail_anew(self.owner, self.made.id)
        except AppError:
            assert self.state != "pending", "what stands or ran out can be mailed anew"
            return
        assert self.state == "pending"
        self._renewed("owner")

    @precondition(lambda self: self.asked < 9)
    @rule()
    def ask_for_fresh_link(self) -> None:
        self.asked += 1
        before = token_of(self.owner, self.made.id)
        with db.transaction():
            invitations.ask_for_fresh_link(
                self.tokens[0], remote=f"2001:db8:{uuid.uuid4().hex[:4]}::1"
            )
        fresh = token_of(self.owner, self.made.id) != before
        replaced = len(self.tokens) > 1 and self.state == "pending"
        assert fresh == (self.entitled and (self.shown == "expired" or replaced))
        if fresh:
            self._renewed(self.sender)

    def _renewed(self, sender: str) -> None:
        self.age, self.sender = 0.0, sender
        self.tokens.append(token_of(self.owner, self.made.id))

    @rule(newest=st.booleans())
    def accept(self, newest: bool) -> None:
        token = self.tokens[-1 if newest else 0]
        open_ = self.shown == "pending" and self.entitled and token == self.tokens[-1]
        try:
            with db.transaction():
                joining.join(token, None, joining.Yes("Mara Ellison"))
        except AppError:
            assert not open_
            return
        assert open_
        self.state = "accepted"

    @precondition(lambda self: hasattr(self, "made"))
    @invariant()
    def books_agree(self) -> None:
        assert state_of(self.owner, self.made.id) == self.shown
        with acting(self.owner) as unit:
            members = unit.session.scalar(select(func.count()).select_from(Membership))
            pending = unit.session.scalar(
                select(func.count()).select_from(Invitation).where(Invitation.state == "pending")
            )
        assert members == (3 if self.state == "accepted" else 2)
        assert (pending or 0) <= 1


Books.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=12,
    deadline=timedelta(seconds=20),
    suppress_health_check=[HealthCheck.too_slow],
)
TestBooks = Books.TestCase
