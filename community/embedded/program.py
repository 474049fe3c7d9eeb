"""The `community` program: its commands by name, each imported when it is called.

The program starts here because this package is the only one above the application. A command
imports what it needs and no more: `--help` nothing, `user create` no page, `up` no feature.
"""

import sys
from copy import copy
from dataclasses import dataclass
from importlib import import_module

import click

from config import ConfigError


@dataclass(frozen=True)
class Entry:
    """Where a command is, as `module:attribute`, and its line in the list of commands.

    Those that are `configured` run with the settings of the environment; the others read theirs
    themselves.
    """

    at: str
    says: str
    configured: bool = False


COMMANDS: dict[str, Entry] = {
    "up": Entry("community.embedded.cli:up", "Run everything on this machine."),
    "web": Entry("community.embedded.processes:web", "Serve the portal and the API."),
    "worker": Entry("community.embedded.processes:work", "Work on one queue."),
    "clock": Entry("community.embedded.processes:clock", "Ring for what is due."),
    "db": Entry("community.operation.cli.database:database", "Bring the tables up to date."),
    "demo": Entry("community.demo.cli:demo", "Make the sample team, or take it away.", True),
    "user": Entry("community.accounts.cli:user", "Let people sign in.", True),
    "team": Entry("community.accounts.cli:team", "Make teams.", True),
    "member": Entry("community.accounts.cli:member", "Let people into a team.", True),
    "token": Entry("community.accounts.cli:token", "Make API tokens.", True),
    "secrets": Entry("community.accounts.cli:secrets", "Renew what is sealed with the keys.", True),
    "journal": Entry("community.journal.cli:journal", "Prove that the audit is whole.", True),
    "import": Entry("community.exchange.cli:import_file", "Bring people from a file.", True),
    "export": Entry("community.exchange.cli:export_team", "Take out a whole team.", True),
    "reciprocity": Entry(
        "community.reciprocity.cli:reciprocity", "Prove and rebuild the balances.", True
    ),
    "backup": Entry("community.operation.cli.backup:backup", "Save the database to a file."),
    "restore": Entry("community.operation.cli.backup:restore", "Bring a backup back."),
    "doctor": Entry("community.operation.cli.doctor:doctor", "Say what is wrong and what to do."),
}


class Program(click.Group):
    """A group that knows its commands by name and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which somebody meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself, imported now."""
        entry = COMMANDS.get(cmd_name)
        return load(entry) if entry else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list, from the lines above instead of from the commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.says) for name, entry in COMMANDS.items()])


def load(entry: Entry) -> click.Command:
    """Import a command."""
    module, _colon, attribute = entry.at.partition(":")
    command: click.Command = getattr(import_module(module), attribute)
    return _configured(command) if entry.configured else command


def _configured(command: click.Command) -> click.Command:
    """The command, or all of the group; the settings are read after the words are parsed."""
    made = copy(command)
    if isinstance(command, click.Group) and isinstance(made, click.Group):
        made.commands = {name: _configured(inner) for name, inner in command.commands.items()}
        return made

    def invoke(context: click.Context) -> object:
        ran: object = import_module("community.installation").run_configured(command, context)
        return ran

    made.invoke = invoke  # type: ignore[method-assign,assignment]
    return made


@click.group(cls=Program)
def cli() -> None:
    """Relationships instead of contacts: run and look after an installation.

    \b
    Example: community up
             community user create --help
    """


def main() -> None:
    """The `community` command: plain errors, exit codes that mean something.

    0 done; 1 refused or failed, in words; 2 not understood, or (import) done in part; 78 the
    settings are wrong; 130 interrupted.
    """
    try:
        code = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except ConfigError as error:
        click.echo(f"Configuration: {error}", err=True)
        sys.exit(78)
    sys.exit(code if isinstance(code, int) else 0)
