"""Commands that let people in, by CliRunner, and once as the operator's own process."""

import re
import uuid
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from community.accounts.actions import authenticator, setup, sign_in
from community.accounts.cli import member, secrets, team, token, user
from community.accounts.queries import factors
from community.accounts.queries import sign_in as queries
from community.core import crypto, db
from community.identity.models import Actor, Team
from community.identity.queries import find_actor, find_team
from tests.conftest_servers import Servers
from tests.factories.accounts import (
    actor_by_token,
    address_of,
    code_of,
    make_app,
    make_session,
    open_session,
    session_of,
)
from tests.factories.identity import make_team
from tests.operation.conftest import place, settings  # noqa: F401
from tests.operation.conftest import run as run_process


@click.group()
def root() -> None:
    """All commands of accounts, without the composition root's configuration."""


for _command in (user, team, member, token, secrets):
    root.add_command(_command)


def _run(*words: str) -> Result:
    return CliRunner().invoke(root, [str(word) for word in words])


def _address() -> str:
    return f"mara.ellison-{uuid.uuid4().hex[:10]}@example.org"


def _slug() -> str:
    return f"team-{uuid.uuid4().hex[:10]}"


def _secret(result: Result) -> str:
    found = re.fullmatch(r"http://localhost:8000/(?:login|setup)/([\w-]+)\n", result.stdout)
    assert found is not None, result.stdout
    return found[1]


def test_a_user_is_created_and_signs_in_by_the_printed_link(configured: None) -> None:
    address = _address()
    result = _run("user", "create", address.upper(), "--link")
    assert result.exit_code == 0
    with db.transaction():
        cookie = sign_in.sign_in_with_link(_secret(result)).secret
        user_id = queries.find_user_id(address)
    assert open_session(cookie).user_id == user_id


def test_a_user_is_created_once(configured: None) -> None:
    address = _address()
    assert _run("user", "create", address).stdout == ""
    again = _run("user", "create", address)
    assert again.exit_code == 1
    assert "can sign in already" in again.stderr


def test_a_link_is_printed_alone_for_whoever_can_sign_in(owner: Actor) -> None:
    assert len(_secret(_run("user", "link", address_of(owner)))) == 75
    unknown = _run("user", "link", _address())
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert "Nobody signs in" in unknown.stderr


@pytest.mark.parametrize("words", [(), ("a@example.org", "--setup"), ("--demo", "--setup")])
def test_a_link_is_for_one_of_the_three(configured: None, words: tuple[str, ...]) -> None:
    result = _run("user", "link", *words)
    assert result.exit_code == 2
    assert "one of EMAIL, --setup and --demo" in result.stderr


def test_the_setup_link_is_printed_while_there_is_no_team(fresh_database: str) -> None:
    secret = _secret(_run("user", "link", "--setup"))
    with db.transaction():
        assert setup.find_setup_link(secret)
    _run("team", "create", "northlight", "--owner", _address())
    over = _run("user", "link", "--setup")
    assert over.exit_code == 1
    assert "set up already" in over.stderr


def test_the_sample_teams_link_signs_in_as_its_owner(fresh_database: str) -> None:
    assert "no sample team" in _run("user", "link", "--demo").stderr
    address = _address()
    _run("team", "create", "sample", "--owner", address)
    with db.transaction():
        team = find_team("sample")
        assert team is not None
        team.is_demo = True
    secret = _secret(_run("user", "link", "--demo"))
    with db.transaction():
        cookie = sign_in.sign_in_with_link(secret).secret
        user_id = queries.find_user_id(address)
    assert open_session(cookie).user_id == user_id


def test_a_team_is_created_with_its_owner(configured: None) -> None:
    slug, address = _slug(), _address()
    words = ("--name", "Northlight", "--zone", "Europe/Berlin", "--owner-name", "Noor Haddad")
    result = _run("team", "create", slug, "--owner", address, *words)
    assert (result.exit_code, result.stdout) == (0, f"http://localhost:8000/t/{slug}/\n")
    with db.transaction() as unit:
        team = find_team(slug)
        user_id = queries.find_user_id(address)
        assert team is not None
        assert user_id is not None
        db.enter(team.id, user_id)
        actor = find_actor(team.id, user_id)
        assert unit.session.get(Team, team.id) is team
    assert actor is not None
    assert (actor.role, actor.name, actor.team_name) == ("owner", "Noor Haddad", "Northlight")
    assert actor.team_zone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("Bad Slug", "--owner", "a@example.org"), "small letters"),
        (("good-slug", "--owner", "a@example.org", "--zone", "Mars/Olympus"), "no such time zone"),
    ],
)
def test_a_team_that_cannot_be_says_why(
    configured: None, words: tuple[str, ...], message: str
) -> None:
    result = _run("team", "create", *words)
    assert result.exit_code == 1
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_a_slug_is_used_once(owner: Actor) -> None:
    result = _run("team", "create", owner.team_slug, "--owner", _address())
    assert result.exit_code == 1
    assert "already" in result.stderr


def test_a_member_is_added_with_role_and_a_guessed_name(owner: Actor) -> None:
    address = _address()
    words = ("member", "add", "--team", owner.team_slug, "--email", address, "--role", "steward")
    assert _run(*words).exit_code == 0
    with db.transaction():
        user_id = queries.find_user_id(address)
        assert user_id is not None
        db.enter(owner.team_id, user_id)
        actor = find_actor(owner.team_id, user_id)
    assert actor is not None
    assert actor.role == "steward"
    assert actor.name.startswith("Mara Ellison")
    twice = _run(*words)
    assert twice.exit_code == 1
    assert "in this team already" in twice.stderr


def test_an_unknown_team_or_role_is_refused(owner: Actor) -> None:
    assert "no team" in _run("member", "add", "--team", "nobodys", "--email", _address()).stderr
    words = ("member", "add", "--team", owner.team_slug, "--email", _address(), "--role", "king")
    assert _run(*words).exit_code == 2


def test_a_token_is_alone_on_standard_output_and_works(owner: Actor) -> None:
    words = ("--team", owner.team_slug, "--email", address_of(owner))
    result = _run("token", "create", *words, "--scope", "read", "--scope", "write")
    assert result.exit_code == 0
    actor = actor_by_token(result.stdout.strip())
    assert actor is not None
    assert (actor.member_id, actor.scopes) == (owner.member_id, {"read", "write"})


def test_a_token_ends_after_its_days_or_when_it_is_revoked(owner: Actor) -> None:
    words = ("--team", owner.team_slug, "--email", address_of(owner))
    short = _run("token", "create", *words, "--scope", "read", "--days", "30", "--name", "Short")
    kept = _run("token", "create", *words, "--scope", "calendar:read", "--name", "Calendar")
    listed = [line.split("\t") for line in _run("token", "list", *words).stdout.splitlines()]
    assert [(row[1], row[3], row[5]) for row in listed] == [
        ("calendar:read", "-", "Calendar"),
        ("read", "-", "Short"),
    ]
    assert (listed[0][4], listed[1][4] > listed[1][2]) == ("-", True)
    assert _run("token", "revoke", *words, listed[0][0]).exit_code == 0
    assert actor_by_token(kept.stdout.strip()) is None
    assert actor_by_token(short.stdout.strip()) is not None
    again = _run("token", "revoke", *words, listed[0][0])
    assert (again.exit_code, "no such token" in again.stderr) == (1, True)


def test_nobody_s_token_is_revoked_under_another_name(owner: Actor, member: Actor) -> None:
    words = ("--team", owner.team_slug, "--email")
    made = _run("token", "create", *words, address_of(member), "--scope", "read")
    token_id = _run("token", "list", *words, address_of(member)).stdout.split("\t")[0]
    assert _run("token", "revoke", *words, address_of(owner), token_id).exit_code == 1
    assert actor_by_token(made.stdout.strip()) is not None


def test_a_scope_that_cannot_be_is_answered_by_those_that_can(owner: Actor, member: Actor) -> None:
    words = ("token", "create", "--team", owner.team_slug, "--email")
    beyond = _run(*words, address_of(member), "--scope", "read", "--scope", "admin")
    assert (beyond.exit_code, beyond.stdout) == (1, "")
    assert "Possible here: read, write, calendar:read." in beyond.stderr
    unknown = _run(*words, address_of(owner), "--scope", "everything")
    assert (unknown.exit_code, unknown.stdout) == (2, "")
    assert "'read', 'write', 'admin', 'calendar:read'" in unknown.stderr
    assert _run(*words, address_of(owner), "--scope", "admin").exit_code == 0


def test_a_token_is_for_members_only(owner: Actor, stranger: Actor) -> None:
    words = ("--team", owner.team_slug, "--email", address_of(stranger), "--scope", "read")
    result = _run("token", "create", *words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "not in this team" in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("user", "create"),
        ("user", "link"),
        ("team", "create"),
        ("member", "add"),
        ("token", "create"),
        ("token", "list"),
        ("token", "revoke"),
    ],
)
def test_every_command_helps_with_an_example(words: tuple[str, ...]) -> None:
    result = _run(*words, "--help")
    assert result.exit_code == 0
    assert f"Example: community {' '.join(words)}" in result.stdout


def test_no_address_is_a_usage_error(configured: None) -> None:
    result = _run("user", "create", "not an address")
    assert result.exit_code == 2
    assert "is not a mail address" in result.stderr


def test_the_operators_own_process_makes_a_team_and_a_token(
    servers: Servers,
    place: str,
    tmp_path: Path,
) -> None:
    env = settings(servers, place, tmp_path)
    made = run_process("team", "create", "northlight", "--owner", "noor@example.org", env=env)
    assert made.returncode == 0, made.stderr
    words = ("--team", "northlight", "--email", "noor@example.org", "--scope", "read")
    token = run_process("token", "create", *words, env=env)
    assert re.fullmatch(r"cty_\w+_[\w-]+\n", token.stdout), token.stderr
    unconfigured = run_process("user", "create", "a@example.org")
    assert unconfigured.returncode == 78
    assert run_process("user", "create", "--help").returncode == 0


def test_sealed_keys_are_sealed_anew_with_the_newest_key(fresh_database: str) -> None:
    old, new = "k" * 40, "n" * 40
    owner = make_team()
    make_app(owner)
    try:
        crypto.configure([new, old])
        result = _run("secrets", "reseal")
        assert (result.exit_code, result.stdout) == (0, "")
        assert "1 sealed" in result.stderr
        crypto.configure([new])
        with db.transaction():
            assert authenticator.fits(owner.user_id, code_of())
        crypto.configure(["z" * 40])
        refused = _run("secrets", "reseal")
        assert refused.exit_code == 1
        assert "fits none of SECRET_KEYS" in refused.stderr
    finally:
        crypto.configure([old])


def test_whoever_lost_every_factor_is_let_in_by_the_operator(owner: Actor) -> None:
    address = address_of(owner)
    assert _run("user", "forget-factors", address).exit_code == 1
    make_app(owner)
    cookie = make_session(owner)
    assert _run("user", "forget-factors", address).exit_code == 0
    assert session_of(cookie) is None
    with db.transaction():
        assert not factors.has_factor(owner.user_id)
