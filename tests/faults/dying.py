"""A program that answers requests and dies of kill -9 at the point of the transaction it is told.

Each line of its input is one request, as JSON: token, receiver_id, key, and at, the number of the
point to die at (0: none). A child answers it; each line of the output says what became of it.
The points are before and after every statement, before the commit, and around the ring.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from community.app import create_app
from community.core import db, queue
from community.web.session import CommunityFlask
from config import Config


class Points:
    """Counts the points of a request, and dies at one."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.passed = 0

    def __call__(self, *_: Any) -> None:
        self.passed += 1
        if self.passed == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        """From now on everything this process sends is a point."""
        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(db.engine(), name, self)
        vars(queue)["ring"] = self._around(queue.ring)

    def _around(self, ring: Callable[[str], bool]) -> Callable[[str], bool]:
        def rung(name: str) -> bool:
            self()
            answer = ring(name)
            self()
            return answer

        return rung


def answer(app: CommunityFlask, asked: dict[str, Any]) -> None:
    """Answer one request in this process, and say how many points it had."""
    points = Points(asked["at"])
    points.watch()
    said = app.test_client().post(
        "/api/v1/gives",
        base_url=os.environ["BASE_URL"],
        json={"receiver_id": asked["receiver_id"], "kind": "other", "story": asked["key"]},
        headers={"Authorization": f"Bearer {asked['token']}", "Idempotency-Key": asked["key"]},
    )
    found = {"killed": False, "status": said.status_code, "points": points.passed}
    print(json.dumps(found), flush=True)


def main() -> None:
    """Answer each request in a child of its own; the parent never opens a connection."""
    app = create_app(Config.from_env())
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            answer(app, json.loads(line))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            print(json.dumps({"killed": True}), flush=True)
        elif status:
            print(json.dumps({"broken": status}), flush=True)


if __name__ == "__main__":
    main()
