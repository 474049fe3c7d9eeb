"""A real browser on a real server: gunicorn over this worker's database, Debian's Chromium.

`visit` opens pages as one person sees them (theme, width, with or without JavaScript) and
fails the test on any console error, page error or breach of the content policy.
"""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
)

from community.accounts.models import Session
from community.core import clock, db, hold, schema, tokens
from community.identity.models import Actor
from tests.conftest import database_url
from tests.conftest_servers import Servers
from tests.factories.identity import acting
from tests.provider import free_port

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WHOLE = {"type": "tag", "values": AXE_TAGS}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
SIZES = {"desktop": (1280, 900), "phone": (390, 844), "narrow": (320, 700)}


@dataclass
class Live:
    """The running portal."""

    url: str
    data: Path
    env: dict[str, str]
    provider_port: int


def _own_bell(servers: Servers) -> str:
    """A database of the queue's server that no other test process rings in."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return servers.valkey.url.replace("db=0", f"db={1 + number % 15}")


@pytest.fixture(scope="session")
def live(
    servers: Servers,
    worker_database: str,
    configured: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Live]:
    """gunicorn with the settings of production, over this worker's database."""
    port, data = free_port(), tmp_path_factory.mktemp("live")
    # Nothing listens there but in the tests that start a provider.
    provider_port = free_port()
    env = {
        **os.environ,
        "DATABASE_URL": database_url(servers, schema.APP, worker_database),
        "REDIS_URL": _own_bell(servers),
        # By name: browsers make passkeys for no bare number.
        "BASE_URL": f"http://localhost:{port}",
        "SECRET_KEYS": "k" * 40,
        "COMMUNITY_DATA": str(data),
        "UNDO_SECONDS": "60",
        "OIDC_PROVIDERS": "acme",
        "OIDC_ACME_ISSUER": f"http://localhost:{provider_port}",
        "OIDC_ACME_CLIENT_ID": "community",
        "OIDC_ACME_CLIENT_SECRET": "shh-its-a-secret",
        "OIDC_ACME_DOMAINS": "example.org",
    }
    argv = [
        sys.executable,
        "-m",
        "gunicorn",
        "-k",
        "gthread",
        "--threads",
        "4",
        "-b",
        f"127.0.0.1:{port}",
    ]
    log = (data / "web.log").open("wb")
    server = subprocess.Popen([*argv, "wsgi:app"], cwd=ROOT, env=env, stdout=log, stderr=log)
    try:
        _wait_for(f"http://localhost:{port}/login", server, data / "web.log")
        yield Live(f"http://localhost:{port}", data, env, provider_port)
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"The portal did not start:\n{log.read_text()}")


@dataclass
class Visit:
    """One person's browser window."""

    page: Page
    live: Live
    actor: Actor | None
    context: BrowserContext
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open an address of the actor's team (`//x` for one outside a team)."""
        if path.startswith("//"):
            path = path[1:]
        elif self.actor is not None and not path.startswith("/t/"):
            path = f"/t/{self.actor.team_slug}{path}"
        self.page.goto(self.live.url + path)
        return self.page

    def axe(self, only: Mapping[str, Any] = WHOLE) -> list[str]:
        """What axe finds on the page: rule and first place each."""
        if not self.page.evaluate("'axe' in window"):
            self.page.add_script_tag(path=str(AXE))
        found = self.page.evaluate("only => axe.run(document, {runOnly: only})", only)
        return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found["violations"]]

    def overflow(self) -> int:
        """How many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))

    def barriers(self) -> list[str]:
        """What axe finds in either theme, and the widths that the page does not fit."""
        return [*self.findings(), *self.misfits()]

    def findings(self) -> list[str]:
        """What axe finds in either theme."""
        self.page.emulate_media(color_scheme="light")
        light = self.axe()
        # The document is the same in the dark; only its colours are others.
        self.page.emulate_media(color_scheme="dark")
        self.page.evaluate(
            "() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
        )
        return [*light, *(f"dark: {each}" for each in self.axe(COLOURS))]

    def misfits(self) -> list[str]:
        """The widths that the page does not fit."""
        found = []
        for width, height in SIZES.values():
            self.page.set_viewport_size({"width": width, "height": height})
            if self.overflow() > 0:
                found.append(f"wider than {width}")
        return found

    def heard(self, message: ConsoleMessage) -> None:
        """Keep what the console complains of."""
        if message.type == "error" and "status of 4" not in message.text:
            self.complaints.append(message.text)


Visitor = Callable[..., Visit]


@pytest.fixture
def visit(chrome: Browser, live: Live) -> Iterator[Visitor]:
    """Open a browser: `visit(actor, size="phone", theme="dark", javascript=False, axe=True)`."""
    opened: list[Visit] = []

    def open_window(
        actor: Actor | None = None,
        *,
        size: str = "desktop",
        theme: str = "light",
        javascript: bool = True,
        axe: bool = False,
    ) -> Visit:
        width, height = SIZES[size]
        context = chrome.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            java_script_enabled=javascript,
            bypass_csp=axe,
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        if actor is not None:
            context.add_cookies([_session_cookie(actor, live)])
        window = Visit(context.new_page(), live, actor, context)
        window.page.on("console", window.heard)
        window.page.on("pageerror", lambda error: window.complaints.append(str(error)))
        opened.append(window)
        return window

    yield open_window
    complaints = [text for window in opened for text in window.complaints]
    for window in opened:
        window.context.close()
    assert complaints == []


def _session_cookie(actor: Actor, live: Live) -> Any:
    secret = tokens.secret()
    with acting(actor):
        expires = clock.now() + timedelta(days=1)
        db.add(
            Session(token_digest=tokens.digest(secret), user_id=actor.user_id, expires_at=expires)
        )
    return {"name": "community", "value": secret, "url": live.url, "httpOnly": True}


@pytest.fixture
def at_once() -> Iterator[None]:
    """Nothing that the test itself does is held."""
    held = hold.period()
    hold.configure(0)
    yield
    hold.configure(int(held.total_seconds()))
