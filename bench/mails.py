"""`python -m bench.mails`: how many notices a second one worker brings out by mail.

Gives are logged through the API while no worker runs; then one worker sends what is owed to a
listener in a process of its own.
"""

import argparse
import http.client
import json
import multiprocessing
import shutil
import subprocess
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from bench.servers import APPS, ROOT, Farm, farm, free_port

PATIENCE = 120


def main() -> None:
    """Owe the mails, send them, and print what it took."""
    parser = argparse.ArgumentParser(prog="python -m bench.mails")
    parser.add_argument("--mails", type=int, default=2_000)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="community-bench-"))
    folder.chmod(0o711)
    try:
        with farm(folder, "S", 1, {"ours": APPS["ours"]}) as running:
            owe(running, options.mails)
            seconds, worker, database = send(running, options.mails)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(
        f"{options.mails} notices in {seconds:.1f} s: {options.mails / seconds:.0f} a second;"
        f" CPU ms a mail: worker {worker / options.mails * 1000:.1f},"
        f" PostgreSQL {database / options.mails * 1000:.1f}"
    )


def owe(running: Farm, mails: int) -> None:
    """Log as many gives to another member; their notices are due when the hold is over."""
    connection = http.client.HTTPConnection("127.0.0.1", running.servers["ours"].port, timeout=30)
    headers = {
        "Authorization": f"Bearer {running.world.token}",
        "Content-Type": "application/json",
    }
    for number in range(mails):
        body = {"receiver_id": str(running.world.other), "story": f"An hour on draft {number}"}
        connection.request("POST", "/api/v1/gives", json.dumps(body), headers)
        response = connection.getresponse()
        said = response.read()
        if response.status != 201:
            raise RuntimeError(f"{response.status} {said[:400]!r}")
    connection.close()
    # The last of them is held as long as it can be undone.
    time.sleep(int(running.environment["UNDO_SECONDS"]) + 1)


def send(running: Farm, mails: int) -> tuple[float, float, float]:
    """Seconds from the first mail to the last, and CPU seconds of the worker and of PostgreSQL."""
    spawn = multiprocessing.get_context("spawn")
    near, far = spawn.Pipe()
    port = free_port()
    listener = spawn.Process(target=listen, args=(far, port, mails), daemon=True)
    listener.start()
    env = {
        **running.environment,
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(port),
        "SMTP_TLS": "none",
        "MAIL_FROM": "notify@example.org",
    }
    command = str(Path(sys.executable).with_name("community"))
    worker = subprocess.Popen([command, "worker", "mail"], cwd=ROOT, env=env)
    # What was held back is found by the clock, which rings for it.
    clock = subprocess.Popen([command, "clock"], cwd=ROOT, env=env)
    process = psutil.Process(worker.pid)
    try:
        first = _hear(near)
        before, database = _cpu(process), running.database_cpu()
        last = _hear(near)
        return last - first, _cpu(process) - before, running.database_cpu() - database
    finally:
        for started in (worker, clock):
            started.terminate()
            started.wait(30)
        listener.join(10)


def _hear(near: Connection) -> float:
    if not near.poll(PATIENCE):
        raise RuntimeError(f"no mail came within {PATIENCE} seconds")
    return float(near.recv())


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


class Count:
    """Takes every message, and says when the first and the last came."""

    def __init__(self, far: Connection, mails: int) -> None:
        self.far, self.mails, self.taken = far, mails, 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Count one."""
        self.taken += 1
        if self.taken in (1, self.mails):
            self.far.send(time.monotonic())
        return "250 OK"


def listen(far: Connection, port: int, mails: int) -> None:
    """Run the listener until the last mail is there."""
    count = Count(far, mails)
    controller = Controller(count, hostname="127.0.0.1", port=port)
    controller.start()
    while count.taken < mails:
        time.sleep(0.1)
    controller.stop()


if __name__ == "__main__":
    main()
