"""Commands that let people in: users, teams, members, tokens.

The application is configured before a command runs. What another program reads (a link, a
token) is alone on standard output; words about it go to standard error.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import click
from sqlalchemy.exc import OperationalError

from community.accounts.actions import authenticator, operator
from community.accounts.models import SCOPES
from community.core import db, mail
from community.core.addresses import normalise_email
from community.core.errors import AppError
from community.core.fields import Text
from community.identity.models import ROLES

Command = TypeVar("Command", bound=Callable[..., None])


class Address(click.ParamType[str]):
    """A mail address, as it is stored."""

    name = "email"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The normalised address; a usage error when it is none."""
        address = normalise_email(value)
        if address is None:
            self.fail(f"{value!r} is not a mail address, like name@example.org.", param, ctx)
        return address


class Name(click.ParamType[str]):
    """A name of a person or team: one line."""

    name = "name"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name as it is stored; a usage error when it cannot be."""
        try:
            return str(Text(length=200, minimum=1).deserialize(value))
        except ValueError as error:
            self.fail(" ".join(str(part) for part in error.args), param, ctx)


@contextmanager
def _work() -> Iterator[None]:
    """One transaction; a refusal becomes one line and exit code 1."""
    try:
        with db.transaction():
            yield
    except AppError as error:
        raise click.ClickException(str(error.message or error)) from None
    except OperationalError as error:
        said = str(error.orig).strip().splitlines()[0]
        raise click.ClickException(f"The database did not answer: {said}") from None


def _address(path: str) -> str:
    return f"{mail.settings().base_url}{path}"


@click.group()
def user() -> None:
    """Let people sign in. What a team knows of them is their membership.

    \b
    Example: community user create mara@example.org --link
             community user link mara@example.org
    """


@user.command("create")
@click.argument("email", type=Address())
@click.option("--link", is_flag=True, help="Print a link that signs them in once, within a day.")
def create_user(email: str, link: bool) -> None:
    """Let EMAIL sign in. They need no password: a mailed link signs them in.

    \b
    Example: community user create mara@example.org --link
    """
    with _work():
        secret = operator.create_user(email, with_link=link)
    click.echo(f"{email} can sign in.", err=True)
    if secret:
        click.echo(_address(f"/login/{secret}"))


@user.command("link")
@click.argument("email", type=Address(), required=False)
@click.option("--setup", is_flag=True, help="The link that sets up the first team, within a week.")
@click.option("--demo", is_flag=True, help="Sign in as the owner of the sample team.")
def print_link(email: str | None, setup: bool, demo: bool) -> None:
    """Print a link that signs EMAIL in once, within a day.

    \b
    Example: community user link mara@example.org
             community user link --setup
    """
    if [email is not None, setup, demo].count(True) != 1:
        raise click.UsageError("Name one of EMAIL, --setup and --demo.")
    with _work():
        if setup:
            path = f"/setup/{operator.setup_link()}"
        else:
            path = (
                f"/login/{operator.demo_link() if email is None else operator.sign_in_link(email)}"
            )
    click.echo(_address(path))


@user.command("forget-factors")
@click.argument("email", type=Address())
def forget_factors(email: str) -> None:
    """Take all second factors of EMAIL, who has lost them and the recovery codes too.

    Make sure that it is them who ask. They are signed out everywhere, their tokens end, and they
    are told by mail; they sign in by a mailed link and set up a new factor.

    \b
    Example: community user forget-factors mara@example.org
    """
    with _work():
        operator.forget_factors(email)
    click.echo(f"{email} has no second factor any more.", err=True)


@click.group()
def team() -> None:
    """Make teams. Each is a world of its own: nobody sees into another.

    \b
    Example: community team create northlight --owner noor@example.org
    """


@team.command("create")
@click.argument("slug")
@click.option("--owner", "email", type=Address(), required=True, help="Who owns it at first.")
@click.option("--name", type=Name(), help="The team's name; the slug with a capital otherwise.")
@click.option("--owner-name", type=Name(), help="The owner's name; guessed from the address.")
@click.option("--zone", default="UTC", show_default=True, help="The team's time zone.")
def create_team(slug: str, email: str, name: str | None, owner_name: str | None, zone: str) -> None:
    """Make a team at /t/SLUG. Its owner can sign in from then on.

    \b
    Example: community team create northlight --owner noor@example.org --name Northlight
    """
    with _work():
        operator.create_team(slug, email, name=name, owner_name=owner_name, zone=zone)
    click.echo(_address(f"/t/{slug}/"))


@click.group()
def member() -> None:
    """Let people into a team. A member is a user in a team, with a role.

    \b
    Example: community member add --team northlight --email mara@example.org
    """


@member.command("add")
@click.option("--team", "slug", required=True, help="The team's slug.")
@click.option("--email", type=Address(), required=True, help="Whom to let in.")
@click.option("--role", type=click.Choice(ROLES), default="member", show_default=True)
@click.option("--name", type=Name(), help="Their name; guessed from the address otherwise.")
def add_member(slug: str, email: str, role: str, name: str | None) -> None:
    """Let somebody into a team. Who cannot sign in yet can from then on.

    \b
    Example: community member add --team northlight --email mara@example.org --role steward
    """
    with _work():
        operator.add_member(slug, email, role=role, name=name)
    click.echo(f"{email} is in {slug} as {role}.", err=True)


@click.group()
def token() -> None:
    """Make API tokens. A token lets a program act as one member.

    \b
    Example: community token create --team northlight --email mara@example.org --scope read
    """


def _whose(command: Command) -> Command:
    """`--team` and `--email`: whose token it is."""
    command = click.option("--email", type=Address(), required=True, help="Whose token it is.")(
        command
    )
    return click.option("--team", "slug", required=True, help="The team's slug.")(command)


@token.command("create")
@_whose
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(SCOPES),
    multiple=True,
    required=True,
    help="What it may do; several by repeating.",
)
@click.option("--name", type=Name(), default="Command line", show_default=True)
@click.option(
    "--days", type=click.IntRange(1, 3650), help="It ends by itself after so many; never otherwise."
)
def create_token(
    slug: str, email: str, scopes: tuple[str, ...], name: str, days: int | None
) -> None:
    """Print a new token, alone on standard output. It is not shown again.

    \b
    Example: community token create --team northlight --email mara@example.org --scope read --days 90
    """
    with _work():
        secret = operator.create_token(slug, email, scopes=scopes, name=name, days=days)
    click.echo(secret)


@token.command("list")
@_whose
def list_tokens(slug: str, email: str) -> None:
    """Print a member's tokens, one a line: id, scopes, made, last used, ends, name.

    \b
    Example: community token list --team northlight --email mara@example.org
    """
    with _work():
        found = operator.list_tokens(slug, email)
    for one in found:
        days = [_day(at) for at in (one.created_at, one.last_used_at, one.expires_at)]
        click.echo("\t".join([str(one.id), ",".join(one.scopes), *days, one.name]))


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at else "-"


@token.command("revoke")
@_whose
@click.argument("token_id", type=click.UUID)
def revoke_token(slug: str, email: str, token_id: UUID) -> None:
    """End the token with this id at once; `token list` shows ids.

    \b
    Example: community token revoke --team northlight --email mara@example.org 0197a0c4-…
    """
    with _work():
        operator.revoke_token(slug, email, token_id)
    click.echo("The token is ended.", err=True)


@click.group()
def secrets() -> None:
    """Renew what is sealed with SECRET_KEYS: newest first, older ones still open what they sealed.

    \b
    Example: community secrets reseal
    """


@secrets.command("reseal")
def reseal() -> None:
    """Encrypt the keys of authenticator apps anew, with the newest of SECRET_KEYS.

    Afterwards the older ones can be taken out of SECRET_KEYS. Links that are under way by mail
    and were made with an older key stop working then: wait a fortnight, or mail them anew.

    \b
    Example: community secrets reseal
    """
    try:
        with _work():
            count = authenticator.reseal()
    except ValueError:
        raise click.ClickException(
            "A sealed key fits none of SECRET_KEYS. Put the key it was sealed with back to the end."
        ) from None
    click.echo(f"{count} sealed with the newest key.", err=True)
