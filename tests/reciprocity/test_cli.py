"""The operator's commands: a proof, and a mend."""

from click.testing import CliRunner
from sqlalchemy import update

from community.identity.models import Actor
from community.reciprocity.cli import reciprocity
from community.reciprocity.models import PairSum
from community.web.session import CommunityFlask
from tests.factories.identity import acting
from tests.factories.ledger import say_thanks


def run(*args: str) -> tuple[int, str]:
    result = CliRunner().invoke(reciprocity, list(args))
    return result.exit_code, result.output


def test_what_differs_is_listed_and_mended(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    say_thanks(owner, member.person_id)
    assert run("verify", "--team", owner.team_slug)[0] == 0
    with acting(owner) as unit:
        unit.session.execute(update(PairSum).values(entries=7))
    code, words = run("verify", "--team", owner.team_slug)
    assert code == 1
    assert str(member.person_id) in words
    assert run("rebuild", "--team", owner.team_slug)[0] == 0
    assert run("verify", "--team", owner.team_slug)[0] == 0


def test_an_unknown_team_is_a_plain_refusal(app: CommunityFlask) -> None:
    code, words = run("rebuild", "--team", "nobody")
    assert code == 1
    assert "There is no team" in words
    assert "Traceback" not in words
