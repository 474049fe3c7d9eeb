"""The providers that people may sign in by: there, and who they say they are."""

from community.core import oidc, providers
from community.core.errors import NotAllowed, Unavailable
from community.operation.queries.checks.finding import Finding, look, ok, wrong
from config import Config, OidcProvider


def check_providers(config: Config) -> list[Finding]:
    """Each named provider describes itself as it is set here."""
    providers.configure(config.oidc_providers, config.base_url)
    return [_check(provider) for provider in config.oidc_providers]


def _check(provider: OidcProvider) -> Finding:
    what, setting = f"sign-in by {provider.label}", f"OIDC_{provider.name.upper()}_ISSUER"
    oidc.forget_discovered()
    try:
        oidc.discover(provider)
    except Unavailable:
        return look(
            what,
            f"{provider.issuer} does not answer",
            f"Correct {setting}, or let this machine reach it; people sign in another way meanwhile.",
        )
    except NotAllowed:
        return wrong(
            what,
            f"{provider.issuer} calls itself otherwise, or has addresses without TLS",
            f"Set {setting} to exactly what it names as its issuer.",
        )
    back = providers.callback_url(provider)
    return ok(what, f"answers; it must know the redirect address {back}")
