"""P17: sign-out, a new password or factor, removal: session and token are refused at the next request.

A thousand tries by `make faults`, a few in the checks; every one through the whole application.
"""

from collections.abc import Callable

import pytest

from community.accounts.actions import (
    authenticator,
    factors,
    membership,
    own_way_in,
    sessions,
)
from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.factories.accounts import (
    code_of,
    make_app,
    make_session,
    make_token,
    open_session,
)
from tests.factories.identity import acting, make_member
from tests.faults.sizes import TRIES
from tests.web_client import BASE_URL

End = Callable[[Actor, Actor, str], None]


def _sign_out(_owner: Actor, member: Actor, cookie: str) -> None:
    session = open_session(cookie)
    with acting(member):
        sessions.sign_out(session)


def _new_password(_owner: Actor, member: Actor, _cookie: str) -> None:
    session = open_session(make_session(member))
    with acting(member):
        own_way_in.set_password(member, session, "meadow-lantern-otter-19", current="")


def _new_factor(_owner: Actor, member: Actor, _cookie: str) -> None:
    session = open_session(make_session(member))
    with acting(member):
        factors.propose_app(session)
        key = authenticator.proposed_key(member.user_id) or ""
    with acting(member):
        factors.add_app(session, code_of(key))


def _lost_factor(_owner: Actor, member: Actor, _cookie: str) -> None:
    make_app(member)
    session = open_session(make_session(member))
    with acting(member):
        factors.remove_app(session)


def _removal(owner: Actor, member: Actor, _cookie: str) -> None:
    with acting(owner):
        membership.remove_member(owner, member.person_id)


@pytest.mark.parametrize(
    ("end", "ends_tokens"),
    [
        (_sign_out, False),
        (_new_password, True),
        (_new_factor, True),
        (_lost_factor, True),
        (_removal, True),
    ],
)
def test_what_has_ended_is_refused_at_the_next_request(
    app: CommunityFlask, owner: Actor, end: End, ends_tokens: bool
) -> None:
    refused = 0
    for number in range(TRIES):
        member = make_member(owner, f"Member {number}")
        cookie, token = make_session(member), make_token(member)
        assert _page(app, member, cookie) == 200
        assert _api(app, token) == 200
        end(owner, member, cookie)
        refused += _page(app, member, cookie) == 303 and (_api(app, token) == 401) is ends_tokens
    assert refused == TRIES


def _page(app: CommunityFlask, member: Actor, cookie: str) -> int:
    client = app.test_client()
    client.set_cookie("community", cookie, domain="localhost")
    path = f"/t/{member.team_slug}/settings/keyboard"
    return client.get(path, base_url=BASE_URL).status_code


def _api(app: CommunityFlask, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return app.test_client().get("/api/v1/me", base_url=BASE_URL, headers=headers).status_code
