"""Mails of accounts as they arrive, and what is forgotten in time."""

import re
import uuid
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from sqlalchemy import select, update

from community.accounts import jobs
from community.accounts.actions import membership, own_way_in, sign_in
from community.accounts.actions.forgetting import forget_what_is_over
from community.accounts.models import Credential
from community.core import clock, db, mail, outbox, queue
from community.core.outbox import Claim, OutboxRow
from community.identity.models import Actor, User
from community.web.session import CommunityFlask
from tests.factories.accounts import (
    PASSWORD,
    address_of,
    make_session,
    newest_link,
    open_session,
)
from tests.factories.identity import acting


def _ask(address: str) -> None:
    with db.transaction():
        sign_in.request_link(address, remote=f"2001:db8:{uuid.uuid4().hex[:4]}::1")


def _deliver(app: CommunityFlask, actor: Actor) -> list[EmailMessage]:
    """Work on the actor's own rows of the mail queue; returns what was laid into the mailbox."""
    with acting(actor) as unit:
        mine = set(unit.session.scalars(select(OutboxRow.id).where(OutboxRow.job == jobs.MAIL_JOB)))
    found: list[EmailMessage] = []
    with app.app_context():
        for claim in outbox.load(outbox.claim(queue.MAIL)):
            if claim.id in mine:
                found += _work_on(claim)
    return found


def _work_on(claim: Claim) -> list[EmailMessage]:
    jobs.JOBS[claim.job](claim)
    path = mail.settings().mailbox / f"account-{claim.args['credential_id']}.eml"
    if not path.exists():
        return []
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return [message]


def _text(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def _state(actor: Actor) -> list[str]:
    with acting(actor) as unit:
        rows = select(OutboxRow.state).where(OutboxRow.job == jobs.MAIL_JOB)
        return list(unit.session.scalars(rows))


def test_the_sign_in_mail_carries_the_link_in_both_parts(app: CommunityFlask, owner: Actor) -> None:
    _ask(address_of(owner))
    (message,) = _deliver(app, owner)
    link = f"http://localhost:8000/login/{newest_link(owner.user_id)}"
    assert link in _text(message)
    assert f'href="{link}"' in _text(message, "html")
    assert message["To"].addresses[0].addr_spec == address_of(owner)
    assert message["From"].addresses[0].display_name == owner.team_name
    assert message["Subject"] == "Your link to sign in"
    assert address_of(owner) in _text(message)
    assert _state(owner) == ["done"]


def test_the_mailed_link_signs_in(app: CommunityFlask, owner: Actor) -> None:
    _ask(address_of(owner))
    (message,) = _deliver(app, owner)
    found = re.search(r"/login/([\w-]+)", _text(message))
    assert found is not None
    with db.transaction():
        secret = sign_in.sign_in_with_link(found[1]).secret
    assert open_session(secret).user_id == owner.user_id


def test_the_time_is_the_readers_own(app: CommunityFlask, owner: Actor) -> None:
    with db.transaction() as unit:
        unit.session.execute(update(User).where(User.id == owner.user_id).values(zone="Asia/Tokyo"))
    _ask(address_of(owner))
    (message,) = _deliver(app, owner)
    assert re.search(r"until \d+ \w+ \d{4}, \d\d:\d\d UTC\+09:00", _text(message))


def test_greenwich_is_called_utc(app: CommunityFlask, owner: Actor) -> None:
    with db.transaction() as unit:
        unit.session.execute(update(User).where(User.id == owner.user_id).values(zone="UTC"))
    _ask(address_of(owner))
    (message,) = _deliver(app, owner)
    assert re.search(r"\d\d:\d\d UTC[^+-]", _text(message))


@pytest.mark.parametrize("spoil", ["used", "expired", "left"])
def test_a_link_that_opens_nothing_any_more_is_not_mailed(
    app: CommunityFlask, owner: Actor, member: Actor, spoil: str
) -> None:
    _ask(address_of(member))
    link = newest_link(member.user_id) or ""
    if spoil == "used":
        with db.transaction():
            sign_in.sign_in_with_link(link)
    if spoil == "left":
        with acting(owner):
            membership.remove_member(owner, member.person_id)
    with clock.shifted(timedelta(minutes=20 if spoil == "expired" else 0)):
        assert _deliver(app, owner) == []
    assert _state(owner) == ["cancelled"]


def test_a_new_address_is_asked_and_the_old_one_told(app: CommunityFlask, owner: Actor) -> None:
    old, new = address_of(owner), f"new-{uuid.uuid4().hex[:10]}@example.org"
    session = open_session(make_session(owner))
    with acting(owner):
        own_way_in.request_new_email(owner, session, new, current="")
    (asked,) = _deliver(app, owner)
    assert asked["To"].addresses[0].addr_spec == new
    found = re.search(r"/login/([\w-]+)", _text(asked))
    assert found is not None
    with db.transaction():
        own_way_in.confirm_new_email(owner.user_id, found[1])
    (told,) = _deliver(app, owner)
    assert told["To"].addresses[0].addr_spec == old
    assert "does not sign in any more" in _text(told)
    assert new not in _text(told)


def test_a_new_password_is_told_without_a_secret(app: CommunityFlask, owner: Actor) -> None:
    session = open_session(make_session(owner))
    with acting(owner):
        own_way_in.set_password(owner, session, PASSWORD, current="")
    (message,) = _deliver(app, owner)
    assert message["To"].addresses[0].addr_spec == address_of(owner)
    assert PASSWORD not in _text(message)
    assert re.search(r"/login$", _text(message), re.MULTILINE)


def test_a_repeat_has_the_same_message_id(app: CommunityFlask, owner: Actor) -> None:
    _ask(address_of(owner))
    with app.app_context(), acting(owner) as unit:
        row = unit.session.scalars(select(OutboxRow).where(OutboxRow.job == jobs.MAIL_JOB)).one()
        made = [jobs.link_mail(uuid.UUID(row.args["credential_id"])) for _ in range(2)]
    assert made[0] == made[1]


def test_what_is_over_is_forgotten_and_what_is_open_stays(owner: Actor) -> None:
    with db.transaction():
        sign_in.new_link(owner.user_id, "sign_in", life=timedelta(minutes=15))
        kept = sign_in.new_link(owner.user_id, "confirm_email", life=timedelta(days=4))
    with clock.shifted(timedelta(days=3)), db.transaction():
        assert forget_what_is_over(clock.now()) >= 1
    with db.transaction() as unit:
        left = unit.session.scalars(
            select(Credential.id).where(Credential.user_id == owner.user_id)
        ).all()
    assert left == [kept]
