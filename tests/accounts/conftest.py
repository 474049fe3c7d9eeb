"""What tests of accounts share: a provider to sign in by."""

from collections.abc import Iterator

import pytest

from community.core import oidc, providers
from community.web.session import CommunityFlask
from tests import provider as provider_process
from tests.accounts.visiting import Visitor
from tests.provider import Provider
from tests.web_client import BASE_URL


@pytest.fixture(scope="session")
def running_provider() -> Iterator[Provider]:
    """A real OpenID provider."""
    with provider_process.running() as found:
        yield found


@pytest.fixture
def provider(running_provider: Provider) -> Iterator[Provider]:
    """The same, named by the installation."""
    oidc.forget_discovered()
    providers.configure([running_provider.settings()], BASE_URL)
    yield running_provider
    providers.configure([], BASE_URL)


@pytest.fixture
def visitor(app: CommunityFlask, provider: Provider) -> Visitor:
    """Somebody at the sign-in page."""
    return Visitor(app, provider)
