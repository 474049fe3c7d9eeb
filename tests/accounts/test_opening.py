"""What opens a request: sessions by cookie, members by token, and when neither holds."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select, text

from community.accounts.actions import membership as membership_actions
from community.accounts.actions import tokens as token_actions
from community.accounts.models import ApiToken, Session
from community.accounts.queries import opening
from community.core import db, tokens
from community.identity.models import Actor
from community.identity.queries import find_actor
from tests.conftest import counting
from tests.factories.accounts import (
    actor_by_token,
    age_session,
    make_session,
    make_token,
    open_session,
    session_of,
)
from tests.factories.identity import acting, make_member


def _opened(secret: str | None, slug: str | None) -> tuple[object, object]:
    statement, params = opening.open_portal(tokens.digest(secret) if secret else None, slug)
    with db.transaction(opening=statement, params=params) as unit:
        team, user = unit.session.execute(
            text("SELECT current_setting('app.team_id'), current_setting('app.user_id')")
        ).one()
        assert team == str(unit.team_id or "")
        assert user == str(unit.user_id or "")
        return unit.team_id, unit.user_id


def test_a_cookie_and_an_address_set_user_and_team_in_one_statement(owner: Actor) -> None:
    secret = make_session(owner)
    statement, params = opening.open_portal(tokens.digest(secret), owner.team_slug)
    with counting() as sent, db.transaction(opening=statement, params=params) as unit:
        assert (unit.team_id, unit.user_id) == (owner.team_id, owner.user_id)
    assert len(sent) == 1


def test_the_opening_finds_the_actor_too(owner: Actor) -> None:
    member = make_member(owner, role="guest")
    for who in (owner, member):
        statement, params = opening.open_portal(tokens.digest(make_session(who)), who.team_slug)
        with counting() as sent, db.transaction(opening=statement, params=params) as unit:
            assert opening.opened_actor(unit.opened) == find_actor(who.team_id, who.user_id)
        assert len(sent) == 2  # the second is the comparison's


def test_nobody_is_an_actor_in_a_team_they_are_not_in(owner: Actor, stranger: Actor) -> None:
    for slug in (stranger.team_slug, None, "no-such-team"):
        statement, params = opening.open_portal(tokens.digest(make_session(owner)), slug)
        with db.transaction(opening=statement, params=params) as unit:
            assert opening.opened_actor(unit.opened) is None


def test_a_team_left_over_on_the_connection_is_never_seen(owner: Actor, stranger: Actor) -> None:
    """One connection, set to another team and user for good before each opening."""
    ours = tokens.parse(make_token(owner))
    assert ours is not None
    portal = opening.open_portal(tokens.digest(make_session(owner)), owner.team_slug)
    for sql, params in (portal, opening.open_api(ours.team_key, ours.digest)):
        for _time in range(7):  # the driver prepares the statement, then the server its plan
            with db.engine().connect() as connection:
                connection.execute(
                    text(
                        "SELECT set_config('app.team_id', :team, false), set_config('app.user_id', :user, false)"
                    ),
                    {"team": str(stranger.team_id), "user": str(stranger.user_id)},
                )
                row = connection.exec_driver_sql(sql, dict(params)).one()
                found = opening.opened_actor(row)
                connection.rollback()
            assert found is not None
            assert found.member_id == owner.member_id


def test_without_a_cookie_neither_team_nor_user_is_set(owner: Actor) -> None:
    assert _opened(None, None) == (None, None)
    assert _opened(None, owner.team_slug) == (None, None)
    assert _opened("x" * 43, owner.team_slug) == (None, None)


def test_outside_a_team_only_the_user_is_set(owner: Actor) -> None:
    secret = make_session(owner)
    assert _opened(secret, None) == (None, owner.user_id)
    assert _opened(secret, "no-such-team") == (None, owner.user_id)


def test_a_session_ends_after_fourteen_idle_days(owner: Actor) -> None:
    secret = make_session(owner)
    age_session(secret, seen_days=13.9)
    assert session_of(secret) is not None
    idle = make_session(owner)
    age_session(idle, seen_days=14.1)
    assert session_of(idle) is None


def test_a_session_ends_after_ninety_days_however_busy(owner: Actor) -> None:
    secret = make_session(owner)
    age_session(secret, made_days=89.9)
    assert session_of(secret) is not None
    age_session(secret, made_days=0.2)
    assert session_of(secret) is None


def test_a_disabled_user_is_out(owner: Actor) -> None:
    secret, token = make_session(owner), make_token(owner)
    with db.transaction() as unit:
        unit.session.execute(
            text("UPDATE users SET disabled_at = now() WHERE id = :id"), {"id": owner.user_id}
        )
    assert session_of(secret) is None
    assert actor_by_token(token) is None


def test_a_busy_session_is_noted_as_seen_at_most_every_ten_minutes(owner: Actor) -> None:
    secret = make_session(owner)

    def seen() -> object:
        with db.transaction() as unit:
            return unit.session.scalar(
                select(Session.seen_at).where(Session.token_digest == tokens.digest(secret))
            )

    before = seen()
    open_session(secret)
    assert seen() == before
    age_session(secret, seen_days=1)
    moved = seen()
    open_session(secret)
    assert seen() != moved


def test_two_requests_of_a_browser_do_not_wait_for_each_other(owner: Actor) -> None:
    secret = make_session(owner)
    age_session(secret, seen_days=1)
    statement, params = opening.open_portal(tokens.digest(secret), None)
    with db.transaction(opening=statement, params=params), ThreadPoolExecutor(1) as other:
        assert other.submit(session_of, secret).result(timeout=5) is not None


def test_a_token_opens_its_own_team_in_one_statement(owner: Actor) -> None:
    secret = make_token(owner, "read")
    with counting() as sent:
        actor = actor_by_token(secret)
    assert len(sent) == 1
    assert actor is not None
    assert (actor.member_id, actor.scopes) == (owner.member_id, frozenset({"read"}))


def test_a_token_sets_its_user_for_row_level_security(owner: Actor) -> None:
    parsed = tokens.parse(make_token(owner))
    assert parsed is not None
    statement, params = opening.open_api(parsed.team_key, parsed.digest)
    with db.transaction(opening=statement, params=params) as unit:
        assert unit.user_id == owner.user_id
        assert unit.session.scalar(text("SELECT current_setting('app.user_id')")) == str(
            owner.user_id
        )


def test_a_token_under_another_teams_key_opens_nothing(owner: Actor, stranger: Actor) -> None:
    secret = make_token(owner)
    forged = secret.replace(owner.team_key, stranger.team_key)
    assert actor_by_token(forged) is None
    statement, params = opening.open_api(stranger.team_key, tokens.digest(secret))
    with db.transaction(opening=statement, params=params) as unit:
        assert opening.opened_actor(unit.opened) is None
        assert unit.user_id is None


def test_an_unknown_team_key_sets_no_team(configured: None) -> None:
    statement, params = opening.open_api("nobodysteam", b"")
    with db.transaction(opening=statement, params=params) as unit:
        assert unit.team_id is None
        assert opening.opened_actor(unit.opened) is None


def test_an_expired_or_revoked_token_opens_nothing(owner: Actor) -> None:
    expired, revoked = make_token(owner), make_token(owner)
    with acting(owner) as unit:
        unit.session.execute(
            text("UPDATE api_tokens SET expires_at = now() WHERE digest = :digest"),
            {"digest": tokens.digest(expired)},
        )
        row = unit.session.scalar(
            select(ApiToken.id).where(ApiToken.digest == tokens.digest(revoked))
        )
        assert row is not None
        token_actions.revoke_token(owner, row)
    assert actor_by_token(expired) is None
    assert actor_by_token(revoked) is None


def test_a_token_ends_with_its_membership(owner: Actor) -> None:
    member = make_member(owner)
    secret = make_token(member)
    with acting(owner):
        membership_actions.remove_member(owner, member.person_id)
    assert actor_by_token(secret) is None


def test_a_tokens_last_use_is_written_at_most_every_five_minutes(owner: Actor) -> None:
    secret = make_token(owner)
    digest = tokens.digest(secret)

    def last_used() -> object:
        with acting(owner) as unit:
            return unit.session.scalar(
                select(ApiToken.last_used_at).where(ApiToken.digest == digest)
            )

    actor = actor_by_token(secret)
    assert actor is not None
    token_actions.note_token_use(actor, digest)
    first = last_used()
    assert first is not None
    actor_by_token(secret)
    with counting() as sent:
        token_actions.note_token_use(actor, digest)
    assert sent == []
    with acting(owner) as unit:
        unit.session.execute(
            text(
                "UPDATE api_tokens SET last_used_at = last_used_at - interval '6 minutes'"
                " WHERE digest = :digest"
            ),
            {"digest": digest},
        )
    actor_by_token(secret)
    token_actions.note_token_use(actor, digest)
    assert last_used() >= first  # type: ignore[operator]
