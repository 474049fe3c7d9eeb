"""The keys of authenticator apps as they are kept: sealed, read under older keys, forgotten unproved."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from community.accounts.actions import (
    authenticator,
    forgetting,
)
from community.accounts.models import AuthenticatorApp
from community.accounts.queries import factors as queries
from community.core import clock, crypto, db
from community.identity.models import Actor
from tests.accounts.halves import finish, half_of, refusal
from tests.factories.accounts import (
    APP_KEY,
    code_of,
    make_app,
    make_codes,
)


def test_sealed_keys_are_read_under_an_older_key_and_sealed_anew(fresh_database: str) -> None:
    old, new = "k" * 40, "n" * 40
    sealed = crypto.seal(APP_KEY)
    try:
        crypto.configure([new, old])
        assert crypto.unseal(sealed) == APP_KEY
        crypto.configure([new])
        with pytest.raises(ValueError, match="another key"):
            crypto.unseal(sealed)
    finally:
        crypto.configure([old])


def test_a_key_sealed_with_a_lost_key_fits_no_code_and_recovery_still_does(owner: Actor) -> None:
    make_app(owner)
    codes = make_codes(owner)
    half = half_of(owner)
    try:
        crypto.configure(["z" * 40])
        assert refusal(half, code_of()) == "wrong_code"
        assert finish(half, codes[0])
    finally:
        crypto.configure(["k" * 40])


def test_a_key_that_was_never_proved_is_forgotten_after_a_day(fresh_database: str) -> None:
    with db.transaction() as unit:
        user_id = db.new_id()
        unit.session.connection().exec_driver_sql(
            "INSERT INTO users (id, locale, zone, hotkeys, created_at)"
            " VALUES (%(id)s, 'en', 'UTC', true, now())",
            {"id": user_id},
        )
        authenticator.propose(user_id)
    with db.transaction():
        forgetting.forget_what_is_over(clock.now())
        assert queries.find_app(user_id) is not None
    with db.transaction() as unit:
        unit.session.execute(
            update(AuthenticatorApp).values(created_at=clock.now() - timedelta(days=2))
        )
    with db.transaction():
        forgetting.forget_what_is_over(clock.now())
        assert queries.find_app(user_id) is None
