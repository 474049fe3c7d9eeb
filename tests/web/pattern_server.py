"""A server of the page patterns with canned replies, so that the browser can act without the application."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from community.web.security import CSP
from tests.web.pattern_data import PATTERNS, contexts, render
from tests.web.pattern_env import NAV, environment

ROOT = Path(__file__).parents[2]
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass
class Seen:
    """What the browser asked for: method, path and form fields."""

    requests: list[tuple[str, str, dict[str, list[str]]]] = field(default_factory=list)

    def of(self, path: str) -> list[tuple[str, dict[str, list[str]]]]:
        return [(method, body) for method, at, body in self.requests if at.split("?")[0] == path]


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, Seen]]:
    """Build the assets into the folder and serve; the address and what was asked."""
    subprocess.run(
        [sys.executable, "-m", "tools.assets", "--target", str(folder)], cwd=ROOT, check=True
    )
    seen = Seen()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(folder, seen))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()


def _part(name: str, **values: object) -> str:
    """A canned reply to htmx, made with the same macros as the pages."""
    sources = {
        "quick": '{% from "components/quick.html" import quick %}'
        '{% from "components/toast.html" import toast_oob %}'
        '{% call quick("/gives", ["Mara"], [("intro", "Intro")], values, errors) %}{% endcall %}'
        '{% if not errors %}{{ toast_oob({"text": "Mara will hear about it.", "undo": none}) }}{% endif %}',
        "options": '{% from "components/palette.html" import palette_options %}'
        '{{ palette_options(found, q, "/search", nav) }}',
        "count": '{% from "components/shell.html" import bell_count %}'
        '{{ bell_count(9, "/notifications/count") }}{{ bell_count(9, place="top", oob=True) }}',
    }
    return environment().from_string(sources[name]).render(values)


def answer(method: str, path: str, body: dict[str, list[str]], part: bool) -> tuple[int, str]:
    """Status and HTML of one request."""
    at = urlsplit(path)
    name = at.path.strip("/")
    query = {key: values[0] for key, values in parse_qs(at.query).items()}
    if name == "palette":
        q = query.get("q", "")
        found = [{"href": f"/people_list?found={q}", "text": q, "key": "1"}] if q else []
        return 200, _part("options", q=q, found=found, nav=NAV)
    if name == "notifications/count":
        return 200, _part("count")
    if name.startswith("people/lena"):
        return 200, _person(
            editing=name.endswith("edit"), text=body.get("text", [""])[0], part=part
        )
    if name == "gives" and method == "POST":
        who = body["who"][0]
        if who == "Nobody":
            errors = {"who": ["Nobody by that name."]}
            return 422, _part("quick", values={"who": who, "what": "x"}, errors=errors)
        return 200, _part("quick", values={}, errors={})
    if name == "nudges/1/snooze":
        error = environment().get_template("errors/partial.html")
        return 409, error.render(text="Someone was faster.", message="Someone was faster.")
    if name in PATTERNS:
        return 200, render(name, partial=part, **_overrides(query))
    return 200, render("settings", page=name)


def _person(*, editing: bool, text: str, part: bool) -> str:
    known = [{**fact, "editing": False} for fact in contexts()["person"]["known"]]
    known[2] = {**known[2], "editing": editing, "text": text or known[2]["text"]}
    return render("person", known=known, partial=part)


def _overrides(query: dict[str, str]) -> dict[str, Any]:
    hotkeys = query.get("hotkeys") != "off"
    return {"theme": query.get("theme", ""), "hotkeys": hotkeys, "flashes": []}


def _handler(folder: Path, seen: Seen) -> type[BaseHTTPRequestHandler]:
    names = json.loads((folder / "manifest.json").read_text())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/static/"):
                file = folder / names[self.path.removeprefix("/static/")]
                return self._send(200, TYPES[file.suffix], file.read_bytes())
            return self._reply({})

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._reply(parse_qs(raw))

        def _reply(self, body: dict[str, list[str]]) -> None:
            seen.requests.append((self.command, self.path, body))
            part = self.headers.get("HX-Request") == "true"
            status, html = answer(self.command, self.path, body, part)
            self._send(status, "text/html; charset=utf-8", html.encode())

        def _send(self, status: int, kind: str, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Security-Policy", CSP)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    return Handler
