"""Starts children, restarts them with back-off, stops them in reverse order.

One thread, one loop: it reads what the children print, notices who ended, and starts whoever
is due. A fork happens only here in the main thread, which the parent-death signal needs.
"""

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Any, Self

from community.embedded.errors import EmbeddedError
from community.embedded.place import private_log
from community.embedded.process import Child, kill_session, spawn

_TICK = 0.1
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """Ctrl-C or SIGTERM came; leave the `with` block and everything is stopped."""


@dataclass(frozen=True)
class Backoff:
    """Seconds before a restart: doubled each time, forgotten after `healthy` seconds alive."""

    first: float = 0.25
    most: float = 30.0
    healthy: float = 10.0

    def delay(self, failures: int) -> float:
        """How long to wait after this many failures in a row."""
        return min(self.most, self.first * 2.0 ** min(max(failures - 1, 0), 32))


@dataclass
class _Running:
    """A child and its present process."""

    child: Child
    process: subprocess.Popen[bytes] | None = None
    since: float = 0.0
    failures: int = 0
    due: float = 0.0
    wanted: bool = True
    code: int | None = None
    rest: bytes = b""
    quiet: bool = False
    log: IO[bytes] | None = None
    log_file: Path | None = None
    last_words: deque[str] = field(default_factory=lambda: deque(maxlen=15))

    def is_ready(self) -> bool:
        process = self.process
        return process is not None and process.poll() is None and self.child.is_ready(process.pid)


class Supervisor:
    """Use as a context manager: signals are caught inside it, leaving it stops every child."""

    def __init__(
        self, write: Callable[[str], object] | None = None, backoff: Backoff | None = None
    ) -> None:
        self._write = write or _write_out
        self._backoff = backoff or Backoff()
        self._all: list[_Running] = []
        self._selector = selectors.DefaultSelector()
        self._asked_to_stop = 0
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._woken, self._waker = socket.socketpair()
        self._woken.setblocking(False)
        self._waker.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._old_fd = signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        for number in _STOP_SIGNALS:
            self._before[number] = signal.signal(number, self._on_signal)
        self._before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self._stop_all()
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._old_fd)
        self._selector.close()
        self._woken.close()
        self._waker.close()
        return kind is Stopped

    def start(self, child: Child, seconds: float = 60.0, *, log: Path | None = None) -> None:
        """Run the child from now on; return when it is ready, raise when it does not get so.

        What it prints goes to `log` where one is named, made anew, and else among our own lines.
        """
        running = _Running(child, log=private_log(log) if log else None, log_file=log)
        self._all.append(running)
        self._launch(running)
        if not self.wait_until(running.is_ready, seconds):
            said = "\n".join(running.last_words)
            raise EmbeddedError(f"{child.name} was not ready after {seconds:.0f} s:\n{said}")

    def run_once(self, child: Child, *, quiet: bool = False) -> tuple[int, list[str]]:
        """Run a command to its end beside the children; its exit code and last lines."""
        running = _Running(child, wanted=False, quiet=quiet)
        self._all.append(running)
        self._launch(running)
        while running.code is None:
            self._check()
            self._turn()
        self._all.remove(running)
        return running.code, list(running.last_words)

    def wait_until(self, happened: Callable[[], bool], seconds: float) -> bool:
        """Go on supervising until it happened (True) or the time is over (False)."""
        deadline = time.monotonic() + seconds
        while not happened():
            if time.monotonic() > deadline:
                return False
            self._check()
            self._turn()
        return True

    def run(self) -> None:
        """Supervise until Ctrl-C or SIGTERM."""
        while True:
            self._check()
            self._turn()

    def say(self, line: str) -> None:
        """A line of our own among the children's."""
        self._write(f"community | {line}\n")

    def _check(self) -> None:
        if self._asked_to_stop:
            raise Stopped

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._asked_to_stop += 1

    def _turn(self, wait: float = _TICK) -> None:
        """One round: read, notice ends, start who is due."""
        for key, _ in self._selector.select(wait):
            if key.fileobj is self._woken:
                with suppress(BlockingIOError):
                    self._woken.recv(4096)
            else:
                self._read(key.data)
        for running in self._all:
            self._reap(running)
            if running.wanted and running.process is None and time.monotonic() >= running.due:
                self._launch_again(running)

    def _launch(self, running: _Running) -> None:
        process = spawn(running.child, subprocess.PIPE)
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), False)
        self._selector.register(process.stdout, selectors.EVENT_READ, running)
        running.process, running.since = process, time.monotonic()

    def _launch_again(self, running: _Running) -> None:
        try:
            self._launch(running)
        except EmbeddedError as error:
            self.say(str(error))
            self._failed(running, "could not be started")

    def _read(self, running: _Running) -> bool:
        """Print whole lines; False at the end of what there is."""
        process = running.process
        if process is None or process.stdout is None:
            return False
        try:
            part = os.read(process.stdout.fileno(), 65536)
        except BlockingIOError:
            return False
        *lines, running.rest = (running.rest + part).split(b"\n")
        if not part and running.rest:
            lines, running.rest = [running.rest], b""
        for line in lines:
            words = line.decode(errors="replace").rstrip("\r")
            running.last_words.append(words)
            if running.log is not None:
                running.log.write(line + b"\n")
                running.log.flush()
            elif not running.quiet:
                self._write(f"{running.child.name:<9} | {words}\n")
        if not part:
            with suppress(KeyError, ValueError):
                self._selector.unregister(process.stdout)
        return bool(part)

    def _reap(self, running: _Running) -> None:
        """Take note of a child that ended, and make an end of what it left running."""
        process = running.process
        if process is None or process.poll() is None:
            return
        while self._read(running):
            pass
        if process.stdout is not None:
            with suppress(KeyError, ValueError):
                self._selector.unregister(process.stdout)
            process.stdout.close()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGTERM)
        running.process = None
        if running.wanted:
            self._failed(running, _how_it_ended(process.returncode))
        else:
            running.code = process.returncode

    def _failed(self, running: _Running, how: str) -> None:
        lived = time.monotonic() - running.since
        running.failures = 1 if lived >= self._backoff.healthy else running.failures + 1
        delay = self._backoff.delay(running.failures)
        running.due = time.monotonic() + delay
        where = f" (its words are in {running.log_file})" if running.log_file else ""
        self.say(f"{running.child.name} {how}; starting it again in {delay:.2g} s{where}")

    def _stop_all(self) -> None:
        """In reverse order, each with its own patience; a second Ctrl-C ends the patience."""
        patience = self._asked_to_stop
        for running in self._all:
            running.wanted = False
        for running in reversed(self._all):
            process = running.process
            if process is None or process.poll() is not None:
                self._reap(running)
                continue
            process.send_signal(running.child.stop_signal)
            deadline = time.monotonic() + running.child.stop_seconds
            while running.process is not None:
                if time.monotonic() > deadline or self._asked_to_stop > max(patience, 1):
                    kill_session(process)
                self._turn(0.05)
        for running in self._all:
            if running.log is not None:
                running.log.close()
        self._all.clear()


def _write_out(line: str) -> None:
    """A closed terminal must not stop the servers."""
    with suppress(OSError, ValueError):
        sys.stdout.write(line)
        sys.stdout.flush()


def _how_it_ended(code: int) -> str:
    if code >= 0:
        return f"ended with code {code}"
    with suppress(ValueError):
        return f"was ended by {signal.Signals(-code).name}"
    return f"was ended by signal {-code}"
