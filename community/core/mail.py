"""Mail as it leaves: one message built once, sent by SMTP or laid into the development mailbox.

At least once: a repeat carries the same Message-ID, and can happen only when the process
dies between the server's 250 and our commit.
"""

import re
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlsplit

from community.core import clock

TIMEOUT_SECONDS = 10


class MailFailed(Exception):
    """The server did not take the message; `permanent` (5xx) means do not try again."""

    def __init__(self, detail: str, *, permanent: bool, bad_address: bool = False) -> None:
        super().__init__(detail)
        self.permanent = permanent
        self.bad_address = bad_address


@dataclass(frozen=True)
class Settings:
    """How mail leaves. Without a host it goes to `mailbox`, a folder of .eml files."""

    host: str | None
    port: int
    user: str | None
    password: str | None
    tls: str
    sender: str
    base_url: str
    mailbox: Path


@dataclass(frozen=True)
class Mail:
    """One message to one address. `reference` is stable across retries and names the Message-ID."""

    reference: str
    to: str
    to_name: str
    subject: str
    text: str
    html: str | None
    from_name: str
    reply_to: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


_settings: Settings | None = None
_connection: ContextVar[smtplib.SMTP | None] = ContextVar("smtp", default=None)


def configure(settings: Settings) -> None:
    """Install the way out. Called once by the composition root."""
    global _settings
    _settings = settings


def settings() -> Settings:
    """The configured way out."""
    if _settings is None:
        raise RuntimeError("core.mail.configure() was not called")
    return _settings


def one_line(value: str) -> str:
    """A header value without line breaks or control characters."""
    return re.sub(r"[\x00-\x1f\x7f]+", " ", value).strip()


def message_id(reference: str) -> str:
    """The stable Message-ID of a reference."""
    host = urlsplit(settings().base_url).hostname or "localhost"
    return f"<{reference}@{host}>"


def build(mail: Mail) -> EmailMessage:
    """The message as it goes over the wire: text first, HTML as the alternative."""
    way = settings()
    message = EmailMessage(policy=SMTP_POLICY)
    user, _, domain = way.sender.rpartition("@")
    message["From"] = Address(one_line(mail.from_name), user, domain)
    to_user, _, to_domain = mail.to.rpartition("@")
    message["To"] = Address(one_line(mail.to_name), to_user, to_domain)
    message["Subject"] = one_line(mail.subject)
    message["Date"] = format_datetime(clock.local_clock())
    message["Message-ID"] = message_id(mail.reference)
    message["Auto-Submitted"] = "auto-generated"
    if mail.reply_to:
        message["Reply-To"] = one_line(mail.reply_to)
    for name, value in mail.headers.items():
        message[name] = one_line(value)
    message.set_content(mail.text)
    if mail.html is not None:
        message.add_alternative(mail.html, subtype="html")
    return message


@contextmanager
def connection() -> Iterator[None]:
    """Send what is sent inside over one SMTP connection."""
    way = settings()
    if way.host is None or _connection.get() is not None:
        yield
        return
    server = _connect(way)
    token = _connection.set(server)
    try:
        yield
    finally:
        _connection.reset(token)
        _quit(server)


def send(mail: Mail) -> None:
    """Hand one message over; raises MailFailed. Never called inside a transaction."""
    way = settings()
    message = build(mail)
    if way.host is None:
        _lay_down(way.mailbox, mail, message)
        return
    open_server = _connection.get()
    if open_server is not None:
        _hand_over(open_server, way, mail, message)
        return
    server = _connect(way)
    try:
        _hand_over(server, way, mail, message)
    finally:
        _quit(server)


def _connect(way: Settings) -> smtplib.SMTP:
    assert way.host is not None
    try:
        context = ssl.create_default_context()
        if way.tls == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                way.host, way.port, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(way.host, way.port, timeout=TIMEOUT_SECONDS)
            if way.tls == "starttls":
                server.starttls(context=context)
        if way.user:
            server.login(way.user, way.password or "")
    except (OSError, smtplib.SMTPException) as error:
        raise MailFailed(f"connect: {type(error).__name__}", permanent=False) from error
    return server


def _hand_over(server: smtplib.SMTP, way: Settings, mail: Mail, message: EmailMessage) -> None:
    try:
        server.send_message(message, from_addr=way.sender, to_addrs=[mail.to])
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        raise MailFailed(
            f"recipient refused: {code}", permanent=code >= 500, bad_address=code >= 500
        ) from error
    except smtplib.SMTPResponseException as error:
        raise MailFailed(f"refused: {error.smtp_code}", permanent=error.smtp_code >= 500) from error
    except (OSError, smtplib.SMTPException) as error:
        raise MailFailed(f"send: {type(error).__name__}", permanent=False) from error


def _quit(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()


def _lay_down(folder: Path, mail: Mail, message: EmailMessage) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / f"{mail.reference}.eml"
    part = target.with_suffix(".part")
    part.write_bytes(message.as_bytes())
    part.replace(target)
