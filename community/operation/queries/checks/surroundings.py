"""What is around the database: queue, mail, the address people open, the data folder."""

import os
import stat
from urllib.parse import urlsplit

from redis.exceptions import RedisError, ResponseError

from community.core import mail, queue
from community.operation.queries.checks.finding import Finding, look, ok, wrong
from config import LOOPBACK, Config

_EVICTION = "Set maxmemory-policy noeviction in the server's configuration; else rings are dropped under load."


def check_queue(config: Config) -> list[Finding]:
    """The doorbell answers and keeps what it is given."""
    queue.configure(config.redis_url)
    try:
        queue.redis().ping()
        policy = queue.eviction_policy()
    except ResponseError:
        return [look("queue", "answers, but does not say its maxmemory-policy", _EVICTION)]
    except RedisError as error:
        return [
            wrong(
                "queue",
                str(error),
                "Start Valkey or Redis, or correct REDIS_URL. Nothing is lost meanwhile.",
            )
        ]
    if policy != "noeviction":
        return [wrong("queue", f"maxmemory-policy is {policy}", _EVICTION)]
    return [ok("queue", "answers and evicts nothing")]


def check_mail(config: Config) -> list[Finding]:
    """The mail server takes our connection and sign-in; nothing is sent."""
    if config.smtp_host is None:
        if config.development:
            return [ok("mail", "kept for the mailbox page; none leaves this machine")]
        return [
            wrong("mail", "SMTP_HOST is not set, so no mail leaves", "Set SMTP_HOST and MAIL_FROM.")
        ]
    way = mail.Settings.of(config)
    where = f"{config.smtp_host}:{config.smtp_port}"
    try:
        mail.probe(way)
    except mail.MailFailed as error:
        return [
            wrong(
                "mail", f"{where}: {error}", "Correct the SMTP settings, or start the mail server."
            )
        ]
    if config.smtp_tls == "none" and config.smtp_host not in LOOPBACK:
        return [
            look(
                "mail",
                f"{where} answers, unencrypted",
                "Set SMTP_TLS=starttls or tls if the server offers it.",
            )
        ]
    return [ok("mail", f"{where} answers; mail comes from {config.mail_from}")]


def check_address(config: Config) -> list[Finding]:
    """The address every link in a mail is built from."""
    host = urlsplit(config.base_url).hostname
    if config.secure and config.trusted_proxies == 0:
        return [
            look(
                "address",
                f"{config.base_url}, with no proxy trusted",
                "Behind a TLS proxy set TRUSTED_PROXIES=1, or every visitor counts as one address.",
            )
        ]
    if not config.secure and host not in LOOPBACK:
        return [
            look(
                "address",
                f"{config.base_url} is not encrypted",
                "Put a TLS proxy in front before it leaves this network.",
            )
        ]
    return [ok("address", config.base_url)]


def check_data(config: Config) -> list[Finding]:
    """The folder for keys and the mailbox is ours alone."""
    folder = config.data
    if not folder.is_dir():
        return [
            wrong("data folder", f"{folder} is not there", "Make it, or correct COMMUNITY_DATA.")
        ]
    if not os.access(folder, os.W_OK | os.X_OK):
        return [
            wrong(
                "data folder",
                f"{folder} cannot be written",
                "Give it to the user this program runs as.",
            )
        ]
    mode = stat.S_IMODE(folder.stat().st_mode)
    mend = f"Run: chmod go-rw {folder}"
    if mode & 0o022:
        return [wrong("data folder", f"{folder} can be written by other users ({mode:o})", mend)]
    if mode & 0o044:
        return [look("data folder", f"{folder} can be listed by other users ({mode:o})", mend)]
    return [ok("data folder", str(folder))]
