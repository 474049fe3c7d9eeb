"""Commands about what is kept of the ledger."""

from uuid import UUID

import click

from community.core import db
from community.identity.queries import find_team
from community.reciprocity import actions


@click.group()
def reciprocity() -> None:
    """Prove that the balances equal the ledger, or make them again from it.

    \b
    Example: community reciprocity verify --team northlight
    """


def _team_id(slug: str) -> UUID:
    with db.transaction():
        team = find_team(slug)
    if team is None:
        raise click.ClickException(f"There is no team {slug!r}.")
    return team.id


@reciprocity.command()
@click.option("--team", "slug", required=True, help="The team's slug.")
def rebuild(slug: str) -> None:
    """Make every balance of a team again from its ledger. Acts of the team wait meanwhile.

    \b
    Example: community reciprocity rebuild --team northlight
    """
    with db.transaction(_team_id(slug)):
        actions.rebuild()
    click.echo(f"The balances of {slug} are made again from its ledger.", err=True)


@reciprocity.command()
@click.option("--team", "slug", required=True, help="The team's slug.")
def verify(slug: str) -> None:
    """Compare what is kept with a replay; lists what differs and exits with 1 if anything does.

    \b
    Example: community reciprocity verify --team northlight
    """
    with db.transaction(_team_id(slug)):
        found = actions.verify()
    for difference in found:
        click.echo(difference)
    if found:
        raise click.ClickException(
            f"{len(found)} differences. Run: community reciprocity rebuild --team {slug}"
        )
    click.echo(f"The balances of {slug} equal its ledger.", err=True)
