"""Every change of a way in is told in the portal of each team, once, and leads to where it is mended."""

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import text

from community.accounts.actions import factors, own_way_in, sessions, tokens
from community.accounts.actions.entry import Browser, let_in
from community.accounts.actions.security_mail import tell
from community.accounts.actions.teams import add_member
from community.accounts.notices.security import EVENTS, KINDS, OTHERS, code_of
from community.core import db
from community.identity.models import Actor
from community.notifications import queries
from community.web.session import CommunityFlask
from tests.factories.accounts import (
    PASSWORD,
    make_app,
    make_codes,
    make_password,
    make_session,
    newest_link,
    open_session,
)
from tests.factories.accounts import address_of as address_of_actor
from tests.factories.identity import acting, again
from tests.web_client import Portal, words_of


def told(actor: Actor) -> list[str]:
    """The events whose notices stand in the actor's list."""
    with acting(actor) as unit:
        rows = unit.session.scalars(
            text("SELECT kind FROM notices WHERE member_id = :m AND kind LIKE 'security_%'"),
            {"m": actor.member_id},
        )
        return sorted(kind.removeprefix("security_") for kind in rows)


@pytest.mark.parametrize("event", [*EVENTS, *OTHERS])
def test_a_notice_of_each_event_stands_in_the_list_and_leads_to_a_page(
    app: CommunityFlask, member: Actor, event: str
) -> None:
    with db.transaction():
        tell(member.user_id, event, detail="Phone")
    portal = Portal(app, member)
    found = portal.get("/notifications")
    [kind] = [kind for kind in KINDS if kind.code == code_of(event)]
    assert f"{kind.label}." in words_of(found)
    assert "It concerns how you sign in." in words_of(found)
    path = kind.words(member, member.user_id).path
    assert portal.get(path).status_code == 200
    assert "switch" not in found.text.partition("notice-")[2].partition("</li>")[0]


def test_it_is_told_in_each_team_and_mailed_once(owner: Actor, stranger: Actor) -> None:
    with db.transaction(stranger.team_id, owner.user_id):
        there = add_member(owner.user_id, "Noor Haddad")
    with db.transaction():
        tell(owner.user_id, "sessions_ended")
    assert told(owner) == told(there) == ["sessions_ended"]
    mails = 0
    for actor in (owner, there):
        with acting(actor) as unit:
            mails += unit.session.scalar(
                text("SELECT count(*) FROM outbox WHERE job = 'accounts.mail_link'")
            )
    assert mails == 1


def test_nobody_else_reads_it(owner: Actor, member: Actor) -> None:
    with db.transaction():
        tell(member.user_id, "passkey_added", detail="Phone")
    reader = again(owner)
    with acting(owner):
        assert queries.count_new(reader) == 0
    for kind in KINDS:
        assert kind.may_read(member, member.user_id)
        assert not kind.may_read(owner, member.user_id)


def _sign_in_twice(member: Actor) -> None:
    for mark in ("a" * 43, "b" * 43):
        with db.transaction():
            let_in(member.user_id, Browser("Firefox", mark))


def _set_password(member: Actor) -> None:
    session = open_session(make_session(member))
    with acting(member):
        own_way_in.set_password(member, session, PASSWORD, current="")


def _change_address(member: Actor) -> None:
    session = open_session(make_session(member))
    with acting(member):
        address = f"new-{uuid.uuid4().hex[:10]}@example.org"
        own_way_in.request_new_email(member, session, address, current="")
    link = newest_link(member.user_id, "confirm_email") or ""
    with db.transaction():
        own_way_in.confirm_new_email(member.user_id, link)


def _remove_app(member: Actor) -> None:
    make_app(member)
    session = open_session(make_session(member))
    with acting(member):
        factors.remove_app(session)


def _renew_codes(member: Actor) -> None:
    make_app(member)
    make_codes(member)
    session = open_session(make_session(member))
    with acting(member):
        factors.renew_codes(session)


def _token(member: Actor) -> None:
    with acting(member):
        made, _secret = tokens.create_token(member, name="Reader", scopes=["read"])
        tokens.revoke_token(member, made.id)


def _sign_out_elsewhere(member: Actor) -> None:
    make_session(member)
    session = open_session(make_session(member))
    with acting(member):
        sessions.end_other_sessions(session)


@pytest.mark.parametrize(
    ("act", "events"),
    [
        (_sign_in_twice, ["new_browser"]),
        (_set_password, ["password_changed"]),
        (_change_address, ["email_changed"]),
        (_remove_app, ["factor_removed"]),
        (_renew_codes, ["recovery_codes_renewed"]),
        (_token, ["token_ended", "token_made"]),
        (_sign_out_elsewhere, ["sessions_ended"]),
    ],
)
def test_each_act_is_told(member: Actor, act: Callable[[Actor], None], events: list[str]) -> None:
    act(member)
    assert told(member) == events


def test_a_change_that_was_refused_is_not_told(member: Actor) -> None:
    make_password(member)
    session = open_session(make_session(member))
    with pytest.raises(Exception, match="present password"), acting(member):
        own_way_in.set_password(member, session, "harbour-violin-cactus-70", current="wrong")
    assert told(member) == []


def test_the_mail_of_a_changed_address_goes_to_the_old_one_and_the_notice_to_its_user(
    member: Actor,
) -> None:
    old = address_of_actor(member)
    _change_address(member)
    assert told(member) == ["email_changed"]
    with acting(member) as unit:
        to = unit.session.scalar(
            text(
                "SELECT address FROM credentials WHERE user_id = :u AND purpose = 'email_changed'"
            ),
            {"u": member.user_id},
        )
    assert to == old
