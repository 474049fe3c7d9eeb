"""A browser and a program of the owner, for the tests of people."""

import pytest

from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.web_client import Api, Portal


@pytest.fixture
def portal(app: CommunityFlask, owner: Actor) -> Portal:
    return Portal(app, owner)


@pytest.fixture
def api(app: CommunityFlask, owner: Actor) -> Api:
    return Api(app, owner)
