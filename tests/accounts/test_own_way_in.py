"""Changing the own address: nothing moves until the new one is proved, and the old one is told."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from community.accounts.actions import own_way_in, sign_in
from community.accounts.models import Credential
from community.accounts.queries import sign_in as queries
from community.core import clock, db
from community.core.errors import ConfirmFirst, NotAllowed, NotFound, RuleBroken, TooManyTries
from community.core.outbox import OutboxRow
from community.identity.models import Actor
from community.journal.models import JournalEntry
from community.people.actions.persons import edit_person
from tests.factories.accounts import (
    address_of,
    age_session,
    make_password,
    make_session,
    newest_link,
    open_session,
    own_addresses,
    session_of,
)
from tests.factories.identity import acting, make_team


def _new_address() -> str:
    return f"new-{uuid.uuid4().hex[:12]}@example.org"


def _ask(actor: Actor, address: str) -> None:
    session = open_session(make_session(actor))
    with acting(actor):
        own_way_in.request_new_email(actor, session, address, current="")


def _follow(actor: Actor, secret: str) -> None:
    with db.transaction():
        own_way_in.confirm_new_email(actor.user_id, secret)


def _mails(actor: Actor) -> list[tuple[str, str | None]]:
    with acting(actor) as unit:
        rows = unit.session.scalars(
            select(OutboxRow).where(OutboxRow.job == sign_in.MAIL_JOB).order_by(OutboxRow.id)
        )
        links = [unit.session.get_one(Credential, uuid.UUID(r.args["credential_id"])) for r in rows]
        return [(link.purpose, link.address) for link in links]


def test_asking_changes_nothing_and_following_the_link_does(owner: Actor) -> None:
    old, new = address_of(owner), _new_address()
    _ask(owner, new)
    assert address_of(owner) == old
    _follow(owner, newest_link(owner.user_id, "confirm_email") or "")
    assert address_of(owner) == new
    assert _mails(owner) == [("confirm_email", new), ("email_changed", old)]


def test_the_own_person_shows_the_new_address_where_the_old_one_stood(owner: Actor) -> None:
    old, new = address_of(owner), _new_address()
    private = {"value": "home@example.net", "label": "home"}
    with acting(owner):
        edit_person(owner, owner.person_id, emails=[{"value": old, "label": "work"}, private])
    _ask(owner, new)
    assert own_addresses(owner) == [old, "home@example.net"]
    _follow(owner, newest_link(owner.user_id, "confirm_email") or "")
    assert own_addresses(owner) == [new, "home@example.net"]


def test_who_took_the_address_off_their_person_is_not_given_the_new_one(owner: Actor) -> None:
    _ask(owner, _new_address())
    _follow(owner, newest_link(owner.user_id, "confirm_email") or "")
    assert own_addresses(owner) == []


def test_the_old_address_signs_in_no_more_nor_do_links_mailed_to_it(owner: Actor) -> None:
    old = address_of(owner)
    with db.transaction():
        sign_in.request_link(old, remote=f"2001:db8:{uuid.uuid4().hex[:4]}::1")
    mailed = newest_link(owner.user_id) or ""
    _ask(owner, _new_address())
    _follow(owner, newest_link(owner.user_id, "confirm_email") or "")
    with db.transaction():
        assert queries.find_user_id(old) is None
        with pytest.raises(NotFound):
            sign_in.sign_in_with_link(mailed)


def test_the_link_is_used_once_and_good_for_a_day(owner: Actor) -> None:
    _ask(owner, _new_address())
    secret = newest_link(owner.user_id, "confirm_email") or ""
    with clock.shifted(timedelta(hours=25)), pytest.raises(NotFound) as refused:
        _follow(owner, secret)
    assert refused.value.code == "link_expired"
    _follow(owner, secret)
    with pytest.raises(NotFound) as refused:
        _follow(owner, secret)
    assert refused.value.code == "link_used"


def test_whoever_else_reads_the_mail_confirms_nothing(owner: Actor) -> None:
    old = address_of(owner)
    _ask(owner, _new_address())
    secret = newest_link(owner.user_id, "confirm_email") or ""
    for somebody in (make_team().user_id, None):
        with pytest.raises(NotAllowed) as refused, db.transaction():
            own_way_in.confirm_new_email(somebody, secret)
        assert refused.value.code == "sign_in_first"
    assert address_of(owner) == old
    _follow(owner, secret)


def test_asking_again_closes_the_link_before(owner: Actor) -> None:
    _ask(owner, _new_address())
    first = newest_link(owner.user_id, "confirm_email") or ""
    _ask(owner, _new_address())
    with pytest.raises(NotFound):
        _follow(owner, first)


def test_an_address_of_somebody_else_gets_no_mail_and_the_same_answer(owner: Actor) -> None:
    other = make_team()
    taken = address_of(other)
    _ask(owner, taken)
    assert newest_link(owner.user_id, "confirm_email") is None
    assert _mails(owner) == []


def test_an_address_taken_in_the_meantime_is_refused_and_the_old_one_stays(owner: Actor) -> None:
    old, new = address_of(owner), _new_address()
    other = make_team()
    _ask(owner, new)
    _ask(other, new)
    _follow(other, newest_link(other.user_id, "confirm_email") or "")
    with pytest.raises(Exception, match="Somebody else signs in"):
        _follow(owner, newest_link(owner.user_id, "confirm_email") or "")
    assert address_of(owner) == old


def test_the_own_address_again_is_refused_in_words(owner: Actor) -> None:
    with pytest.raises(RuleBroken, match="your address already"):
        _ask(owner, address_of(owner))


def test_a_stale_sign_in_or_a_wrong_password_changes_no_address(owner: Actor) -> None:
    secret = make_session(owner)
    age_session(secret, made_days=0.1)
    session = open_session(secret)
    with acting(owner), pytest.raises(ConfirmFirst):
        own_way_in.request_new_email(owner, session, _new_address(), current="")
    make_password(owner)
    with acting(owner), pytest.raises(RuleBroken) as refused:
        own_way_in.request_new_email(owner, session, _new_address(), current="wrong words again")
    assert refused.value.code == "wrong_password"


def test_ten_confirmation_mails_an_hour_are_enough(owner: Actor) -> None:
    for _ in range(10):
        _ask(owner, _new_address())
    with pytest.raises(TooManyTries):
        _ask(owner, _new_address())


def test_a_changed_password_is_told_by_mail_and_journalled(owner: Actor) -> None:
    session = open_session(make_session(owner))
    with acting(owner):
        own_way_in.set_password(owner, session, "meadow-lantern-otter-19", current="")
    assert _mails(owner) == [("password_changed", address_of(owner))]
    with acting(owner) as unit:
        verbs = unit.session.scalars(
            select(JournalEntry.verb).where(JournalEntry.thing_id == owner.user_id)
        ).all()
    assert verbs == ["set_password"]


def test_a_common_password_leaves_sessions_alone(owner: Actor) -> None:
    secret = make_session(owner)
    session = open_session(secret)
    with acting(owner), pytest.raises(RuleBroken):
        own_way_in.set_password(owner, session, "passwordpassword", current="")
    assert session_of(secret) is not None


def test_a_forgotten_password_is_replaced_by_a_mailed_link(owner: Actor) -> None:
    make_password(owner)
    other = make_session(owner)
    with acting(owner):
        own_way_in.request_password_link(owner)
    assert _mails(owner) == [("reset_password", address_of(owner))]
    secret = newest_link(owner.user_id, "reset_password") or ""
    with pytest.raises(RuleBroken), db.transaction():
        own_way_in.reset_password(secret, "passwordpassword")
    with db.transaction():
        cookie = own_way_in.reset_password(secret, "harbour-violin-cactus-70").secret
    assert session_of(cookie) is not None
    assert session_of(other) is None
    with pytest.raises(NotFound), db.transaction():
        own_way_in.reset_password(secret, "meadow-lantern-otter-19")


def test_a_sign_in_link_sets_no_password_and_the_other_way_round(owner: Actor) -> None:
    with acting(owner):
        own_way_in.request_password_link(owner)
        sign_in.new_link(owner.user_id, "sign_in", life=timedelta(minutes=5))
    signs_in = newest_link(owner.user_id) or ""
    resets = newest_link(owner.user_id, "reset_password") or ""
    with pytest.raises(NotFound), db.transaction():
        own_way_in.reset_password(signs_in, "harbour-violin-cactus-70")
    with pytest.raises(NotFound), db.transaction():
        sign_in.sign_in_with_link(resets)
