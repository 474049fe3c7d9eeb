"""Where a server keeps its socket and its secrets."""

import os
import re
import secrets
import stat
from hashlib import sha256
from pathlib import Path
from typing import IO

from community.embedded.account import Account, give
from community.embedded.errors import EmbeddedError

# sockaddr_un holds 108 bytes with the closing NUL.
SOCKET_PATH_BYTES = 107
_PLAIN = re.compile(r"[\w/.\-]+")


def socket_folder(home: Path, account: Account | None, file_name: str) -> Path:
    """A 0700 folder for the socket: below `home`, or a short one where that path is too long.

    PostgreSQL reads its socket folders as a list, so a comma or a quote in the path counts as
    too long as well.
    """
    wanted = home / "run"
    if not _fits(wanted, file_name):
        owner = account.uid if account else os.geteuid()
        digest = sha256(os.fsencode(home)).hexdigest()[:12]
        root = Path("/run") if os.access("/run", os.W_OK) else Path("/tmp")
        wanted = root / f"community-{owner}-{digest}"
    _own_folder(wanted, account)
    return wanted


def kept_secret(path: Path, account: Account | None = None) -> str:
    """A random word kept in a file only its owner can read; made at the first call."""
    if not path.exists():
        fresh = path.with_name(f"{path.name}.new")
        fresh.unlink(missing_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        give(fresh, account)
        fresh.rename(path)
    return path.read_text().strip()


def private_log(path: Path) -> IO[bytes]:
    """A new log only we can read: a server's messages may quote the rows people wrote."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _fits(folder: Path, file_name: str) -> bool:
    whole = os.fsencode(folder / file_name)
    return len(whole) <= SOCKET_PATH_BYTES and bool(_PLAIN.fullmatch(str(folder)))


def _own_folder(folder: Path, account: Account | None) -> None:
    """Make the folder, or check that nobody else made it first (a shared /tmp)."""
    owner = account.uid if account else os.geteuid()
    try:
        folder.mkdir(mode=0o700)
        give(folder, account)
    except FileExistsError:
        pass
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner:
        raise EmbeddedError(f"{folder} belongs to someone else; remove it and try again.")
    folder.chmod(0o700)
