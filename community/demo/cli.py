"""`community demo`: the sample team, made and taken away."""

import click

from community.core import db, mail, program, schema
from community.core.errors import AppError
from community.demo import actions, queries
from config import environment, migration_database_url


class _Making(click.Group):
    """A group that makes the team when no other command is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `make` before what is left where no command stands first."""
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["make", *args]
        return super().parse_args(ctx, args)


@click.group("demo", cls=_Making)
def demo() -> None:
    """The sample team: 12 members, 40 people around them, 400 gives over a year ending today.

    Everybody in it is invented and no mail is sent about its past.

    \b
    Example: community demo
             community demo remove
    """


@demo.command("make")
@click.option("--if-new", is_flag=True, help="Only where no team exists yet.")
def make(if_new: bool) -> None:
    """Make the sample team; where it is here already nothing changes.

    \b
    Example: community demo
    """
    with db.transaction():
        if if_new and queries.has_teams():
            return
        try:
            made = actions.make_sample_team()
        except AppError as error:
            raise click.ClickException(str(error.message or error)) from None
    if made and environment().get("MIGRATION_DATABASE_URL"):
        schema.analyze(migration_database_url())
    said = "The sample team is ready" if made else "The sample team is here already"
    click.echo(f"{said}: {mail.settings().base_url}/t/{actions.TEAM_SLUG}/")
    if not if_new:
        click.echo(f"Sign in by: {program.line('user', 'link', '--demo')}")
    click.echo(f"Take it away by: {program.line('demo', 'remove')}")


@demo.command("remove")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(yes: bool) -> None:
    """Take the sample team away, with everything that was added to it since.

    \b
    Example: community demo remove --yes
    """
    if not yes:
        click.confirm("Remove the sample team and everything that was written in it?", abort=True)
    with db.transaction():
        gone = actions.remove_sample_team()
    click.echo("The sample team is gone." if gone else "There is no sample team.")
