"""Stands in for the program `community`: notes how it was called, and answers as it would.

Copied with a first line naming a Python; on the standard library alone.
"""

import http.server
import json
import os
import sys
import time
from pathlib import Path


class Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()


def main() -> None:
    words = sys.argv[1:]
    notes = Path(os.environ["COMMUNITY_DATA"]) / "calls.jsonl"
    with notes.open("a") as file:
        file.write(json.dumps({"words": words, "pid": os.getpid(), "env": dict(os.environ)}) + "\n")
    if words[:2] == ["user", "link"]:
        print(f"{os.environ['BASE_URL']}/login/once{words[2]}")
    elif words[0] == "web":
        http.server.ThreadingHTTPServer(("127.0.0.1", int(words[-1])), Healthy).serve_forever()
    elif words[0] in ("worker", "clock"):
        time.sleep(600)
    elif os.environ.get("FAIL_AT") == words[0]:
        sys.exit("as it was told")


main()
