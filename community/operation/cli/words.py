"""Errors of the database as one line that says what to do, never a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from alembic.util.exc import CommandError
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from community.operation.errors import OperationError


@contextmanager
def plainly() -> Iterator[None]:
    """Let what is expected to fail inside end the command with words and exit code 1."""
    try:
        yield
    except OperationError as error:
        raise click.ClickException(str(error)) from None
    except OperationalError as error:
        raise click.ClickException(f"The database did not answer: {first_line(error)}") from None
    except (SQLAlchemyError, CommandError) as error:
        raise click.ClickException(first_line(error)) from None


def first_line(error: Exception) -> str:
    """The words of the database itself, without the statement that met them."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return str(cause).strip().splitlines()[0]
