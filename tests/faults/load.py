"""People who log gives over HTTP and do not give up: each write has a key and is sent until it is
acknowledged, sometimes into a connection that is cut before the answer, sometimes once more."""

import json
import random
import select
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

from tests.faults.rig import Rig

GIVE_UP_SECONDS = 120.0
# What a client meets while a server is away, or while its first try is still being worked on.
_AGAIN = {409, 429, 503}


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
    """One client of the first web server, with a new connection for each request."""

    def __init__(self, rig: Rig, token: str) -> None:
        self.host = f"localhost:{rig.ports['web']}"
        self.ports = list(rig.ports.values())
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def send(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """One request on one connection; OSError or HTTPException when it breaks."""
        line = self._line()
        try:
            self._ask(line, method, path, body, headers)
            found = line.getresponse()
            said = found.read()
            self._answered(line)
            return Answer(found.status, said, found.getheader("Idempotent-Replayed") == "true")
        finally:
            self._let_go(line)

    def _answered(self, line: HTTPConnection) -> None:
        """A connection that answered well, and is not used again."""

    def _let_go(self, line: HTTPConnection) -> None:
        """The request on it is over, well or badly."""
        line.close()

    def send_and_hang_up(self, path: str, body: object, key: str) -> None:
        """A POST whose answer nobody waits for."""
        line = self._line()
        try:
            self._ask(line, "POST", path, body, {"Idempotency-Key": key})
        finally:
            line.close()

    def hang_up(self) -> None:
        """Nothing is kept open."""

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
        return HTTPConnection("127.0.0.1", self.ports[0], timeout=20)

    def _ask(
        self, line: HTTPConnection, method: str, path: str, body: object, more: dict[str, str]
    ) -> None:
        sent = None if body is None else json.dumps(body)
        line.request(method, path, sent, {**self.headers, "Host": self.host, **more})


class Proxied(Client):
    """Behind a proxy over both web servers, which goes to the next one where a connection is
    refused and tries nothing twice: what is not acknowledged at once has failed.

    With `keeps` the proxy uses its connections again until a server closes them.
    """

    def __init__(self, rig: Rig, token: str, *, keeps: bool, servers: int = 2) -> None:
        super().__init__(rig, token)
        self.ports = self.ports[:servers]
        self.keeps = keeps
        self.kept: HTTPConnection | None = None

    def _answered(self, line: HTTPConnection) -> None:
        if self.keeps and line.sock is not None:
            self.kept = line

    def _let_go(self, line: HTTPConnection) -> None:
        if self.kept is None:
            line.close()

    def hang_up(self) -> None:
        """Close the connection that was kept."""
        if self.kept is not None:
            self.kept.close()

    def log_give(self, receiver_id: str, tally: Tally, key: str | None = None) -> str:
        """Log a give, at the first try."""
        key = key or str(uuid.uuid4())
        body = {"receiver_id": receiver_id, "kind": "other", "story": key}
        tally.sent += 1
        try:
            answer = self.send("POST", "/api/v1/gives", body, **{"Idempotency-Key": key})
        except (OSError, HTTPException) as error:
            tally.wrong.append(f"{error!r}")
            return ""
        if answer.status != 201:
            tally.wrong.append(f"{answer.status} {answer.body[:300]!r}")
            return ""
        tally.replayed += answer.replayed
        return str(json.loads(answer.body)["id"])

    def _line(self) -> HTTPConnection:
        line, self.kept = self.kept, None
        if line is not None and line.sock is not None:
            if not select.select([line.sock], [], [], 0)[0]:
                return line
            line.close()
        return self._new_line()

    def _new_line(self) -> HTTPConnection:
        refused: OSError | None = None
        for port in random.sample(self.ports, len(self.ports)):
            line = HTTPConnection("127.0.0.1", port, timeout=20)
            try:
                line.connect()
            except ConnectionRefusedError as error:
                refused = error
                line.close()
            else:
                return line
        raise refused or RuntimeError("there is no server to ask")


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
def giving(clients: Sequence[tuple[Client, str]], pause: float = 0.0) -> Iterator[list[Tally]]:
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
        for client, _ in clients:
            client.hang_up()
