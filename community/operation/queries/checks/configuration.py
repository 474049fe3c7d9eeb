"""Every setting, not only the first that is wrong."""

from collections.abc import Mapping

from community.operation.queries.checks.finding import Finding, ok, wrong
from config import Config, ConfigError

# What stands in for a refused setting, so that those after it are read as well.
_STAND_INS = {
    "BASE_URL": "http://localhost:8000",
    "DATABASE_URL": "postgresql://stand-in",
    "MIGRATION_DATABASE_URL": "",
    "REDIS_URL": "redis://stand-in",
    "SECRET_KEYS": "stand-in-" * 5,
    "SMTP_PORT": "",
    "SMTP_TLS": "",
    "MAIL_FROM": "stand@in.example",
    "UNDO_SECONDS": "",
    "INSECURE_LAN": "",
    "LOG_LEVEL": "",
    "TRUSTED_PROXIES": "",
    "POOL_SIZE": "",
    "REQUESTS_PER_MINUTE": "",
    "OIDC_PROVIDERS": "",
}


def check_configuration(environ: Mapping[str, str]) -> tuple[Config | None, list[Finding]]:
    """The configuration where it is whole, and what is wrong with it where it is not."""
    trial, findings = dict(environ), list[Finding]()
    while True:
        try:
            config = Config.from_env(trial)
        except ConfigError as error:
            name = str(error).split()[0].rstrip(":")
            findings.append(wrong(name, "not usable", str(error)))
            # A provider with a wrong setting is left out as a whole.
            name = "OIDC_PROVIDERS" if name.startswith("OIDC_") else name
            # Without a stand-in nothing after it can be read.
            if trial.get(name) == _STAND_INS.get(name):
                return None, findings
            trial[name] = _STAND_INS[name]
        else:
            return (None, findings) if findings else (config, [ok("settings", _summary(config))])


def _summary(config: Config) -> str:
    keys = len(config.secret_keys)
    return f"all readable; {keys} secret key{'s' if keys > 1 else ''}, undo for {config.undo_seconds} s"
