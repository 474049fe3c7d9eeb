"""The browser of the owner, for the tests of the import wizard."""

import pytest

from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.web_client import Portal


@pytest.fixture
def portal(app: CommunityFlask, owner: Actor) -> Portal:
    return Portal(app, owner)
