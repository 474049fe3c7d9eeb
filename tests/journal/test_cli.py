"""Keeping the end of the audit elsewhere by a schedule, and checking against it."""

import uuid

import pytest
from click.testing import CliRunner, Result

from community.identity.models import Actor
from community.journal import actions, chain
from community.journal.cli import journal
from tests.factories.identity import acting
from tests.factories.journal import seal_all


def run(*words: str) -> Result:
    return CliRunner().invoke(journal, words)


@pytest.fixture
def sealed(owner: Actor) -> Actor:
    """A team whose audit has one link."""
    with acting(owner):
        actions.record(owner, "change", "circle", uuid.uuid4())
    seal_all(owner, 1)
    return owner


def test_the_head_is_alone_on_standard_output(sealed: Actor) -> None:
    result = run("head", "--team", sealed.team_slug)
    assert result.exit_code == 0, result.output
    assert chain.read_head(result.stdout) is not None
    assert result.stdout.count("\n") == 1
    assert "proves 1 entries" in result.stderr


def test_a_whole_audit_holds_every_head_that_was_kept(sealed: Actor) -> None:
    first = run("head", "--team", sealed.team_slug).stdout.strip()
    with acting(sealed):
        actions.record(sealed, "change", "circle", uuid.uuid4())
    seal_all(sealed, 1)
    second = run("head", "--team", sealed.team_slug).stdout.strip()
    result = run("verify", "--team", sealed.team_slug, "--head", first, "--head", second)
    assert result.exit_code == 0, result.output
    assert "holds 2 kept heads" in result.stderr


def test_a_head_that_is_not_of_the_chain_fails_the_command(sealed: Actor) -> None:
    result = run("verify", "--team", sealed.team_slug, "--head", f"1:{'0' * 64}")
    assert result.exit_code == 1
    assert result.stdout == "seal 1: the chain does not hold the head that was kept\n"


def test_before_the_first_seal_there_is_a_head_too(owner: Actor) -> None:
    written = run("head", "--team", owner.team_slug).stdout.strip()
    assert chain.read_head(written) == chain.NOTHING
    assert run("verify", "--team", owner.team_slug, "--head", written).exit_code == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("head", "--team", "no-such-team"), 1),
        (("verify", "--team", "no-such-team"), 1),
        (("verify", "--team", "x", "--head", "1:2"), 2),
        (("head",), 2),
    ],
)
def test_what_is_not_there_is_refused(configured: None, words: tuple[str, ...], code: int) -> None:
    assert run(*words).exit_code == code
