"""Commands for whoever runs an installation."""

from community.operation.cli.backup import backup, restore
from community.operation.cli.database import database

COMMANDS = (backup, database, restore)

__all__ = ["COMMANDS"]
