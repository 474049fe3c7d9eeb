"""A real OpenID provider in a process of its own, and a browser that signs in at it.

What a user's claims call `_twist` says how the provider's answer about them is wrong.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from config import OidcProvider

ROOT = Path(__file__).parents[2]
NAME, LABEL, DOMAIN = "acme", "Acme", "example.org"


@dataclass(frozen=True)
class Provider:
    """The running provider, and how the portal is told of it."""

    url: str

    def settings(self, **changed: Any) -> OidcProvider:
        """What the installation says of it."""
        usual = OidcProvider(NAME, LABEL, self.url, "community", "shh-its-a-secret", (DOMAIN,))
        return replace(usual, **changed)

    def knows(self, subject: str, **claims: Any) -> None:
        """Let it know somebody."""
        answer = requests.put(f"{self.url}/users/{subject}", json=claims, timeout=10)
        assert answer.status_code == 204, answer.text

    def sign_in(self, way_there: str, subject: str) -> dict[str, str]:
        """Sign in at the provider; what it sends the browser back with."""
        return _sent_back(requests.post(way_there, {"sub": subject}, **_STAY))

    def decline(self, way_there: str) -> dict[str, str]:
        """Say no there."""
        return _sent_back(requests.post(way_there, {"action": "deny"}, **_STAY))


_STAY: dict[str, Any] = {"allow_redirects": False, "timeout": 10}


def _sent_back(answer: requests.Response) -> dict[str, str]:
    assert answer.status_code in (302, 303), answer.text
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(port: int | None = None) -> Iterator[Provider]:
    """The provider while it runs."""
    provider = Provider(f"http://localhost:{port or free_port()}")
    argv = [sys.executable, "-m", "tests.provider.server", str(urlsplit(provider.url).port)]
    env = {**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"}
    process = subprocess.Popen(argv, cwd=ROOT, env=env, stderr=subprocess.DEVNULL)
    try:
        _wait_for(provider.url, process)
        yield provider
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            requests.get(f"{url}/jwks", timeout=2)
        except requests.RequestException:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("The provider did not start.")
