"""Mail as it leaves: one message built once, sent by SMTP or laid into the development mailbox.

At least once: a repeat carries the same Message-ID, and can happen only when the process
dies between the server's 250 and our commit.
"""

import binascii
import hashlib
import re
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from email.header import Header
from email.utils import format_datetime, formataddr
from pathlib import Path
from urllib.parse import urlsplit

from community.core import clock
from config import Config

TIMEOUT_SECONDS = 10
_UNFIT = re.compile(r"[\x00-\x20\x7f<>]")
_TAKEN, _FORWARDED, _CLOSING, _PERMANENT = 250, 251, 421, 500


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

    @classmethod
    def of(cls, config: Config) -> "Settings":
        """The way out that an installation's settings describe."""
        return cls(
            host=config.smtp_host,
            port=config.smtp_port,
            user=config.smtp_user,
            password=config.smtp_password,
            tls=config.smtp_tls,
            sender=config.mail_from,
            base_url=config.base_url,
            mailbox=config.data / "mailbox",
        )


@dataclass(frozen=True)
class Mail:
    """One message to one address. `reference` is stable across retries and names the Message-ID.

    Messages of one `thread` are shown together: it names what they are about.
    """

    reference: str
    to: str
    to_name: str
    subject: str
    text: str
    html: str | None
    from_name: str
    reply_to: str | None = None
    thread: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class _Line:
    """One SMTP connection, opened at the first message and opened anew when it broke.

    While the server is away nothing waits for it twice: the first failure answers for the rest.
    """

    def __init__(self) -> None:
        self.server: smtplib.SMTP | None = None
        self.away: MailFailed | None = None

    def open(self, way: Settings) -> tuple[smtplib.SMTP, bool]:
        """The connection, and whether it carried messages before (it may have gone stale)."""
        if self.away is not None:
            raise MailFailed(str(self.away), permanent=False)
        if self.server is not None:
            return self.server, True
        try:
            self.server = _connect(way)
        except MailFailed as error:
            self.away = error
            raise
        return self.server, False

    def close(self) -> None:
        """Hang up, politely where the server still listens."""
        if self.server is not None:
            _quit(self.server)
            self.server = None


_settings: Settings | None = None
_line: ContextVar[_Line | None] = ContextVar("smtp", default=None)


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


def build(mail: Mail) -> bytes:
    """The message as it goes over the wire: text first, HTML as the alternative.

    Written by hand: the standard library's writer takes half of a worker's time. Raises
    MailFailed for good when it cannot be written down, which is the address's fault.
    """
    if _UNFIT.search(mail.to) or "@" not in mail.to[1:-1]:
        raise MailFailed("message: no such address", permanent=True, bad_address=True)
    head = "\r\n".join(f"{name}: {value}" for name, value in _headers(mail))
    return f"{head}\r\n".encode() + _body(mail)


def _headers(mail: Mail) -> Iterator[tuple[str, str]]:
    way = settings()
    yield "From", _named(mail.from_name, way.sender)
    yield "To", _named(mail.to_name, mail.to)
    yield "Subject", _encoded(mail.subject)
    yield "Date", format_datetime(clock.local_clock())
    yield "Message-ID", message_id(mail.reference)
    yield "Auto-Submitted", "auto-generated"
    if mail.reply_to:
        yield "Reply-To", one_line(mail.reply_to)
    if mail.thread:
        yield "In-Reply-To", message_id(mail.thread)
        yield "References", message_id(mail.thread)
    for name, value in mail.headers.items():
        yield name, _encoded(value)
    yield "MIME-Version", "1.0"


def _named(name: str, address: str) -> str:
    if not address.isascii():
        return f"<{address}>"
    return formataddr((one_line(name), address))


def _encoded(value: str) -> str:
    """A header's value in ascii. A link stays in one piece: folded, nobody reads it back."""
    line = one_line(value)
    return line if line.isascii() else Header(line, "utf-8").encode(linesep="\r\n")


def _body(mail: Mail) -> bytes:
    if mail.html is None:
        return _part("plain", mail.text)
    # Quoted-printable never has "=_", so no text can end its part.
    boundary = f"=_{hashlib.sha256(mail.reference.encode()).hexdigest()[:32]}".encode()
    start = b'Content-Type: multipart/alternative; boundary="' + boundary + b'"\r\n\r\n'
    parts = b"".join(
        b"--" + boundary + b"\r\n" + _part(kind, text) + b"\r\n"
        for kind, text in (("plain", mail.text), ("html", mail.html))
    )
    return start + parts + b"--" + boundary + b"--\r\n"


def _part(kind: str, text: str) -> bytes:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").encode()
    quoted = binascii.b2a_qp(lines, istext=True).replace(b"\n", b"\r\n")
    head = (
        f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable"
    )
    return head.encode() + b"\r\n\r\n" + quoted


@contextmanager
def connection() -> Iterator[None]:
    """Send what is sent inside over one SMTP connection; none is opened if nothing is sent."""
    if _line.get() is not None:
        yield
        return
    line = _Line()
    token = _line.set(line)
    try:
        yield
    finally:
        _line.reset(token)
        line.close()


def probe(way: Settings) -> None:
    """Connect, sign in and leave again; raises MailFailed. Nothing is sent, nothing installed."""
    if way.host is not None:
        _quit(_connect(way))


def send(mail: Mail) -> None:
    """Hand one message over; raises MailFailed. Never called inside a transaction."""
    way = settings()
    message = build(mail)
    if way.host is None:
        _lay_down(way.mailbox, mail, message)
        return
    with connection():
        line = _line.get()
        assert line is not None
        server, used = line.open(way)
        try:
            _begin(server, way, mail)
        except _HungUp as error:
            line.close()
            if not used:
                raise MailFailed("send: hung up", permanent=False) from error
            # A server may end a connection it has grown tired of; nothing was handed over yet.
            server, _ = line.open(way)
            _begin_again(line, server, way, mail)
        _hand_over(line, server, message)


class _HungUp(Exception):
    """The connection broke before the message was under way."""


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
        server.ehlo_or_helo_if_needed()
    except (OSError, smtplib.SMTPException) as error:
        raise MailFailed(f"connect: {type(error).__name__}", permanent=False) from error
    return server


def _begin(server: smtplib.SMTP, way: Settings, mail: Mail) -> None:
    """Name sender and recipient. A refused sender is our trouble and tried again."""
    options = [] if mail.to.isascii() else ["SMTPUTF8"]
    if options and not server.has_extn("smtputf8"):
        raise MailFailed("the server takes no such address", permanent=True, bad_address=True)
    try:
        code, _said = server.mail(way.sender, options)
        if code == _CLOSING:
            raise _HungUp
        if code != _TAKEN:
            _forget(server)
            raise MailFailed(f"sender refused: {code}", permanent=False)
        code, said = server.rcpt(mail.to)
        if code not in (_TAKEN, _FORWARDED):
            _forget(server)
            raise _refusal("recipient", code, said)
    except (smtplib.SMTPServerDisconnected, ConnectionError) as error:
        raise _HungUp from error
    except (OSError, smtplib.SMTPException) as error:
        server.close()
        raise MailFailed(f"send: {type(error).__name__}", permanent=False) from error


def _refusal(what: str, code: int, said: bytes) -> MailFailed:
    """5xx is for good. The address is to blame, unless a policy is (5.7.x): then the next mail may pass."""
    for_good = code >= _PERMANENT
    policy = said.startswith(b"5.7.")
    return MailFailed(
        f"{what} refused: {code}", permanent=for_good, bad_address=for_good and not policy
    )


def _begin_again(line: _Line, server: smtplib.SMTP, way: Settings, mail: Mail) -> None:
    try:
        _begin(server, way, mail)
    except _HungUp as error:
        line.close()
        raise MailFailed("send: hung up", permanent=False) from error


def _hand_over(line: _Line, server: smtplib.SMTP, message: bytes) -> None:
    try:
        code, said = server.data(message)
    except smtplib.SMTPDataError as error:
        code, said = error.smtp_code, _bytes(error.smtp_error)
    except (OSError, smtplib.SMTPException) as error:
        line.close()
        raise MailFailed(f"send: {type(error).__name__}", permanent=False) from error
    if code != _TAKEN:
        _forget(server)
        raise _refusal("message", code, said)


def _bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode()


def _forget(server: smtplib.SMTP) -> None:
    """Leave a refused message behind, so that the connection takes the next one."""
    try:
        server.rset()
    except (OSError, smtplib.SMTPException):
        server.close()


def _quit(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()


def _lay_down(folder: Path, mail: Mail, message: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / f"{mail.reference}.eml"
    part = target.with_suffix(".part")
    part.write_bytes(message)
    part.replace(target)
