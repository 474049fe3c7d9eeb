"""Signing in by link and by password: who gets in, how often, and what strangers learn."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, text

from community.accounts.actions import counters, passwords, sign_in
from community.accounts.actions.entry import Browser
from community.accounts.models import Credential, Session
from community.accounts.queries import sign_in as queries
from community.core import clock, db, tokens
from community.core.errors import NotFound, RuleBroken, TooManyTries
from community.core.outbox import OutboxRow
from community.identity.models import Actor, UserEmail
from community.journal.models import JournalEntry
from tests.conftest import counting
from tests.factories.accounts import (
    PASSWORD,
    address_of,
    make_password,
    make_session,
    newest_link,
    open_session,
    session_of,
)
from tests.factories.identity import acting, make_member, make_team


def _remote() -> str:
    """An address block that no other test has tried from."""
    parts = uuid.uuid4().hex
    return f"2001:db8:{parts[:4]}:{parts[4:8]}::1"


def _ask(address: str, remote: str | None = None) -> list[str]:
    with counting() as sent, db.transaction():
        sign_in.request_link(address, remote=remote or _remote())
    return list(sent)


def _by_link(secret: str) -> str:
    with db.transaction():
        return sign_in.sign_in_with_link(secret, browser=Browser("Firefox")).secret


def _by_password(address: str, password: str, remote: str | None = None) -> str:
    with db.transaction():
        return sign_in.sign_in_with_password(address, password, remote=remote or _remote()).secret


def _owed_mails(actor: Actor) -> list[str]:
    with acting(actor) as unit:
        rows = unit.session.scalars(select(OutboxRow).where(OutboxRow.job == sign_in.MAIL_JOB))
        return [row.args["credential_id"] for row in rows]


def _shapes(statements: list[str]) -> list[str]:
    return [" ".join(sql.split()[:3]) for sql in statements]


def test_a_requested_link_is_owed_as_a_mail_and_signs_in(owner: Actor) -> None:
    _ask(address_of(owner))
    assert len(_owed_mails(owner)) == 1
    secret = newest_link(owner.user_id)
    assert secret is not None
    assert open_session(_by_link(secret)).user_id == owner.user_id


def test_the_job_carries_an_id_and_no_secret(owner: Actor) -> None:
    _ask(address_of(owner))
    with acting(owner) as unit:
        row = unit.session.scalars(select(OutboxRow).where(OutboxRow.job == sign_in.MAIL_JOB)).one()
    assert set(row.args) == {"credential_id"}


def test_an_unknown_address_causes_the_same_statements_and_no_mail(owner: Actor) -> None:
    known = _ask(address_of(owner))
    unknown = _ask(f"nobody-{uuid.uuid4().hex}@example.org")
    assert _shapes(known) == _shapes(unknown)


def test_someone_in_no_team_is_as_unknown(owner: Actor, member: Actor) -> None:
    address = address_of(member)
    with acting(owner) as unit:
        unit.session.execute(
            text("UPDATE memberships SET state = 'left' WHERE id = :id"), {"id": member.member_id}
        )
    known = _ask(address_of(owner))
    assert _shapes(_ask(address)) == _shapes(known)
    assert newest_link(member.user_id) is None


def test_a_link_signs_in_once(owner: Actor) -> None:
    _ask(address_of(owner))
    secret = newest_link(owner.user_id)
    assert secret is not None
    _by_link(secret)
    with pytest.raises(NotFound) as refused:
        _by_link(secret)
    assert refused.value.code == "link_used"
    with db.transaction():
        assert queries.find_user_of_used_link(secret) == owner.user_id


def test_a_link_is_good_for_fifteen_minutes(owner: Actor) -> None:
    _ask(address_of(owner))
    secret = newest_link(owner.user_id)
    assert secret is not None
    with (
        clock.shifted(timedelta(minutes=16)),
        db.transaction(),
        pytest.raises(NotFound) as refused,
    ):
        queries.find_credential_link(secret)
    assert refused.value.code == "link_expired"
    with clock.shifted(timedelta(minutes=14)), db.transaction():
        assert queries.find_credential_link(secret).user_id == owner.user_id


@pytest.mark.parametrize(
    "spoil", [lambda s: s[:-1] + "A", lambda s: s[:32], lambda _: "é", lambda _: ""]
)
def test_a_spoilt_link_is_unknown(owner: Actor, spoil: Callable[[str], str]) -> None:
    _ask(address_of(owner))
    secret = newest_link(owner.user_id)
    assert secret is not None
    with pytest.raises(NotFound) as refused:
        _by_link(spoil(secret) if spoil(secret) != secret else secret[:-1] + "B")
    assert refused.value.code == "link_unknown"


def test_a_link_dies_with_the_address_it_was_mailed_to(owner: Actor) -> None:
    _ask(address_of(owner))
    secret = newest_link(owner.user_id)
    assert secret is not None
    with db.transaction() as unit:
        unit.session.execute(
            text("UPDATE user_emails SET address = :new WHERE user_id = :id"),
            {"new": f"new-{uuid.uuid4().hex}@example.org", "id": owner.user_id},
        )
    with pytest.raises(NotFound):
        _by_link(secret)


def test_following_a_mailed_link_proves_the_address_and_a_printed_one_does_not(
    owner: Actor,
) -> None:
    def verified() -> object:
        with db.transaction() as unit:
            return unit.session.scalar(
                select(UserEmail.verified_at).where(UserEmail.user_id == owner.user_id)
            )

    with db.transaction() as unit:
        unit.session.execute(
            text("UPDATE user_emails SET verified_at = NULL WHERE user_id = :id"),
            {"id": owner.user_id},
        )
        printed = sign_in.print_link(owner.user_id)
    _by_link(printed)
    assert verified() is None
    _ask(address_of(owner))
    _by_link(newest_link(owner.user_id) or "")
    assert verified() is not None


def test_a_link_of_another_purpose_does_not_sign_in(owner: Actor) -> None:
    with db.transaction():
        sign_in.new_link(owner.user_id, "confirm_email", life=timedelta(hours=1), address="a@b.org")
    with pytest.raises(NotFound):
        _by_link(newest_link(owner.user_id, "confirm_email") or "")


def test_ten_links_an_hour_are_mailed_to_an_address(owner: Actor) -> None:
    address = address_of(owner)
    for _ in range(10):
        _ask(address)
    before = _owed_mails(owner)
    assert len(before) == 10
    newest = newest_link(owner.user_id) or ""
    known = _ask(address)
    assert _owed_mails(owner) == before, "nothing more is mailed"
    unknown = f"nobody-{uuid.uuid4().hex}@example.org"
    for _ in range(10):
        _ask(unknown)
    assert _shapes(known) == _shapes(_ask(unknown)), "and nothing tells"
    assert _by_link(newest), "what was mailed last still works"


def test_strangers_who_ask_for_links_shut_nobody_out(owner: Actor) -> None:
    address = address_of(owner)
    for _ in range(12):
        _ask(address)
    with clock.shifted(timedelta(minutes=16)):
        _ask(address)
        assert len(_owed_mails(owner)) == 11, "the ten have run out, so there is one to follow"
        _ask(address)
        assert len(_owed_mails(owner)) == 11
        assert _by_link(newest_link(owner.user_id) or "")


def test_ten_links_an_hour_are_asked_for_from_an_address_block(owner: Actor) -> None:
    remote = _remote()
    for _ in range(10):
        _ask(f"nobody-{uuid.uuid4().hex}@example.org", remote)
    with pytest.raises(TooManyTries):
        _ask(address_of(owner), remote)
    _ask(address_of(owner))
    assert len(_owed_mails(owner)) == 1


def test_the_right_password_signs_in_and_is_journalled_in_each_team(owner: Actor) -> None:
    make_password(owner)
    assert open_session(_by_password(address_of(owner), PASSWORD)).user_id == owner.user_id
    with acting(owner) as unit:
        verbs = unit.session.scalars(
            select(JournalEntry.verb).where(JournalEntry.thing_id == owner.user_id)
        ).all()
    assert verbs == ["sign_in"]


def test_whatever_is_wrong_the_answer_and_the_statements_are_the_same(owner: Actor) -> None:
    other = make_team()
    make_password(owner)
    cases = {
        "wrong password": (address_of(owner), "meadow-lantern-otter-18"),
        "no password set": (address_of(other), PASSWORD),
        "unknown address": (f"nobody-{uuid.uuid4().hex}@example.org", PASSWORD),
    }
    answers = []
    for address, password in cases.values():
        with counting() as sent, pytest.raises(RuleBroken) as refused:
            _by_password(address, password)
        error = refused.value
        answers.append((str(error.message), error.code, error.field, _shapes(list(sent))))
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize("known", [True, False])
def test_an_unknown_address_costs_a_hash_too(
    owner: Actor, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_password(owner)
    verified: list[str] = []

    plain = passwords._hasher

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            verified.append(stored)
            return plain.verify(stored, password)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    address = address_of(owner) if known else f"nobody-{uuid.uuid4().hex}@example.org"
    with pytest.raises(RuleBroken):
        _by_password(address, "meadow-lantern-otter-18")
    assert len(verified) == 1


def test_wrong_passwords_of_a_stranger_leave_the_way_in_open(owner: Actor) -> None:
    make_password(owner)
    stranger = _remote()
    for _ in range(10):
        with pytest.raises(RuleBroken):
            _by_password(address_of(owner), "meadow-lantern-otter-18", stranger)
    with pytest.raises(TooManyTries):
        _by_password(address_of(owner), PASSWORD, stranger)
    assert _by_password(address_of(owner), PASSWORD)


def test_a_hundred_wrong_passwords_from_everywhere_lock_the_account_for_passwords_only(
    owner: Actor,
) -> None:
    make_password(owner)
    for _ in range(counters.CEILING):
        counted = counters.keys("password", address_of(owner), _remote(), limit=counters.CEILING)
        counters.reserve(counted)
    with pytest.raises(TooManyTries):
        _by_password(address_of(owner), PASSWORD)
    _ask(address_of(owner))
    assert _by_link(newest_link(owner.user_id) or "")


def test_ten_wrong_passwords_from_one_block_lock_the_block(owner: Actor) -> None:
    make_password(owner)
    remote = _remote()
    for _ in range(10):
        with pytest.raises(RuleBroken):
            _by_password(f"nobody-{uuid.uuid4().hex}@example.org", PASSWORD, remote)
    with pytest.raises(TooManyTries):
        _by_password(address_of(owner), PASSWORD, remote)
    assert _by_password(address_of(owner), PASSWORD)


def test_right_passwords_are_never_counted(owner: Actor) -> None:
    make_password(owner)
    remote = _remote()
    for _ in range(counters.LIMIT + 2):
        signed_in = open_session(_by_password(address_of(owner), PASSWORD, remote))
        assert signed_in.user_id == owner.user_id
    for _ in range(counters.LIMIT):
        with pytest.raises(RuleBroken):
            _by_password(address_of(owner), "meadow-lantern-otter-18", remote)
    with pytest.raises(TooManyTries):
        _by_password(address_of(owner), "meadow-lantern-otter-18", remote)


def test_a_disabled_user_gets_neither_link_nor_in(owner: Actor) -> None:
    make_password(owner)
    address = address_of(owner)
    with db.transaction() as unit:
        unit.session.execute(
            text("UPDATE users SET disabled_at = now() WHERE id = :id"), {"id": owner.user_id}
        )
    _ask(address)
    assert newest_link(owner.user_id) is None
    with pytest.raises(RuleBroken):
        _by_password(address, PASSWORD)


def test_an_old_hash_is_renewed_at_the_next_sign_in(owner: Actor) -> None:
    make_password(owner)
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with db.transaction() as unit:
        unit.session.execute(
            text("UPDATE credentials SET password_hash = :h WHERE user_id = :id"),
            {"h": old, "id": owner.user_id},
        )
    _by_password(address_of(owner), PASSWORD)
    with db.transaction():
        renewed = queries.find_password_credential(owner.user_id)
    assert renewed is not None
    assert renewed.password_hash is not None
    assert not passwords.needs_rehash(renewed.password_hash)


def test_signing_in_again_replaces_the_browsers_session(owner: Actor) -> None:
    make_password(owner)
    before = make_session(owner)
    session_id, address = open_session(before).id, address_of(owner)
    with db.transaction():
        after = sign_in.sign_in_with_password(
            address, PASSWORD, remote=_remote(), browser=Browser(session_id=session_id)
        ).secret
    assert session_of(before) is None
    assert session_of(after) is not None
    assert before != after


def test_secrets_are_kept_as_digests_only(owner: Actor) -> None:
    secret = make_session(owner)
    _ask(address_of(owner))
    link = newest_link(owner.user_id) or ""
    with db.transaction() as unit:
        stored = unit.session.scalars(
            select(Session.token_digest).where(Session.user_id == owner.user_id)
        ).one()
        digest = unit.session.scalars(
            select(Credential.digest).where(Credential.user_id == owner.user_id)
        ).one()
    assert stored == tokens.digest(secret)
    assert digest == tokens.digest(link)


def test_two_teams_are_offered_to_someone_in_two(owner: Actor, stranger: Actor) -> None:
    member = make_member(owner)
    with db.transaction(stranger.team_id) as unit:
        unit.session.execute(
            text(
                "INSERT INTO memberships (team_id, id, user_id, role, state, default_audience,"
                " joined_at, created_at, updated_at, version) VALUES (:team, :id, :user, 'guest',"
                " 'active', 'private', now(), now(), now(), 1)"
            ),
            {"team": stranger.team_id, "id": db.new_id(), "user": member.user_id},
        )
    with db.transaction(None, member.user_id):
        slugs = {team.slug for team in queries.find_teams_of(member.user_id)}
    assert slugs == {owner.team_slug, stranger.team_slug}
