"""What tests of the ledger share: the owner's browser, and what becomes of mail."""

import pytest

from community.core import mail
from community.core.mail import MailFailed
from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.web_client import Portal


@pytest.fixture
def portal(app: CommunityFlask, owner: Actor) -> Portal:
    """The owner's browser, with a page open."""
    opened = Portal(app, owner)
    opened.get("/gives/new")
    return opened


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[mail.Mail]:
    """The mail that leaves."""
    out: list[mail.Mail] = []
    monkeypatch.setattr(mail, "send", out.append)
    return out


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mail server does not answer."""

    def send(_mail: mail.Mail) -> None:
        raise MailFailed("connect", permanent=False)

    monkeypatch.setattr(mail, "send", send)
