"""P17: what has ended is refused at the next request, whatever ended it: session and token.

A thousand tries by `make faults`, a few in the checks; every one through the whole application.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import text

from community.accounts.actions import (
    authenticator,
    factors,
    linking,
    membership,
    own_way_in,
    sessions,
    team_life,
    tokens,
)
from community.accounts.models import LinkedAccount
from community.core import db
from community.core import tokens as secrets
from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.factories.accounts import (
    code_of,
    make_app,
    make_session,
    make_token,
    newest_link,
    open_session,
)
from tests.factories.identity import acting, make_member, make_team
from tests.faults.conftest import Figures
from tests.faults.sizes import TRIES
from tests.web_client import BASE_URL


@dataclass(frozen=True)
class Case:
    """Somebody signed in, with a token, and the owner of their team."""

    owner: Actor
    member: Actor
    cookie: str
    token: str


def _sign_out(case: Case) -> None:
    session = open_session(case.cookie)
    with acting(case.member):
        sessions.sign_out(session)


def _end_one(case: Case) -> None:
    session = open_session(case.cookie)
    with acting(case.member):
        sessions.end_session(case.member.user_id, session.id)


def _end_others(case: Case) -> None:
    elsewhere = open_session(make_session(case.member))
    with acting(case.member):
        sessions.end_other_sessions(elsewhere)


def _end_all(case: Case) -> None:
    with acting(case.member):
        sessions.sign_out_everywhere(case.member.user_id)


def _too_old(case: Case) -> None:
    with db.transaction() as unit:
        unit.session.execute(
            text("UPDATE sessions SET expires_at = now() WHERE token_digest = :digest"),
            {"digest": secrets.digest(case.cookie)},
        )


def _too_long_unused(case: Case) -> None:
    with db.transaction() as unit:
        unit.session.execute(
            text(
                "UPDATE sessions SET seen_at = now() - interval '14 days' WHERE token_digest = :digest"
            ),
            {"digest": secrets.digest(case.cookie)},
        )


def _new_password(case: Case) -> None:
    session = open_session(make_session(case.member))
    with acting(case.member):
        own_way_in.set_password(case.member, session, "meadow-lantern-otter-19", current="")


def _password_by_mail(case: Case) -> None:
    with acting(case.member):
        own_way_in.request_password_link(case.member)
    link = newest_link(case.member.user_id, "reset_password") or ""
    with db.transaction():
        own_way_in.reset_password(link, "meadow-lantern-otter-19")


def _new_factor(case: Case) -> None:
    session = open_session(make_session(case.member))
    with acting(case.member):
        factors.propose_app(session)
        key = authenticator.proposed_key(case.member.user_id) or ""
    with acting(case.member):
        factors.add_app(session, code_of(key))


def _lost_factor(case: Case) -> None:
    make_app(case.member)
    session = open_session(make_session(case.member))
    with acting(case.member):
        factors.remove_app(session)


def _forgotten_factors(case: Case) -> None:
    make_app(case.member)
    with db.transaction():
        factors.forget_all(case.member.user_id)


def _unlinked(case: Case) -> None:
    row = LinkedAccount(
        user_id=case.member.user_id, issuer="https://id.example", subject=secrets.secret()
    )
    session = open_session(make_session(case.member))
    with acting(case.member):
        db.add(row)
        db.flush()
        linking.unlink_account(session, row.id)


def _new_address(case: Case) -> None:
    session = open_session(make_session(case.member))
    address = f"new-{db.new_id().hex[-12:]}@example.org"
    with acting(case.member):
        own_way_in.request_new_email(case.member, session, address, current="")
    link = newest_link(case.member.user_id, "confirm_email") or ""
    with db.transaction():
        own_way_in.confirm_new_email(case.member.user_id, link, keeping=session.id)


def _removal(case: Case) -> None:
    with acting(case.owner):
        membership.remove_member(case.owner, case.member.person_id)


def _leaving(case: Case) -> None:
    with acting(case.member):
        membership.leave_team(case.member)


def _end_of_the_team(case: Case) -> None:
    with acting(case.owner):
        team_life.end_team(case.owner)


def _disabled(case: Case) -> None:
    with db.transaction() as unit:
        unit.session.execute(
            text("UPDATE users SET disabled_at = now() WHERE id = :id"), {"id": case.member.user_id}
        )


def _revoked(case: Case) -> None:
    with acting(case.member) as unit:
        token_id = unit.session.scalar(
            text("SELECT id FROM api_tokens WHERE digest = :digest"),
            {"digest": secrets.digest(case.token)},
        )
        tokens.revoke_token(case.member, token_id)


def _expired(case: Case) -> None:
    with acting(case.member) as unit:
        unit.session.execute(
            text("UPDATE api_tokens SET expires_at = now() WHERE digest = :digest"),
            {"digest": secrets.digest(case.token)},
        )


SESSION, TOKEN, BOTH = (True, False), (False, True), (True, True)


@pytest.mark.parametrize(
    ("end", "ends"),
    [
        (_sign_out, SESSION),
        (_end_one, SESSION),
        (_end_others, SESSION),
        (_end_all, SESSION),
        (_too_old, SESSION),
        (_too_long_unused, SESSION),
        (_new_password, BOTH),
        (_password_by_mail, BOTH),
        (_new_factor, BOTH),
        (_lost_factor, BOTH),
        (_forgotten_factors, BOTH),
        (_unlinked, BOTH),
        (_new_address, BOTH),
        (_removal, BOTH),
        (_leaving, BOTH),
        (_end_of_the_team, BOTH),
        (_disabled, BOTH),
        (_revoked, TOKEN),
        (_expired, TOKEN),
    ],
)
@pytest.mark.timeout(1800)
def test_what_has_ended_is_refused_at_the_next_request(
    app: CommunityFlask, figures: Figures, end: Callable[[Case], None], ends: tuple[bool, bool]
) -> None:
    owner, refused = make_team(), 0
    for number in range(TRIES):
        if end is _end_of_the_team:
            owner = make_team()
        member = make_member(owner, f"Member {number}")
        case = Case(owner, member, make_session(member), make_token(member))
        assert (_page(app, case), _api(app, case)) == (200, 200)
        end(case)
        left = (_page(app, case), _api(app, case))
        refused += (left[0] in (303, 404), left[1] == 401) == ends
    said = figures(ending=end.__name__.strip("_"), tries=TRIES, refused=refused)
    assert refused == TRIES, said


def _page(app: CommunityFlask, case: Case) -> int:
    client = app.test_client()
    client.set_cookie("community", case.cookie, domain="localhost")
    path = f"/t/{case.member.team_slug}/settings/keyboard"
    return client.get(path, base_url=BASE_URL).status_code


def _api(app: CommunityFlask, case: Case) -> int:
    headers = {"Authorization": f"Bearer {case.token}"}
    return app.test_client().get("/api/v1/me", base_url=BASE_URL, headers=headers).status_code
