"""Commands about the audit: the head of its chain, and checking the chain against one.

The head alone is on standard output, so that a schedule can keep it elsewhere.
"""

from uuid import UUID

import click

from community.core import db
from community.identity.queries import find_team
from community.journal import chain, queries
from community.journal.chain import Head


class KeptHead(click.ParamType[Head]):
    """A head as `journal head` printed it."""

    name = "head"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Head:
        """The head; a usage error when it is none."""
        head = chain.read_head(value)
        if head is None:
            self.fail(f"{value!r} is no head, like 412:9f86d0….", param, ctx)
        return head


@click.group()
def journal() -> None:
    """Keep the end of a team's audit elsewhere, and check the audit against it later.

    \b
    Example: community journal head --team northlight
    """


def _team_id(slug: str) -> UUID:
    with db.transaction():
        team = find_team(slug)
    if team is None:
        raise click.ClickException(f"There is no team {slug!r}.")
    return team.id


@journal.command("head")
@click.option("--team", "slug", required=True, help="The team's slug.")
def print_head(slug: str) -> None:
    """Print the end of a team's chain: keep it where nobody who can write the database writes.

    \b
    Example: community journal head --team northlight >> /mnt/elsewhere/northlight.heads
    """
    team_id = _team_id(slug)
    with db.transaction(team_id):
        head, sealed_at, entries = queries.find_head(team_id)
    click.echo(str(head))
    since = f", sealed at {sealed_at:%Y-%m-%d %H:%M:%S} UTC" if sealed_at else ""
    click.echo(f"It proves {entries} entries{since}.", err=True)


@journal.command()
@click.option("--team", "slug", required=True, help="The team's slug.")
@click.option(
    "--head", "heads", type=KeptHead(), multiple=True, help="A head that was kept; repeatable."
)
def verify(slug: str, heads: tuple[Head, ...]) -> None:
    """Compare a team's audit with its chain and with heads that were kept; exits with 1 if they differ.

    \b
    Example: community journal verify --team northlight --head "$(tail -1 /mnt/elsewhere/northlight.heads)"
    """
    team_id = _team_id(slug)
    with db.transaction(team_id):
        found = list(queries.verify(team_id))
        seals = queries.find_seals(team_id)
        found += [one for head in heads for one in chain.problems_of_head(seals, head)]
    for problem in found:
        click.echo(f"seal {problem.seq}: {problem.what}")
    if found:
        raise click.ClickException(f"The audit of {slug} is not as it was sealed.")
    kept = f" and holds {len(heads)} kept heads" if heads else ""
    click.echo(f"The audit of {slug} is as it was sealed{kept}.", err=True)
