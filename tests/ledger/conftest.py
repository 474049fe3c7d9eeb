"""The owner's browser, for the tests of the ledger's pages."""

import pytest

from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.web_client import Portal


@pytest.fixture
def portal(app: CommunityFlask, owner: Actor) -> Portal:
    """The owner's browser, with a page open."""
    opened = Portal(app, owner)
    opened.get("/gives/new")
    return opened
