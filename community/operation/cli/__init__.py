"""Commands for whoever runs an installation."""

from community.operation.cli.database import database

COMMANDS = (database,)

__all__ = ["COMMANDS"]
