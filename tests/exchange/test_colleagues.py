"""A colleague is in the team once: an import of the same person finds them by their address."""

import uuid

import click
import pytest
from click.testing import CliRunner

from community.accounts.actions import setup, teams
from community.accounts.cli import member, team
from community.core import db
from community.identity.models import Actor
from community.identity.queries import find_actor, find_team, find_user_by_email
from tests.exchange.test_actions import counts
from tests.factories.exchange import bring, table

pytestmark = pytest.mark.usefixtures("fresh_database")


def address() -> str:
    return f"plain-{uuid.uuid4().hex[:10]}@example.org"


def command(*words: str) -> None:
    root = click.Group(commands={"team": team, "member": member})
    result = CliRunner().invoke(root, words)
    assert result.exit_code == 0, result.stderr


def member_of(slug: str, email: str) -> Actor:
    with db.transaction():
        team, user = find_team(slug), find_user_by_email(email)
        assert team is not None
        assert user is not None
        db.enter(team.id, user.id)
        actor = find_actor(team.id, user.id)
    assert actor is not None
    return actor


def by_setup(email: str) -> Actor:
    with db.transaction():
        secret = setup.issue_setup_link()
    with db.transaction():
        owner = setup.FirstOwner("Plain Member", email)
        return setup.set_up(secret, teams.NewTeam("Northlight", "northlight"), owner)[0]


def by_team_create(email: str) -> Actor:
    command("team", "create", "northlight", "--owner", email, "--owner-name", "Plain Member")
    return member_of("northlight", email)


def by_member_add(email: str) -> Actor:
    by_team_create(address())
    command("member", "add", "--team", "northlight", "--email", email, "--name", "Plain Member")
    return member_of("northlight", email)


@pytest.mark.parametrize("way", [by_setup, by_team_create, by_member_add])
def test_an_import_finds_a_member_however_they_came_in(way) -> None:
    email = address()
    actor = way(email)
    batch = bring(actor, table(f"Plain Member,{email},,,,,,,7"))
    assert counts(batch).get("new", 0) == 0
