"""The application registers what a reader may see of each kind of thing: exports ask for it."""

from collections.abc import Iterator

import pytest

from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.factories.identity import make_member


@pytest.fixture(autouse=True)
def _composed(app: CommunityFlask) -> None:
    """Every test of data rights runs with the whole application composed."""


@pytest.fixture
def in_application(app: CommunityFlask) -> Iterator[None]:
    """Inside the application, as its workers are: for what does their work itself. Requests have
    a context of their own each."""
    with app.app_context():
        yield


@pytest.fixture
def steward(owner: Actor) -> Actor:
    return make_member(owner, "Stella Steward", role="steward")
