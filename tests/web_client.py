"""The application in tests: an app of this worker's database, API and portal clients."""

import re
import uuid
from datetime import timedelta
from typing import Any

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from community.accounts.models import ApiToken, Session
from community.core import clock, db, tokens
from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.factories.identity import acting

BASE_URL = "http://localhost:8000"


class Api:
    """An API client with a token of the actor's membership."""

    def __init__(
        self,
        app: CommunityFlask,
        actor: Actor,
        scopes: tuple[str, ...] = ("read", "write", "admin"),
    ) -> None:
        self.client = app.test_client()
        self.token = tokens.issue(actor.team_key)
        with acting(actor):
            row = ApiToken(
                member_id=actor.member_id,
                name="test",
                digest=tokens.digest(self.token),
                scopes=list(scopes),
            )
            db.add(row)

    def open(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **kwargs: Any
    ) -> TestResponse:
        """Send a request below /api/v1."""
        all_headers = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        return self.client.open(
            f"/api/v1{path}", method=method, headers=all_headers, base_url=BASE_URL, **kwargs
        )

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        """GET."""
        return self.open("GET", path, **kwargs)

    def post(self, path: str, body: Any = None, **kwargs: Any) -> TestResponse:
        """POST a JSON body."""
        return self.open("POST", path, json={} if body is None else body, **kwargs)

    def patch(self, path: str, body: Any, version: int | str = "*") -> TestResponse:
        """PATCH with If-Match."""
        match = "*" if version == "*" else f'"{version}"'
        return self.open("PATCH", path, json=body, headers={"If-Match": match})

    def put(self, path: str, body: Any = None, version: int | str = "*") -> TestResponse:
        """PUT with If-Match."""
        match = "*" if version == "*" else f'"{version}"'
        return self.open(
            "PUT", path, json={} if body is None else body, headers={"If-Match": match}
        )

    def delete(self, path: str, version: int | str = "*") -> TestResponse:
        """DELETE with If-Match."""
        match = "*" if version == "*" else f'"{version}"'
        return self.open("DELETE", path, headers={"If-Match": match})


class Portal:
    """A signed-in browser without JavaScript; forms are posted with their CSRF token."""

    def __init__(self, app: CommunityFlask, actor: Actor | None = None) -> None:
        self.client: FlaskClient = app.test_client()
        self.actor = actor
        self._csrf = ""
        if actor is not None:
            self.sign_in(actor)

    def sign_in(self, actor: Actor) -> None:
        """Give the browser a session of the actor's user."""
        secret = tokens.secret()
        with acting(actor):
            expires = clock.now() + timedelta(days=1)
            db.add(
                Session(
                    token_digest=tokens.digest(secret), user_id=actor.user_id, expires_at=expires
                )
            )
        self.client.set_cookie("community", secret, domain="localhost")

    def path(self, path: str) -> str:
        """An address of the actor's team; absolute addresses and `//x` (outside a team) stay."""
        if path.startswith("//"):
            return path[1:]
        if self.actor is None or path.startswith(("/t/", "/api/")):
            return path
        return f"/t/{self.actor.team_slug}{path}"

    def get(self, path: str, *, partial: bool = False, **kwargs: Any) -> TestResponse:
        """GET a page (`partial`: as htmx asks)."""
        headers = {"HX-Request": "true"} if partial else {}
        response = self.client.get(self.path(path), base_url=BASE_URL, headers=headers, **kwargs)
        found = re.search(rb'name="csrf_token" value="([^"]+)"', response.get_data())
        if found:
            self._csrf = found[1].decode()
        return response

    def post(
        self,
        path: str,
        data: dict[str, Any] | None = None,
        *,
        partial: bool = False,
        csrf: bool = True,
        **kwargs: Any,
    ) -> TestResponse:
        """POST a form with the CSRF token of the last page that had one."""
        values = {"idempotency_key": str(uuid.uuid4()), **(data or {})}
        if csrf:
            values["csrf_token"] = self._csrf
        headers = {"HX-Request": "true"} if partial else {}
        return self.client.post(
            self.path(path), data=values, base_url=BASE_URL, headers=headers, **kwargs
        )


def soup_of(response: TestResponse) -> BeautifulSoup:
    """A page, to look into."""
    return BeautifulSoup(response.get_data(as_text=True), "html.parser")


def words_of(response: TestResponse) -> str:
    """What a reader reads on it, in one line."""
    return " ".join(soup_of(response).stripped_strings)
