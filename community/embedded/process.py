"""One child process: own session, dropped rights, and a parent-death signal."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from community.embedded.account import Account
from community.embedded.errors import EmbeddedError

PR_SET_PDEATHSIG = 1
# Loaded before any fork: a child between fork and exec must not open libraries.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Child:
    """What to run and how to end it. `env` is the whole environment, nothing is inherited.

    `death_signal` is what the kernel sends when we die without saying goodbye. A child runs in
    a session of its own, so a Ctrl-C in the terminal reaches us alone and we stop in order.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    account: Account | None = None
    cwd: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 20.0
    is_ready: Callable[[int], bool] = field(default=lambda pid: True)


def spawn(child: Child, output: IO[bytes] | int | None = None) -> subprocess.Popen[bytes]:
    """Start the child; must be called from the main thread.

    The kernel ties the parent-death signal to the thread that forked, and clears it when the
    child changes its user, so it is set after the drop. What runs between fork and exec takes no
    lock and imports nothing, which is what makes it safe beside other threads.
    """
    if threading.current_thread() is not threading.main_thread():
        raise EmbeddedError(f"{child.name} must be started from the main thread")
    account = child.account
    try:
        return subprocess.Popen(
            list(child.argv),
            env=dict(child.env),
            cwd=child.cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output is not None else None,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            umask=0o077 if account else -1,
            preexec_fn=_dies_with_parent(os.getpid(), child.death_signal),  # noqa: PLW1509
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise EmbeddedError(_why_not_started(child, error)) from error


def stop(process: subprocess.Popen[bytes], child: Child) -> int:
    """Ask the child to end, insist after `stop_seconds`, and return its exit code."""
    if process.poll() is None:
        process.send_signal(child.stop_signal)
    try:
        return process.wait(child.stop_seconds)
    except subprocess.TimeoutExpired:
        kill_session(process)
        return process.wait()


def kill_session(process: subprocess.Popen[bytes]) -> None:
    """The child leads a process group of its own; what it started goes with it."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()


def die_with_parent(death_signal: signal.Signals = signal.SIGTERM) -> None:
    """Tie this very process to the one that started it."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)


def _dies_with_parent(parent: int, death_signal: signal.Signals) -> Callable[[], None]:
    def set_signal() -> None:
        if _libc is None:
            return
        if _libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0) != 0:
            os._exit(127)
        if os.getppid() != parent:  # the parent died before the signal was set
            os._exit(127)

    return set_signal


def _why_not_started(child: Child, error: Exception) -> str:
    words = f"{child.name} could not be started ({child.argv[0]}): {error}."
    if child.account:
        words += (
            f" It has to run as the user {child.account.name}, since PostgreSQL refuses root."
            " Where this place does not allow changing the user (some containers),"
            " run the command as an ordinary user, or set DATABASE_URL and REDIS_URL."
        )
    return words
