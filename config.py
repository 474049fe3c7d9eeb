"""Configuration: the environment read once into one checked, frozen object.

Everything missing or malformed raises ConfigError naming the setting and the mend.
The table of settings is docs/settings.md.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
KEPT_SETTINGS = "settings"
SETTINGS = (
    "DATABASE_URL",
    "MIGRATION_DATABASE_URL",
    "COMMUNITY_PG_BIN",
    "REDIS_URL",
    "BASE_URL",
    "SECRET_KEYS",
    "COMMUNITY_DATA",
    "SMTP_HOST",
    "SMTP_PORT",
    "SMTP_USER",
    "SMTP_PASSWORD",
    "SMTP_TLS",
    "MAIL_FROM",
    "UNDO_SECONDS",
    "INSECURE_LAN",
    "LOG_LEVEL",
    "TRUSTED_PROXIES",
    "POOL_SIZE",
    "REQUESTS_PER_MINUTE",
    "OIDC_PROVIDERS",
)
OIDC_SETTINGS = ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "DOMAINS", "LABEL")
ANY_DOMAIN = "*"
_PROVIDER_NAME = re.compile(r"[a-z][a-z0-9]{0,19}")
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


class ConfigError(Exception):
    """A setting is missing or malformed; the text says which and how to mend it."""


@dataclass(frozen=True)
class OidcProvider:
    """A place to sign in by (OpenID Connect). It vouches for addresses of these domains only."""

    name: str
    label: str
    issuer: str
    client_id: str
    client_secret: str | None
    domains: tuple[str, ...]


@dataclass(frozen=True)
class Config:
    """One installation's settings."""

    database_url: str
    migration_database_url: str | None
    redis_url: str
    base_url: str
    secret_keys: tuple[str, ...]
    data: Path
    smtp_host: str | None
    smtp_port: int
    smtp_user: str | None
    smtp_password: str | None
    smtp_tls: str
    mail_from: str
    undo_seconds: int
    insecure_lan: bool
    development: bool
    log_level: str
    trusted_proxies: int
    pool_size: int
    requests_per_minute: int
    oidc_providers: tuple[OidcProvider, ...]

    @property
    def secure(self) -> bool:
        """Whether the portal is reached over https."""
        return self.base_url.startswith("https://")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Config":
        """Read and check the environment."""
        env = environment() if environ is None else environ
        base_url = _need(
            env, "BASE_URL", "the address people open, for example https://community.example.org"
        ).rstrip("/")
        insecure_lan = _flag(env, "INSECURE_LAN")
        _check_base_url(base_url, insecure_lan)
        smtp_host = env.get("SMTP_HOST") or None
        host = urlsplit(base_url).hostname or "localhost"
        return cls(
            database_url=_database_url(
                _need(env, "DATABASE_URL", "a PostgreSQL address"), "DATABASE_URL"
            ),
            migration_database_url=_optional_database_url(env, "MIGRATION_DATABASE_URL"),
            redis_url=_redis_url(
                _need(env, "REDIS_URL", "the queue's address, for example redis://localhost:6379/0")
            ),
            base_url=base_url,
            secret_keys=_secret_keys(
                _need(env, "SECRET_KEYS", "one or more random keys of at least 32 characters")
            ),
            data=Path(env.get("COMMUNITY_DATA") or ".data").resolve(),
            smtp_host=smtp_host,
            smtp_port=_whole(env, "SMTP_PORT", 587, 1, 65535),
            smtp_user=env.get("SMTP_USER") or None,
            smtp_password=env.get("SMTP_PASSWORD") or None,
            smtp_tls=_choice(env, "SMTP_TLS", "starttls", ("starttls", "tls", "none")),
            mail_from=_mail_from(env, smtp_host, host),
            undo_seconds=_whole(env, "UNDO_SECONDS", 60, 0, 3600),
            insecure_lan=insecure_lan,
            development=smtp_host is None and (host in LOOPBACK or insecure_lan),
            log_level=_choice(env, "LOG_LEVEL", "info", ("debug", "info", "warning", "error")),
            trusted_proxies=_whole(env, "TRUSTED_PROXIES", 0, 0, 5),
            pool_size=_whole(env, "POOL_SIZE", 5, 1, 100),
            requests_per_minute=_whole(env, "REQUESTS_PER_MINUTE", 1200, 0, 1_000_000),
            oidc_providers=_oidc_providers(env),
        )


def environment() -> Mapping[str, str]:
    """The settings of this process; beside `community up`, those it runs with.

    `up` keeps its settings in the data folder, so that a command in another terminal finds
    the same installation. They count only where no database is named in the environment.
    """
    env = os.environ
    kept = Path(env.get("COMMUNITY_DATA") or ".data") / KEPT_SETTINGS
    if env.get("DATABASE_URL") or env.get("MIGRATION_DATABASE_URL") or not os.access(kept, os.R_OK):
        return env
    lines = (line.partition("=") for line in kept.read_text().splitlines())
    return {**{name: value for name, _, value in lines}, **env}


def keep_settings(data: Path, env: Mapping[str, str]) -> None:
    """Keep the settings among these values for `environment()`, readable by their owner alone."""
    fresh = data / f"{KEPT_SETTINGS}.new"
    fresh.unlink(missing_ok=True)
    names = [*SETTINGS, *_provider_settings(env)]
    lines = [f"{name}={env[name]}\n" for name in names if env.get(name)]
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(lines)
    fresh.rename(data / KEPT_SETTINGS)


def migration_database_url(environ: Mapping[str, str] | None = None) -> str:
    """The owner's address alone, for commands that need nothing else of the configuration."""
    env = environment() if environ is None else environ
    what = "the database's address for the role community_owner"
    return _database_url(_need(env, "MIGRATION_DATABASE_URL", what), "MIGRATION_DATABASE_URL")


def _need(env: Mapping[str, str], name: str, what: str) -> str:
    value = env.get(name, "").strip()
    if not value:
        raise ConfigError(f"{name} is not set. Set it to {what}.{_beside_up(env, name)}")
    return value


def _beside_up(env: Mapping[str, str], name: str) -> str:
    """Where else it could have come from: what is asked for first says it."""
    if name not in ("BASE_URL", "MIGRATION_DATABASE_URL"):
        return ""
    folder = env.get("COMMUNITY_DATA")
    if folder:
        return f" In {folder}, which COMMUNITY_DATA names, `community up` has kept no settings."
    return " Or set COMMUNITY_DATA to the folder that `community up` runs with, as in its --data."


def _flag(env: Mapping[str, str], name: str) -> bool:
    return _choice(env, name, "no", ("no", "yes")) == "yes"


def _choice(env: Mapping[str, str], name: str, default: str, choices: tuple[str, ...]) -> str:
    value = env.get(name, "").strip().lower() or default
    if value not in choices:
        raise ConfigError(f"{name} is {value!r}. It must be one of: {', '.join(choices)}.")
    return value


def _whole(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    value = env.get(name, "").strip() or str(default)
    if not (value.isascii() and value.isdigit()) or not low <= int(value) <= high:
        raise ConfigError(f"{name} is {value!r}. It must be a whole number from {low} to {high}.")
    return int(value)


def _database_url(value: str, name: str) -> str:
    for plain in ("postgresql://", "postgres://"):
        if value.startswith(plain):
            return "postgresql+psycopg://" + value[len(plain) :]
    if not value.startswith("postgresql+psycopg://"):
        raise ConfigError(f"{name} must start with postgresql://. No other database is supported.")
    return value


def _optional_database_url(env: Mapping[str, str], name: str) -> str | None:
    value = env.get(name, "").strip()
    return _database_url(value, name) if value else None


def _redis_url(value: str) -> str:
    if not value.startswith(("redis://", "rediss://", "unix://")):
        raise ConfigError("REDIS_URL must start with redis://, rediss:// or unix://.")
    return value


def _secret_keys(value: str) -> tuple[str, ...]:
    keys = tuple(part.strip() for part in value.split(",") if part.strip())
    if not keys or any(len(key) < 32 for key in keys):
        raise ConfigError(
            "SECRET_KEYS: every key needs at least 32 characters; separate several by commas, newest first."
        )
    return keys


def _mail_from(env: Mapping[str, str], smtp_host: str | None, host: str) -> str:
    value = env.get("MAIL_FROM", "").strip()
    if not value:
        if smtp_host:
            raise ConfigError(
                "MAIL_FROM is not set. Set it to the address mail comes from, for example notify@example.org."
            )
        return f"notify@{host if '.' in host and ':' not in host else 'localhost.localdomain'}"
    user, at, domain = value.rpartition("@")
    if not (user and at and domain) or any(c in value for c in " <>,\r\n"):
        raise ConfigError(
            f"MAIL_FROM is {value!r}. It must be a bare address like notify@example.org."
        )
    return value


def _provider_names(env: Mapping[str, str]) -> list[str]:
    return [name.strip() for name in env.get("OIDC_PROVIDERS", "").split(",") if name.strip()]


def _provider_settings(env: Mapping[str, str]) -> list[str]:
    """The settings of the named providers."""
    prefixes = [f"OIDC_{name.upper()}_" for name in _provider_names(env)]
    return [prefix + setting for prefix in prefixes for setting in OIDC_SETTINGS]


def _oidc_providers(env: Mapping[str, str]) -> tuple[OidcProvider, ...]:
    names = _provider_names(env)
    bad = [name for name in names if not _PROVIDER_NAME.fullmatch(name)]
    if bad or len(set(names)) != len(names):
        raise ConfigError(
            f"OIDC_PROVIDERS is {env['OIDC_PROVIDERS']!r}. It must be different short names of small"
            " letters and digits, separated by commas, like acme or acme,google."
        )
    providers = tuple(_oidc_provider(env, name) for name in names)
    issuers = [provider.issuer for provider in providers]
    if len(set(issuers)) != len(issuers):
        raise ConfigError("OIDC_PROVIDERS names one issuer twice. Name each once.")
    return providers


def _oidc_provider(env: Mapping[str, str], name: str) -> OidcProvider:
    prefix = f"OIDC_{name.upper()}_"
    domains = _need(
        env,
        f"{prefix}DOMAINS",
        "the domains of the addresses it vouches for, separated by commas, or * for any",
    )
    return OidcProvider(
        name=name,
        label=env.get(f"{prefix}LABEL", "").strip() or name.capitalize(),
        issuer=_issuer(_need(env, f"{prefix}ISSUER", "its address"), f"{prefix}ISSUER"),
        client_id=_need(env, f"{prefix}CLIENT_ID", "the name this portal has there"),
        client_secret=env.get(f"{prefix}CLIENT_SECRET", "").strip() or None,
        domains=_domains(domains, f"{prefix}DOMAINS"),
    )


def _issuer(value: str, name: str) -> str:
    parts = urlsplit(value)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not (safe and parts.hostname) or parts.query or parts.fragment:
        raise ConfigError(
            f"{name} is {value!r}. It must be an https address as the provider names itself,"
            " like https://accounts.example.org."
        )
    return value


def _domains(value: str, name: str) -> tuple[str, ...]:
    domains = tuple(part.strip().lower() for part in value.split(",") if part.strip())
    if domains == (ANY_DOMAIN,):
        return domains
    if not domains or not all(_DOMAIN.fullmatch(domain) for domain in domains):
        raise ConfigError(
            f"{name} is {value!r}. It must be domains like example.org, separated by commas, or * alone."
        )
    return domains


def _check_base_url(value: str, insecure_lan: bool) -> None:
    parts = urlsplit(value)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.path
        or parts.query
        or parts.fragment
    ):
        raise ConfigError(
            f"BASE_URL is {value!r}. It must be a scheme and host only, like https://community.example.org."
        )
    if parts.scheme == "http" and parts.hostname not in LOOPBACK and not insecure_lan:
        raise ConfigError(
            "BASE_URL must be https outside this machine. Put a TLS proxy in front,"
            " or set INSECURE_LAN=yes (--insecure-lan) for a trusted local network."
        )
