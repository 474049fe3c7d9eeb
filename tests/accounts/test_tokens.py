"""API tokens: what they grant, who sees them, how they end."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from community.accounts import policy
from community.accounts.actions import tokens
from community.accounts.models import ApiToken
from community.accounts.queries import tokens as queries
from community.core import clock
from community.core.errors import Conflict, NotAllowed, NotFound, RuleBroken
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.factories.accounts import actor_by_token, make_token
from tests.factories.identity import acting, make_member
from tests.web_client import Api


def test_the_secret_is_shown_once_and_carries_the_team(owner: Actor) -> None:
    with acting(owner):
        token, secret = tokens.create_token(owner, name="Backup", scopes=["read", "read"])
    assert secret.startswith(f"cty_{owner.team_key}_")
    assert token.scopes == ["read"]
    assert secret.encode() not in token.digest


def test_a_token_grants_no_more_than_it_has_itself(owner: Actor) -> None:
    reader = actor_by_token(make_token(owner, "read"))
    assert reader is not None
    assert policy.grantable_scopes(reader) == ("read",)
    with acting(reader), pytest.raises(NotAllowed):
        tokens.create_token(reader, name="More", scopes=["read", "write"])
    with acting(reader):
        tokens.create_token(reader, name="Same", scopes=["read"])


@pytest.mark.parametrize(
    ("role", "admin"), [("owner", True), ("steward", True), ("member", False), ("guest", False)]
)
def test_the_scope_admin_is_for_those_who_look_after_the_team(
    owner: Actor, role: str, admin: bool
) -> None:
    actor = owner if role == "owner" else make_member(owner, role=role)
    assert ("admin" in policy.grantable_scopes(actor)) is admin


def test_one_sees_and_revokes_only_ones_own_tokens(owner: Actor, member: Actor) -> None:
    with acting(member):
        theirs, _secret = tokens.create_token(member, name="Theirs", scopes=["read"])
    make_token(owner)
    with acting(owner):
        listed = queries.find_tokens(owner, PageRequest()).items
        assert [token.name for token in listed] == ["test"]
        with pytest.raises(NotFound):
            tokens.revoke_token(owner, theirs.id)


def test_a_revoked_token_is_gone_from_the_list_and_not_found_twice(owner: Actor) -> None:
    with acting(owner):
        token, _secret = tokens.create_token(owner, name="Gone", scopes=["read"])
        tokens.revoke_token(owner, token.id)
    with acting(owner):
        assert queries.find_tokens(owner, PageRequest()).items == []
        with pytest.raises(NotFound):
            tokens.revoke_token(owner, token.id)


def test_a_token_ends_in_the_future(owner: Actor) -> None:
    with acting(owner), pytest.raises(RuleBroken) as refused:
        tokens.create_token(owner, name="Late", scopes=["read"], expires_at=clock.now())
    assert refused.value.field == "expires_at"
    with acting(owner):
        day = clock.now() + timedelta(days=1)
        assert tokens.create_token(owner, name="Day", scopes=["read"], expires_at=day)


def test_a_token_made_by_a_token_does_not_outlive_it(app: CommunityFlask, owner: Actor) -> None:
    ends = clock.local_clock() + timedelta(hours=1)
    parent = Api(app, owner)
    with acting(owner) as unit:
        unit.session.execute(update(ApiToken).values(expires_at=ends))
    for asked in ({}, {"expires_at": (ends + timedelta(days=9)).isoformat()}):
        made = parent.post("/tokens", {"name": "Child", "scopes": ["read"], **asked})
        assert made.status_code == 201
        assert datetime.fromisoformat(made.json["expires_at"]) == ends
    sooner = ends - timedelta(minutes=30)
    made = parent.post(
        "/tokens", {"name": "Sooner", "scopes": ["read"], "expires_at": sooner.isoformat()}
    )
    assert datetime.fromisoformat(made.json["expires_at"]) == sooner


def test_a_token_is_revoked_with_the_one_that_made_it_and_all_that_was_made(owner: Actor) -> None:
    secrets = [make_token(owner), make_token(owner)]
    for _generation in range(2):
        maker = actor_by_token(secrets[-1])
        assert maker is not None
        with acting(maker):
            secrets.append(tokens.create_token(maker, name="Made", scopes=["read"])[1])
    beside, *line = secrets
    first = actor_by_token(line[0])
    assert first is not None
    assert first.token_id is not None
    with acting(owner):
        tokens.revoke_token(owner, first.token_id)
    assert [actor_by_token(secret) for secret in line] == [None, None, None]
    assert actor_by_token(beside) is not None


def test_fifty_tokens_are_enough(owner: Actor) -> None:
    with acting(owner):
        for number in range(tokens.MOST_TOKENS):
            tokens.create_token(owner, name=str(number), scopes=["read"])
        with pytest.raises(Conflict) as refused:
            tokens.create_token(owner, name="One more", scopes=["read"])
    assert refused.value.code == "too_many"
