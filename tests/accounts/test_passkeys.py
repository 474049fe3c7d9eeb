"""Passkeys: made for this place alone, signed for one question each, and never counted backwards."""

import json
import secrets
import uuid
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community.accounts.actions import entry, factors, passkeys, step_up
from community.accounts.actions.entry import Browser
from community.accounts.models import Passkey
from community.accounts.queries import factors as queries
from community.core import clock, db, mail
from community.core.errors import Conflict, NotFound, RuleBroken
from community.identity.models import Actor
from tests.factories.accounts import make_session, make_token, open_session, session_of
from tests.factories.authenticators import SoftPasskey
from tests.factories.identity import acting

HERE = Browser("Firefox on Linux", "m" * 43)


def register(actor: Actor, key: SoftPasskey | None = None, name: str = "Phone") -> SoftPasskey:
    """Let the actor register a passkey."""
    key = key or SoftPasskey()
    session = open_session(make_session(actor))
    with acting(actor):
        options = factors.passkey_options(actor, session)
    with acting(actor):
        factors.add_passkey(session, key.make(options), name=name)
    return key


def _ask(user_id: uuid.UUID | None = None) -> str:
    with db.transaction():
        return passkeys.options_to_prove(user_id)


def _sign_in(answer: str) -> str:
    with db.transaction():
        return entry.sign_in_with_passkey(answer, browser=HERE)


def _refused(answer: str) -> str:
    with pytest.raises(RuleBroken) as refused:
        _sign_in(answer)
    return refused.value.code


def _kept(actor: Actor) -> list[Passkey]:
    with db.transaction():
        return list(queries.find_passkeys(actor.user_id))


def _half(actor: Actor) -> str:
    with db.transaction():
        found = entry.enter(actor.user_id, HERE)
    assert found.needs_factor
    return found.secret


def test_a_passkey_signs_in_alone(owner: Actor) -> None:
    key = register(owner)
    secret = _sign_in(key.sign(_ask()))
    assert open_session(secret).user_id == owner.user_id
    (kept,) = _kept(owner)
    assert (kept.name, kept.sign_count, kept.transports) == ("Phone", 1, ["internal"])
    assert kept.last_used_at is not None


def test_registering_gives_codes_and_ends_all_else(owner: Actor) -> None:
    other, token = make_session(owner), make_token(owner)
    session = open_session(make_session(owner))
    with acting(owner):
        options = factors.passkey_options(owner, session)
    with acting(owner):
        changed = factors.add_passkey(session, SoftPasskey().make(options), name="Phone")
    assert len(changed.codes) == 10
    assert session_of(other) is None
    assert token
    assert session_of(changed.secret) is not None


def test_several_are_registered_renamed_and_removed_one_by_one(owner: Actor) -> None:
    first, second = register(owner, name="Phone"), register(owner, name="Key ring")
    ring = next(kept for kept in _kept(owner) if kept.name == "Key ring")
    session = open_session(make_session(owner))
    with acting(owner):
        factors.rename_passkey(session, ring.id, "Old key ring")
    assert [kept.name for kept in _kept(owner)] == ["Phone", "Old key ring"]
    with acting(owner):
        factors.remove_passkey(session, ring.id)
    assert _refused(second.sign(_ask())) == "passkey_refused"
    assert _sign_in(first.sign(_ask()))


def test_one_passkey_is_registered_once(owner: Actor, stranger: Actor) -> None:
    key = register(owner)
    with pytest.raises(Conflict):
        register(stranger, key)


def test_a_passkey_of_somebody_else_is_not_found(owner: Actor, stranger: Actor) -> None:
    register(stranger)
    theirs = _kept(stranger)[0].id
    session = open_session(make_session(owner))
    with acting(owner), pytest.raises(NotFound):
        factors.rename_passkey(session, theirs, "Mine")
    with acting(owner), pytest.raises(NotFound):
        factors.remove_passkey(session, theirs)


def test_it_is_the_second_factor_after_a_link(owner: Actor) -> None:
    key = register(owner, SoftPasskey(verified=False))
    half = _half(owner)
    with db.transaction():
        secret = entry.finish_with_passkey(
            half, key.sign(_ask_inside(owner)), remote="2001:db8:7::1", browser=HERE
        )
    assert open_session(secret).user_id == owner.user_id


def _ask_inside(actor: Actor) -> str:
    return passkeys.options_to_prove(actor.user_id)


def test_alone_it_must_have_checked_its_owner(owner: Actor) -> None:
    key = register(owner, SoftPasskey(verified=False))
    assert _refused(key.sign(_ask())) == "passkey_refused"


def test_the_second_factor_of_somebody_else_is_none(owner: Actor, stranger: Actor) -> None:
    register(owner)
    theirs = register(stranger)
    half = _half(owner)
    for options in (_ask(owner.user_id), _ask(stranger.user_id), _ask()):
        answer = theirs.sign(options)
        with pytest.raises(RuleBroken), db.transaction():
            entry.finish_with_passkey(half, answer, remote="2001:db8:8::1", browser=HERE)


def test_an_answer_is_taken_once(owner: Actor) -> None:
    key = register(owner)
    answer = key.sign(_ask())
    assert _sign_in(answer)
    assert _refused(answer) == "passkey_refused"


def test_a_question_is_open_for_five_minutes(owner: Actor) -> None:
    key = register(owner)
    options = _ask()
    with clock.shifted(timedelta(minutes=6)):
        assert _refused(key.sign(options)) == "passkey_refused"


def test_a_question_that_is_not_ours_or_for_something_else_is_refused(owner: Actor) -> None:
    key = register(owner)
    session = open_session(make_session(owner))
    with acting(owner):
        to_register = json.loads(factors.passkey_options(owner, session))
    foreign = key.sign(_ask(), challenge="A" * 86)
    assert _refused(foreign) == "passkey_refused"
    assert _refused(key.sign(json.dumps(to_register))) == "passkey_refused"
    assert _refused(key.sign(_ask(owner.user_id))) == "passkey_refused"


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "http://localhost:8001"},
        {"origin": "https://localhost:8000"},
        {"origin": "http://evil.example"},
        {"place": "evil.example"},
    ],
)
def test_another_origin_or_place_is_refused_when_made_and_when_used(
    owner: Actor, wrong: dict[str, str]
) -> None:
    with pytest.raises(RuleBroken):
        register(owner, SoftPasskey(**wrong))
    assert _kept(owner) == []
    key = register(owner)
    for name, value in wrong.items():
        setattr(key, name, value)
    assert _refused(key.sign(_ask())) == "passkey_refused"


def test_a_wrong_signature_is_refused(owner: Actor) -> None:
    key = register(owner)
    forged = SoftPasskey(id=key.id, user_handle=key.user_handle)
    assert _refused(forged.sign(_ask())) == "passkey_refused"
    assert _refused(key.sign(_ask(), signature=secrets.token_bytes(70))) == "passkey_refused"


def test_a_handle_of_somebody_else_is_refused(owner: Actor, stranger: Actor) -> None:
    key = register(owner)
    key.user_handle = stranger.user_id.bytes
    assert _refused(key.sign(_ask())) == "passkey_refused"


def test_a_counter_that_stands_or_goes_back_tells_of_a_copy(owner: Actor) -> None:
    key = register(owner)
    _sign_in(key.sign(_ask(), count=7))
    for count in (7, 6, 1, 0):
        assert _refused(key.sign(_ask(), count=count)) == "passkey_copied"
    assert _sign_in(key.sign(_ask(), count=8))


def test_a_counter_that_is_always_zero_is_no_counter(owner: Actor) -> None:
    key = register(owner)
    for _ in range(3):
        assert _sign_in(key.sign(_ask(), count=0))


def test_it_confirms_the_own_session_and_no_other(owner: Actor, stranger: Actor) -> None:
    key, theirs = register(owner), register(stranger)
    before = make_session(owner)
    session = open_session(before)
    answer = theirs.sign(_ask(stranger.user_id))
    with pytest.raises(RuleBroken), acting(owner):
        step_up.confirm_by_passkey(session, answer)
    answer = key.sign(_ask(owner.user_id))
    with acting(owner):
        after = step_up.confirm_by_passkey(session, answer)
    assert session_of(before) is None
    assert open_session(after).id == session.id


def test_place_and_origin_come_from_the_base_url(owner: Actor) -> None:
    session = open_session(make_session(owner))
    with acting(owner):
        options = json.loads(factors.passkey_options(owner, session))
    assert options["rp"]["id"] == "localhost"
    assert mail.settings().base_url == "http://localhost:8000"
    assert passkeys.are_offered()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=20) | st.binary(max_size=9).map(repr),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["id", "rawId", "type", "response", "clientDataJSON", "signature", "userHandle"]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_is_sent_in_place_of_an_answer_is_refused_in_words(
    configured: None, sent: object
) -> None:
    assert _refused(json.dumps(sent)) == "passkey_refused"
    assert _refused(str(sent)) == "passkey_refused"
