"""Who signs in by a provider: a browser, what the provider knows, what is here of it afterwards."""

import uuid
from typing import Any

from sqlalchemy import select, text
from werkzeug.test import TestResponse

from community.accounts.models import LinkedAccount
from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.factories.accounts import address_of
from tests.factories.identity import acting
from tests.provider import NAME, Provider
from tests.web_client import Portal, words_of

START, BACK = f"//login/oidc/{NAME}", f"//login/oidc/{NAME}/callback"


class Visitor(Portal):
    """A browser that signs in at the provider."""

    def __init__(self, app: CommunityFlask, provider: Provider) -> None:
        super().__init__(app)
        self.provider = provider

    def set_out(self, path: str = START) -> str:
        """Begin; the address at the provider."""
        answer = self.get(path)
        assert answer.status_code == 303, words_of(answer)
        return str(answer.headers["Location"])

    def come_back(self, query: dict[str, str]) -> TestResponse:
        """Return from the provider."""
        return self.get(BACK, query_string=query)

    def sign_in(self, subject: str) -> TestResponse:  # type: ignore[override]
        """All of it."""
        return self.come_back(self.provider.sign_in(self.set_out(), subject))

    @property
    def is_in(self) -> bool:
        """Whether the browser is signed in by now."""
        return "/login" not in self.get("//teams").headers.get("Location", "")


def known_as(provider: Provider, member: Actor, **claims: Any) -> str:
    """Let the provider know a member by their address here; returns what it calls them."""
    subject = f"sub-{uuid.uuid4().hex[:10]}"
    usual = {"email": address_of(member), "email_verified": True, "name": "Somebody"}
    provider.knows(subject, **{**usual, **claims})
    return subject


def linked_of(member: Actor) -> list[LinkedAccount]:
    with acting(member) as unit:
        found = select(LinkedAccount).where(LinkedAccount.user_id == member.user_id)
        return list(unit.session.scalars(found).all())


def told_of(member: Actor, event: str) -> tuple[int, int]:
    """How many mails and notices of an event are owed to a member."""
    with acting(member) as unit:
        mails = unit.session.scalar(
            text("SELECT count(*) FROM credentials WHERE user_id = :u AND purpose = :p"),
            {"u": member.user_id, "p": event},
        )
        notices = unit.session.scalar(
            text("SELECT count(*) FROM notices WHERE member_id = :m AND kind = :k"),
            {"m": member.member_id, "k": f"security_{event}"},
        )
    return mails or 0, notices or 0
