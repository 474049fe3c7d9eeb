"""Second factors: asked for after link and password, good once, and nobody's way around them."""

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from community.accounts.actions import (
    authenticator,
    entry,
    factors,
    own_way_in,
    passwords,
    sign_in,
    step_up,
)
from community.accounts.actions.entry import Browser
from community.accounts.models import AuthenticatorApp, Credential, Session
from community.accounts.queries import factors as queries
from community.accounts.queries import sign_in as sign_in_queries
from community.core import clock, crypto, db
from community.core.errors import ConfirmFirst, NotFound, RuleBroken, TooManyTries
from community.identity.models import Actor
from community.journal.models import JournalEntry
from tests.accounts.halves import HERE, finish, half_of, refusal, remote
from tests.factories.accounts import (
    APP_KEY,
    PASSWORD,
    actor_by_token,
    address_of,
    age_session,
    code_of,
    make_app,
    make_codes,
    make_password,
    make_session,
    make_token,
    newest_link,
    open_session,
    session_of,
)
from tests.factories.identity import acting


def _told(actor: Actor) -> list[str]:
    """The events that mails are owed about."""
    with acting(actor) as unit:
        return list(
            unit.session.scalars(
                select(Credential.purpose)
                .where(Credential.user_id == actor.user_id, Credential.kind == "link")
                .where(Credential.digest.is_(None))
                .order_by(Credential.id)
            )
        )


def _by_link(actor: Actor) -> entry.Entry:
    address = address_of(actor)
    with db.transaction():
        sign_in.request_link(address, remote=remote())
    secret = newest_link(actor.user_id) or ""
    with db.transaction():
        return sign_in.sign_in_with_link(secret, browser=HERE)


def _by_password(actor: Actor) -> entry.Entry:
    make_password(actor)
    address = address_of(actor)
    with db.transaction():
        return sign_in.sign_in_with_password(address, PASSWORD, remote=remote(), browser=HERE)


def _by_reset(actor: Actor) -> entry.Entry:
    address = address_of(actor)
    with db.transaction():
        sign_in.request_link(address, remote=remote(), purpose="reset_password")
    secret = newest_link(actor.user_id, "reset_password") or ""
    with db.transaction():
        return own_way_in.reset_password(secret, "harbour-violin-cactus-70", browser=HERE)


@pytest.mark.parametrize("way", [_by_link, _by_password, _by_reset])
def test_every_way_in_asks_for_the_second_factor(
    owner: Actor, way: Callable[[Actor], entry.Entry]
) -> None:
    make_app(owner)
    found = way(owner)
    assert found.needs_factor
    assert session_of(found.secret) is None, "half a sign-in opens nothing"
    assert open_session(finish(found.secret, code_of())).user_id == owner.user_id


def test_without_a_factor_nothing_more_is_asked(owner: Actor) -> None:
    found = _by_password(owner)
    assert not found.needs_factor
    assert session_of(found.secret) is not None


def test_a_proposed_key_asks_for_nothing_until_its_first_code(owner: Actor) -> None:
    session = open_session(make_session(owner))
    with acting(owner):
        factors.propose_app(session)
        assert not queries.has_factor(owner.user_id)
        key = authenticator.proposed_key(owner.user_id) or ""
    with pytest.raises(RuleBroken) as refused, acting(owner):
        factors.add_app(session, "000000" if code_of(key) != "000000" else "000001")
    assert refused.value.code == "wrong_code"
    with acting(owner):
        changed = factors.add_app(session, code_of(key))
        assert queries.has_factor(owner.user_id)
    assert len(set(changed.codes)) == 10


def test_the_key_lies_encrypted_and_codes_hashed(owner: Actor) -> None:
    make_app(owner)
    codes = make_codes(owner)
    with db.transaction() as unit:
        app = unit.session.scalars(
            select(AuthenticatorApp).where(AuthenticatorApp.user_id == owner.user_id)
        ).one()
        kept = unit.session.scalars(
            select(Credential).where(Credential.user_id == owner.user_id)
        ).all()
    assert APP_KEY not in str(app.sealed)
    assert crypto.unseal(app.sealed or "") == APP_KEY
    assert len(kept) == 10
    assert all(len(code.digest or b"") == 32 and code.password_hash is None for code in kept)
    assert all(code not in repr(vars(row)) for code in codes for row in kept)


def test_a_code_works_once_and_so_does_every_earlier_one(owner: Actor) -> None:
    make_app(owner)
    code = code_of()
    finish(half_of(owner), code)
    assert refusal(half_of(owner), code) == "wrong_code"
    assert refusal(half_of(owner), code_of(steps=-1)) == "wrong_code"


def test_a_phone_half_a_minute_off_still_signs_in(owner: Actor) -> None:
    make_app(owner)
    assert finish(half_of(owner), code_of(steps=-1))
    assert finish(half_of(owner), code_of(steps=1))


def test_codes_far_from_now_are_refused(owner: Actor) -> None:
    make_app(owner)
    for steps in (-3, 3, 100):
        assert refusal(half_of(owner), code_of(steps=steps)) == "wrong_code"


def test_of_eight_who_send_one_code_at_once_one_gets_in(owner: Actor) -> None:
    make_app(owner)
    halves, code = [half_of(owner) for _ in range(8)], code_of()
    got: list[str] = []
    start = threading.Barrier(len(halves))

    def run(half: str) -> None:
        start.wait()
        try:
            got.append(finish(half, code))
        except (RuleBroken, TooManyTries):
            return

    threads = [threading.Thread(target=run, args=(half,)) for half in halves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1


def test_a_recovery_code_works_once_however_it_is_typed(owner: Actor) -> None:
    make_app(owner)
    first, second = make_codes(owner)[:2]
    assert finish(half_of(owner), f"  {first.upper().replace('-', ' ')} ")
    assert refusal(half_of(owner), first) == "wrong_code"
    assert finish(half_of(owner), second)
    with db.transaction():
        assert queries.count_codes(owner.user_id) == 8
    assert _told(owner).count("recovery_code_used") == 2


def test_a_code_of_somebody_else_opens_nothing(owner: Actor, stranger: Actor) -> None:
    make_app(owner)
    make_app(stranger, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    theirs = make_codes(stranger)[0]
    assert refusal(half_of(owner), theirs) == "wrong_code"
    assert refusal(half_of(owner), code_of("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")) == "wrong_code"


def test_ten_wrong_codes_an_hour_are_enough(owner: Actor) -> None:
    make_app(owner)
    half = half_of(owner)
    for _ in range(10):
        assert refusal(half, "no-such-code") == "wrong_code"
    with pytest.raises(TooManyTries):
        finish(half, code_of())


def test_right_codes_do_not_count_as_tries(owner: Actor) -> None:
    make_app(owner)
    codes = make_codes(owner)
    for code in codes:
        assert finish(half_of(owner), code)
    assert finish(half_of(owner), code_of())


def test_half_a_sign_in_is_used_once_and_good_for_ten_minutes(owner: Actor) -> None:
    make_app(owner)
    codes = make_codes(owner)
    half = half_of(owner)
    with clock.shifted(timedelta(minutes=11)), pytest.raises(NotFound):
        finish(half, codes[0])
    assert finish(half, codes[1])
    with pytest.raises(NotFound):
        finish(half, codes[2])
    with pytest.raises(NotFound):
        finish("", codes[2])


def test_a_disabled_user_does_not_finish(owner: Actor) -> None:
    make_app(owner)
    half = half_of(owner)
    with db.transaction() as unit:
        unit.session.connection().exec_driver_sql(
            "UPDATE users SET disabled_at = now() WHERE id = %(id)s", {"id": owner.user_id}
        )
    with pytest.raises(NotFound):
        finish(half, code_of())


def test_half_a_sign_in_is_no_link(owner: Actor) -> None:
    make_app(owner)
    half = half_of(owner)
    with db.transaction(), pytest.raises(NotFound):
        sign_in_queries.find_credential_link(half)


def test_a_change_of_the_factor_ends_all_else_and_goes_on_here(owner: Actor) -> None:
    others = [make_session(owner) for _ in range(5)]
    api = [make_token(owner) for _ in range(3)]
    here = make_session(owner)
    session = open_session(here)
    with acting(owner):
        factors.propose_app(session)
        key = authenticator.proposed_key(owner.user_id) or ""
    with acting(owner):
        changed = factors.add_app(session, code_of(key))
    assert [session_of(other) for other in (*others, here)] == [None] * 6
    assert [actor_by_token(token) for token in api] == [None] * 3
    assert open_session(changed.secret).id == session.id
    assert "factor_added" in _told(owner)
    with acting(owner) as unit:
        verbs = unit.session.scalars(
            select(JournalEntry.verb).where(JournalEntry.thing_id == owner.user_id)
        ).all()
    assert "add_app" in verbs


def test_removing_the_last_factor_takes_the_codes_along(owner: Actor) -> None:
    make_app(owner)
    make_codes(owner)
    session = open_session(make_session(owner))
    with acting(owner):
        changed = factors.remove_app(session)
        assert not queries.has_factor(owner.user_id)
        assert queries.count_codes(owner.user_id) == 0
    assert changed.codes == []
    assert "factor_removed" in _told(owner)
    after = open_session(changed.secret)
    with pytest.raises(RuleBroken), acting(owner):
        factors.remove_app(after)


def test_new_codes_take_the_place_of_the_old(owner: Actor) -> None:
    make_app(owner)
    old = make_codes(owner)[0]
    session = open_session(make_session(owner))
    with acting(owner):
        new = factors.renew_codes(session).codes
    assert refusal(half_of(owner), old) == "wrong_code"
    assert finish(half_of(owner), new[0])


def test_codes_are_for_those_who_have_a_factor(owner: Actor) -> None:
    session = open_session(make_session(owner))
    with pytest.raises(RuleBroken) as refused, acting(owner):
        factors.renew_codes(session)
    assert refused.value.code == "no_factor"


def test_no_factor_changes_on_a_sign_in_of_a_while_ago(owner: Actor) -> None:
    make_app(owner)
    secret = make_session(owner)
    age_session(secret, made_days=0.02)
    session = open_session(secret)
    acts: list[Callable[[], object]] = [
        lambda: factors.propose_app(session),
        lambda: factors.add_app(session, code_of()),
        lambda: factors.remove_app(session),
        lambda: factors.renew_codes(session),
        lambda: factors.passkey_options(owner, session),
        lambda: factors.add_passkey(session, "-", name="Phone"),
        lambda: factors.remove_passkey(session, uuid.uuid4()),
    ]
    for act in acts:
        with pytest.raises(ConfirmFirst), acting(owner):
            act()


def test_beside_a_factor_eight_characters_are_enough_and_without_it_they_are_not(
    owner: Actor,
) -> None:
    with pytest.raises(RuleBroken):
        passwords.check_new("otter-19-kiln")
    passwords.check_new("otter-19-kiln", beside_factor=True)
    with pytest.raises(RuleBroken):
        passwords.check_new("otr-19k", beside_factor=True)
    make_app(owner)
    session = open_session(make_session(owner))
    with acting(owner):
        secret = own_way_in.set_password(owner, session, "otter-19-kiln", current="")
    session = open_session(secret)
    with pytest.raises(RuleBroken) as refused, acting(owner):
        factors.remove_app(session)
    assert refused.value.code == "password_short"
    with acting(owner):
        own_way_in.set_password(owner, session, PASSWORD, current="")
    with acting(owner):
        assert factors.remove_app(session)


def test_a_new_password_closes_half_sign_ins(owner: Actor) -> None:
    make_app(owner)
    half = half_of(owner)
    session = open_session(make_session(owner))
    with acting(owner):
        own_way_in.set_password(owner, session, PASSWORD, current="")
    with pytest.raises(NotFound):
        finish(half, code_of())


def test_a_browser_never_seen_before_is_told_of_and_a_known_one_is_not(owner: Actor) -> None:
    def let_in(mark: str) -> None:
        with db.transaction():
            entry.enter(owner.user_id, Browser("Mozilla Firefox/140 Linux", mark))

    let_in("a" * 43)
    assert _told(owner) == []
    let_in("a" * 43)
    assert _told(owner) == []
    let_in("b" * 43)
    assert _told(owner) == ["new_browser"]
    let_in("b" * 43)
    assert _told(owner) == ["new_browser"]


def test_a_step_up_gives_the_session_a_new_secret_and_keeps_its_end(owner: Actor) -> None:
    secret = make_session(owner)
    age_session(secret, made_days=1)
    before = open_session(secret)
    with db.transaction() as unit:
        ends = unit.session.get_one(Session, before.id).expires_at
    make_app(owner)
    with acting(owner):
        turned = step_up.confirm_by_code(before, code_of())
    after = open_session(turned)
    assert session_of(secret) is None
    assert (after.id, after.created_at) == (before.id, before.created_at)
    assert after.confirmed_at > before.confirmed_at
    with db.transaction() as unit:
        assert unit.session.get_one(Session, before.id).expires_at == ends
