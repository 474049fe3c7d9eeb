"""Run by the tests in a process of its own, on the standard library alone.

`supervise FILE`: the children named in the JSON file, with short back-offs.
`up PROGRAM DATA PORT`: the whole installation with a stand-in for the application's program.
"""

import json
import signal
import sys
from pathlib import Path
from typing import Any

from community.embedded import up
from community.embedded.process import Child
from community.embedded.supervisor import Backoff, Supervisor


def supervise(children: list[dict[str, Any]]) -> None:
    with Supervisor(backoff=Backoff(first=0.1, most=1.0, healthy=60.0)) as supervisor:
        for each in children:
            name, argv = each["name"], each["argv"]
            stop_seconds = each.get("stop_seconds", 5.0)
            supervisor.start(
                Child(name, argv, {"PATH": "/usr/bin:/bin"}, stop_seconds=stop_seconds)
            )
        supervisor.say("all started")
        supervisor.run()


def run_up(program: str, data: str, port: str) -> None:
    up.PROGRAM = Path(program)
    up.run_up(up.Options(Path(data), port=int(port)), say=lambda text: print(text, flush=True))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if sys.argv[1] == "supervise":
        supervise(json.loads(Path(sys.argv[2]).read_text()))
    else:
        run_up(*sys.argv[2:])
