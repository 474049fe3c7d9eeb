"""People who log gives over HTTP and do not give up: each write has a key and is sent until it is
acknowledged, sometimes into a connection that is cut before the answer, sometimes once more."""

import json
import random
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

from tests.faults.rig import Rig

GIVE_UP_SECONDS = 120.0
# What a client meets while a server is away, or while its first try is still being worked on.
_AGAIN = {409, 429, 500, 502, 503, 504}


@dataclass(frozen=True)
class Answer:
    """One answer of the API or a page."""

    status: int
    body: bytes
    replayed: bool = False


@dataclass
class Tally:
    """What was acknowledged, and what it took. `gives` is key → id of the give."""

    gives: dict[str, str] = field(default_factory=dict)
    sent: int = 0
    cut: int = 0
    replayed: int = 0
    wrong: list[str] = field(default_factory=list)


class Client:
    """One client; a loopback address of its own keeps it out of the others' rate limit."""

    def __init__(self, rig: Rig, token: str, number: int = 1) -> None:
        self.rig = rig
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.source = f"127.0.{number // 250}.{2 + number % 250}"

    def send(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """One request on one connection; OSError or HTTPException when it breaks."""
        line = self._line()
        try:
            self._ask(line, method, path, body, headers)
            found = line.getresponse()
            said = found.read()
            return Answer(found.status, said, found.getheader("Idempotent-Replayed") == "true")
        finally:
            line.close()

    def send_and_hang_up(self, path: str, body: object, key: str) -> None:
        """A POST whose answer nobody waits for."""
        line = self._line()
        try:
            self._ask(line, "POST", path, body, {"Idempotency-Key": key})
        finally:
            line.close()

    def log_give(self, receiver_id: str, tally: Tally, key: str | None = None) -> str:
        """Log a give until it is acknowledged; its story is the key."""
        key = key or str(uuid.uuid4())
        body = {"receiver_id": receiver_id, "kind": "other", "story": key}
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while time.monotonic() < deadline:
            tally.sent += 1
            try:
                if random.random() < 0.1:
                    tally.cut += 1
                    self.send_and_hang_up("/api/v1/gives", body, key)
                    continue
                answer = self.send("POST", "/api/v1/gives", body, **{"Idempotency-Key": key})
            except (OSError, HTTPException):
                time.sleep(0.1)
                continue
            if answer.status == 201:
                tally.replayed += answer.replayed
                return str(json.loads(answer.body)["id"])
            if answer.status not in _AGAIN:
                tally.wrong.append(f"{answer.status} {answer.body[:300]!r}")
                break
            time.sleep(0.1)
        tally.wrong.append(f"{key} was never acknowledged")
        return ""

    def _line(self) -> HTTPConnection:
        return HTTPConnection(
            "127.0.0.1", self.rig.port, timeout=20, source_address=(self.source, 0)
        )

    def _ask(
        self, line: HTTPConnection, method: str, path: str, body: object, more: dict[str, str]
    ) -> None:
        sent = None if body is None else json.dumps(body)
        host = {"Host": f"localhost:{self.rig.port}"}
        line.request(method, path, sent, {**self.headers, **host, **more})


def run_load(
    client: Client, receiver_id: str, tally: Tally, stopping: threading.Event, pause: float
) -> None:
    """Give after give; one in five is sent once more after its answer and must say the same."""
    while not stopping.wait(pause):
        key = str(uuid.uuid4())
        give_id = client.log_give(receiver_id, tally, key)
        if give_id and random.random() < 0.2:
            second = client.log_give(receiver_id, tally, key)
            if second != give_id:
                tally.wrong.append(f"{key} was answered with {give_id}, then with {second}")
        if give_id:
            tally.gives[key] = give_id


@contextmanager
def giving(clients: list[tuple[Client, str]], pause: float = 0.0) -> Iterator[list[Tally]]:
    """All clients at work during the block, each (client, receiver) in a thread of its own."""
    stopping = threading.Event()
    tallies = [Tally() for _ in clients]
    threads = [
        threading.Thread(
            target=run_load, args=(client, receiver_id, tally, stopping, pause), daemon=True
        )
        for (client, receiver_id), tally in zip(clients, tallies, strict=True)
    ]
    for thread in threads:
        thread.start()
    try:
        yield tallies
    finally:
        stopping.set()
        for thread in threads:
            thread.join()
