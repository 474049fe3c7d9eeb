"""Commands for whoever runs an installation."""

from community.operation.cli.backup import backup, restore
from community.operation.cli.database import database
from community.operation.cli.doctor import doctor

COMMANDS = (backup, database, doctor, restore)

__all__ = ["COMMANDS"]
