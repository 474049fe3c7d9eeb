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
from typing import Any, Literal

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    ViewportSize,
)
from playwright.sync_api import Error as PlaywrightError

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
# What was in order is not sent over.
_RUN_AXE = """only => axe.run(document, {runOnly: only, resultTypes: ["violations"]}).then(
  found => found.violations.map(each => ({id: each.id, html: each.nodes[0].html})))"""
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
        found: list[dict[str, str]] = self.page.evaluate(_RUN_AXE, only)
        return [f"{each['id']}: {each['html'][:160]}" for each in found]

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

    def broke(self, error: PlaywrightError) -> None:
        """Keep an error that nothing on the page caught."""
        self.complaints.append(str(error))


Visitor = Callable[..., Visit]


@dataclass(frozen=True)
class Look:
    """How a window shows its pages."""

    size: str
    theme: str
    javascript: bool
    axe: bool


class Windows:
    """Windows that tests borrow in turn: to open one costs as much as to visit a page in it."""

    def __init__(self, chrome: Browser) -> None:
        self._chrome = chrome
        self._free: dict[Look, list[Page]] = {}

    def borrow(self, look: Look) -> Page:
        """A window without a past."""
        free = self._free.get(look)
        return free.pop() if free else self._open(look)

    def give_back(self, look: Look, page: Page) -> None:
        """Take one that no test has changed for good; what it remembers is forgotten."""
        if page.url.startswith("http"):
            page.evaluate("sessionStorage.clear()")
        page.goto("about:blank")
        page.context.clear_cookies()
        page.emulate_media(color_scheme=_scheme(look))
        page.set_viewport_size(_viewport(look))
        self._free.setdefault(look, []).append(page)

    def _open(self, look: Look) -> Page:
        context = self._chrome.new_context(
            viewport=_viewport(look),
            color_scheme=_scheme(look),
            java_script_enabled=look.javascript,
            bypass_csp=look.axe,
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        return context.new_page()


def _viewport(look: Look) -> ViewportSize:
    width, height = SIZES[look.size]
    return {"width": width, "height": height}


def _scheme(look: Look) -> Literal["dark", "light"]:
    return "dark" if look.theme == "dark" else "light"


@pytest.fixture(scope="session")
def windows(chrome: Browser) -> Windows:
    """The windows of this process."""
    return Windows(chrome)


@pytest.fixture
def visit(windows: Windows, live: Live) -> Iterator[Visitor]:
    """Open a window: `visit(actor, size="phone", theme="dark", javascript=False, axe=True)`.

    A test that changes more of it than its page and cookies asks for its `own`.
    """
    opened: list[tuple[Visit, Look, bool]] = []

    def open_window(
        actor: Actor | None = None,
        *,
        size: str = "desktop",
        theme: str = "light",
        javascript: bool = True,
        axe: bool = False,
        own: bool = False,
    ) -> Visit:
        look = Look(size, theme, javascript, axe)
        page = windows.borrow(look)
        if actor is not None:
            page.context.add_cookies([_session_cookie(actor, live)])
        window = Visit(page, live, actor, page.context)
        page.on("console", window.heard)
        page.on("pageerror", window.broke)
        opened.append((window, look, own))
        return window

    yield open_window
    for window, look, own in opened:
        window.page.remove_listener("console", window.heard)
        window.page.remove_listener("pageerror", window.broke)
        if own or len(window.context.pages) > 1:
            window.context.close()
        else:
            windows.give_back(look, window.page)
    assert [text for window, _look, _own in opened for text in window.complaints] == []


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
