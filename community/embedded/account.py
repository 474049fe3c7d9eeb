"""The system user the servers run as when we are root, and the folder it owns."""

import fcntl
import grp
import os
import pwd
import secrets
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from community.embedded.errors import EmbeddedError

ACCOUNT_NAME = "community"
# Used when the data folder is out of the account's reach (a root-owned 0700 home, say).
FAR_HOMES = Path("/var/lib/community")


@dataclass(frozen=True)
class Account:
    """A user without root's rights."""

    name: str
    uid: int
    gid: int


def server_account() -> Account | None:
    """Whom the servers run as: None is ourselves; root makes or reuses the user `community`."""
    if os.geteuid() != 0:
        return None
    found = _find_account()
    if found is None:
        _make_account()
        found = _find_account()
    if found is None or found.uid == 0:
        raise EmbeddedError(
            f"PostgreSQL refuses to run as root and the user {ACCOUNT_NAME} could not be made."
            f" Make it yourself (useradd --system {ACCOUNT_NAME}), run the command as an ordinary"
            " user, or set DATABASE_URL and REDIS_URL."
        )
    return found


def server_home(data: Path, account: Account | None) -> Path:
    """A folder below `data` that belongs to the servers, mode 0700.

    Where the account cannot reach `data`, a folder under /var/lib/community takes its place;
    the file `servers-are-in` then says which, so that the same data is found again.
    """
    data.mkdir(parents=True, exist_ok=True)
    if account is None or _reachable(data.resolve(), account):
        home = data.resolve() / "servers"
    else:
        home = _far_home(data)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    give(home, account)
    return home


def give(path: Path, account: Account | None) -> None:
    """Hand a path made by us to the servers' user."""
    if account is not None:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def _far_home(data: Path) -> Path:
    note = data / "servers-are-in"
    if note.is_file():
        return Path(note.read_text().strip())
    home = FAR_HOMES / secrets.token_hex(4)
    FAR_HOMES.mkdir(mode=0o755, parents=True, exist_ok=True)
    FAR_HOMES.chmod(0o755)
    note.write_text(f"{home}\n")
    return home


def _reachable(folder: Path, account: Account) -> bool:
    """Whether the account may pass through every folder down to this one."""
    return all(_may_enter(step.stat(), account) for step in (folder, *folder.parents))


def _may_enter(found: os.stat_result, account: Account) -> bool:
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def _find_account() -> Account | None:
    try:
        entry = pwd.getpwnam(ACCOUNT_NAME)
    except KeyError:
        return None
    return Account(ACCOUNT_NAME, entry.pw_uid, entry.pw_gid)


def _make_account() -> None:
    """useradd, else busybox's adduser, else our own lines in passwd and group."""
    nowhere, shell = "/nonexistent", "/usr/sbin/nologin"
    for argv in (
        ["useradd", "-r", "-U", "-M", "-d", nowhere, "-s", shell, ACCOUNT_NAME],
        ["adduser", "-S", "-D", "-H", "-h", nowhere, "-s", shell, ACCOUNT_NAME],
    ):
        if shutil.which(argv[0]) and _succeeds(argv):
            return
    _write_account(Path("/etc"), nowhere)


def _succeeds(argv: list[str]) -> bool:
    return subprocess.run(argv, capture_output=True, check=False).returncode == 0


def _write_account(etc: Path, home: str) -> None:
    """The lines useradd would write: a locked password, no shell, the first free system id."""
    taken = {user.pw_uid for user in pwd.getpwall()} | {group.gr_gid for group in grp.getgrall()}
    free = next(number for number in range(999, 100, -1) if number not in taken)
    try:
        with (etc / ".pwd.lock").open("w") as lock:
            fcntl.lockf(lock, fcntl.LOCK_EX)
            with (etc / "group").open("a") as groups:
                groups.write(f"{ACCOUNT_NAME}:x:{free}:\n")
            with (etc / "passwd").open("a") as users:
                users.write(f"{ACCOUNT_NAME}:*:{free}:{free}::{home}:/usr/sbin/nologin\n")
    except OSError as error:
        raise EmbeddedError(
            f"PostgreSQL refuses to run as root and the user {ACCOUNT_NAME} could not be made:"
            f" {error}. Run the command as an ordinary user, or set DATABASE_URL and REDIS_URL."
        ) from error
