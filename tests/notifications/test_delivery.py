"""A notice's mail: rechecked when it is sent, sent outside any transaction, closed once."""

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from community.accounts.actions import team_life
from community.core import clock, db, mail, outbox, queue
from community.core.mail import Mail, MailFailed
from community.core.outbox import Claim, OutboxRow
from community.identity.models import Actor, Membership
from community.identity.queries import primary_email
from community.notifications import actions, catalogue, delivery
from community.notifications.formats import links
from community.notifications.models import MailSuppression, Notice
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import acting
from tests.notifications.conftest import KIND, Things, claims_of, state_of, tell
from tests.smtp_listener import Listener, listening, sending_to


@pytest.fixture
def smtp(app: CommunityFlask, things: Things) -> Iterator[Listener]:
    """A listener, and an application context as workers have one."""
    with app.app_context(), listening() as listener, sending_to(listener):
        yield listener


def address_of(actor: Actor) -> str:
    with acting(actor):
        found = primary_email(actor.user_id)
    assert found is not None
    return found


def the_claim(owner: Actor) -> Claim:
    (claim,) = claims_of(owner)
    return claim


def make_due(owner: Actor) -> None:
    with db.transaction(owner.team_id) as unit:
        unit.session.execute(
            update(OutboxRow)
            .where(OutboxRow.job == actions.MAIL_JOB, OutboxRow.next_at.is_not(None))
            .values(next_at=clock.now() - timedelta(minutes=1))
        )


def test_a_notice_is_mailed_with_everything_one_needs(
    owner: Actor, member: Actor, smtp: Listener
) -> None:
    thing_id = tell(member, by=owner)
    claim = the_claim(owner)
    delivery.send_notice(claim)
    (message,) = smtp.arrived
    assert smtp.recipients == [address_of(member)]
    assert str(message["From"]) == "Northlight <notify@community.test>"
    assert message["Reply-To"] == address_of(owner)
    assert message["Subject"] == f"Ivy thanked you for {thing_id}"
    assert message["References"] == f"<give-{thing_id}@localhost>"
    text = message.get_body(("plain",)).get_content()
    assert f"http://localhost:8000/t/{owner.team_slug}/gives/{thing_id}" in text
    assert "You helped with this." in text
    html = message.get_body(("html",)).get_content()
    assert "You helped with this." in html
    assert 'style="' in html
    assert "prefers-color-scheme" in html
    assert state_of(claim) == "done"
    with acting(member) as unit:
        assert unit.session.scalars(select(Notice.mailed_at)).one() is not None


def test_every_mail_can_be_switched_off_in_one_click(
    owner: Actor, member: Actor, smtp: Listener
) -> None:
    tell(member, by=owner)
    delivery.send_notice(the_claim(owner))
    (message,) = smtp.arrived
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = (
        str(message["List-Unsubscribe"]).removeprefix("<http://localhost:8000/u/").removesuffix(">")
    )
    assert links.read_unsubscribe(token) == links.Unsubscribe(member.member_id, KIND)
    for part in ("plain", "html"):
        assert f"/u/{token}" in message.get_body((part,)).get_content()


def test_a_repeat_carries_the_same_id(
    owner: Actor, member: Actor, smtp: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(member, by=owner)
    claim = the_claim(owner)
    # As if the process died between the server's 250 and our commit.
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(outbox, "finish", _die)
        delivery.send_notice(claim)
    assert state_of(claim) == "due"
    delivery.send_notice(claim)
    first, second = smtp.arrived
    assert first["Message-ID"] == second["Message-ID"]
    delivery.send_notice(claim)
    assert len(smtp.arrived) == 2


def _die(_claim: Claim) -> bool:
    raise KeyboardInterrupt


def test_no_transaction_is_open_while_the_mail_goes_out(
    owner: Actor, member: Actor, smtp: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(member, by=owner)
    open_while_sending: list[bool] = []
    send = mail.send
    monkeypatch.setattr(
        mail, "send", lambda m: (open_while_sending.append(db.is_open()), send(m))[1]
    )
    delivery.send_notice(the_claim(owner))
    assert open_while_sending == [False]


def _withdraw(owner: Actor, member: Actor, things: Things, thing: object) -> None:
    with acting(owner):
        actions.withdraw(keys=[f"thanked:{thing}"])


def _hide(owner: Actor, member: Actor, things: Things, thing: object) -> None:
    things.hidden.add(thing)  # type: ignore[arg-type]


def _see(owner: Actor, member: Actor, things: Things, thing: object) -> None:
    with acting(member):
        actions.mark_seen(member)


def _switch_off(owner: Actor, member: Actor, things: Things, thing: object) -> None:
    with acting(member):
        actions.set_preference(member, KIND, "mail", enabled=False)


def _unsubscribe(owner: Actor, member: Actor, things: Things, thing: object) -> None:
    with db.transaction(owner.team_id):
        actions.unsubscribe(links.Unsubscribe(member.member_id, KIND))


def _suppress(owner: Actor, member: Actor, things: Things, thing: object) -> None:
    address = address_of(member)
    with acting(owner):
        delivery.suppress(address, "550")


def _remove(owner: Actor, member: Actor, things: Things, thing: object) -> None:
    with acting(owner) as unit:
        unit.session.execute(
            update(Membership).where(Membership.id == member.member_id).values(state="removed")
        )


@pytest.mark.parametrize(
    "change", [_withdraw, _hide, _see, _switch_off, _unsubscribe, _suppress, _remove]
)
def test_what_changed_since_stops_the_mail(
    owner: Actor, member: Actor, smtp: Listener, things: Things, change: object
) -> None:
    thing = tell(member, by=owner)
    claim = the_claim(owner)
    change(owner, member, things, thing)  # type: ignore[operator]
    delivery.send_notice(claim)
    assert smtp.tried == []
    assert state_of(claim) == "cancelled"


def test_notices_of_a_deleted_team_wait_until_it_is_back(
    owner: Actor, member: Actor, smtp: Listener
) -> None:
    tell(member, by=owner)
    claim = the_claim(owner)
    with acting(owner):
        team_life.end_team(owner)
    delivery.send_notice(claim)
    assert smtp.tried == []
    assert state_of(claim) == "due"
    with db.transaction(None, owner.user_id):
        team_life.restore_team(owner.user_id, owner.team_slug)
    make_due(owner)
    delivery.send_notice(the_claim(owner))
    assert len(smtp.arrived) == 1


def test_a_kind_that_is_not_mailed_by_default_waits_for_a_wish(
    owner: Actor, member: Actor, smtp: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet = dataclasses.replace(catalogue.kind(KIND), mail_default=False)
    monkeypatch.setitem(catalogue._kinds, KIND, quiet)
    tell(member, by=owner)
    delivery.send_notice(the_claim(owner))
    assert smtp.tried == []
    with acting(member):
        actions.set_preference(member, KIND, "mail", enabled=True)
    tell(member, by=owner)
    delivery.send_notice(the_claim(owner))
    assert len(smtp.arrived) == 1


def test_a_refusal_for_good_stops_this_mail_and_all_later_ones(
    owner: Actor, member: Actor, smtp: Listener
) -> None:
    smtp.mode = "5xx"
    tell(member, by=owner)
    claim = the_claim(owner)
    delivery.send_notice(claim)
    assert state_of(claim) == "dead"
    with acting(owner) as unit:
        assert unit.session.scalars(select(MailSuppression.address)).all() == [
            address_of_in(member)
        ]
    smtp.mode = "ok"
    tell(member, by=owner)
    delivery.send_notice(the_claim(owner))
    assert len(smtp.tried) == 1


def address_of_in(actor: Actor) -> str:
    found = primary_email(actor.user_id)
    assert found is not None
    return found


def test_a_refusal_for_now_is_raised_so_that_it_comes_back(
    owner: Actor, member: Actor, smtp: Listener
) -> None:
    smtp.mode = "4xx"
    tell(member, by=owner)
    claim = the_claim(owner)
    with pytest.raises(MailFailed):
        delivery.send_notice(claim)
    assert state_of(claim) == "due"


def test_in_quiet_hours_the_mail_waits_without_losing_a_try(
    owner: Actor, member: Actor, smtp: Listener
) -> None:
    zone = ZoneInfo(member.zone)
    with acting(owner) as unit:
        now = clock.now().astimezone(zone)
        hours = {
            "starts": (now - timedelta(hours=1)).strftime("%H:%M"),
            "ends": (now + timedelta(hours=2)).strftime("%H:%M"),
        }
        unit.session.execute(
            update(Membership).where(Membership.id == member.member_id).values(quiet_hours=hours)
        )
    tell(member, by=owner)
    claim = the_claim(owner)
    delivery.send_notice(claim)
    assert smtp.tried == []
    with acting(owner) as unit:
        row = unit.session.get_one(OutboxRow, (claim.team_id, claim.id))
        assert (row.state, row.attempt, row.lease_until) == ("due", 0, None)
        assert row.next_at is not None
        assert timedelta(hours=1) < row.next_at - clock.now() <= timedelta(hours=2, minutes=1)


def test_one_notice_s_mail_costs_few_statements(
    owner: Actor, member: Actor, smtp: Listener
) -> None:
    tell(member, by=owner)
    claim = the_claim(owner)
    with counting() as sent:
        delivery.send_notice(claim)
    # open, the recheck in one, then open, close the row, note the mail
    assert len(sent) == 5, str(sent)


class TestSendClaimed:
    """What features use for mails that are no notices."""

    @staticmethod
    def owed(owner: Actor) -> Claim:
        with acting(owner):
            outbox.put("test.letter", {}, queue_name=queue.MAIL)
        (claim,) = claims_of(owner, "test.letter")
        return claim

    @staticmethod
    def letter(to: str = "mara@example.org") -> Mail:
        return Mail("letter-1", to, "Mara", "Hello", "Hello", None, "Northlight")

    def test_it_is_built_inside_a_transaction_and_sent_outside(
        self, owner: Actor, smtp: Listener
    ) -> None:
        claim = self.owed(owner)
        teams = []
        delivery.send_claimed(claim, lambda: (teams.append(db.current_team_id()), self.letter())[1])
        assert teams == [owner.team_id]
        assert len(smtp.arrived) == 1
        assert state_of(claim) == "done"

    def test_nothing_to_send_closes_the_row(self, owner: Actor, smtp: Listener) -> None:
        claim = self.owed(owner)
        delivery.send_claimed(claim, lambda: None)
        assert state_of(claim) == "cancelled"
        assert smtp.tried == []

    def test_a_row_that_another_took_is_left_alone(self, owner: Actor, smtp: Listener) -> None:
        claim = dataclasses.replace(self.owed(owner), attempt=7)
        delivery.send_claimed(claim, self.letter)
        assert smtp.tried == []

    def test_a_refused_address_gets_only_what_is_essential_until_that_arrives(
        self, owner: Actor, smtp: Listener
    ) -> None:
        smtp.mode = "5xx"
        delivery.send_claimed(self.owed(owner), self.letter)
        smtp.mode = "ok"
        delivery.send_claimed(self.owed(owner), self.letter)
        assert len(smtp.tried) == 1
        delivery.send_claimed(self.owed(owner), self.letter, essential=True)
        delivery.send_claimed(self.owed(owner), self.letter)
        assert len(smtp.arrived) == 2


@pytest.mark.parametrize(
    ("hours", "at", "minutes"),
    [
        (None, "2026-06-01T23:30", 0),
        ({"starts": "22:00", "ends": "07:00"}, "2026-06-01T23:30", 450),
        ({"starts": "22:00", "ends": "07:00"}, "2026-06-01T06:30", 30),
        ({"starts": "22:00", "ends": "07:00"}, "2026-06-01T07:00", 0),
        ({"starts": "12:00", "ends": "13:00"}, "2026-06-01T12:15", 45),
        ({"starts": "12:00", "ends": "13:00"}, "2026-06-01T11:59", 0),
        ({"starts": "12:00", "ends": "12:00"}, "2026-06-01T12:00", 0),
        # The night of 29 March 2026 is an hour short in Berlin.
        ({"starts": "22:00", "ends": "07:00"}, "2026-03-28T23:00", 420),
    ],
)
def test_quiet_hours_are_the_wall_clock_s(hours: object, at: str, minutes: int) -> None:
    moment = (
        datetime.fromisoformat(at)
        .replace(tzinfo=ZoneInfo("Europe/Berlin"))
        .astimezone(ZoneInfo("UTC"))
    )
    assert delivery.quiet.wait(hours, moment, "Europe/Berlin") == timedelta(minutes=minutes)  # type: ignore[arg-type]
