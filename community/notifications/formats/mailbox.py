"""The development mailbox: mail that was laid into a folder, read back for the page that shows it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

from markupsafe import Markup, escape

SHOWN = 50
_NAME = re.compile(r"[A-Za-z0-9._-]{1,120}\.eml")
_LINK = re.compile(r"https?://[^\s<>\"]+")
_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)
POLICY = (
    "sandbox allow-top-navigation-by-user-activation; default-src 'none'; style-src 'unsafe-inline';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""What a mail's HTML may do when it is shown: look as it looks, and lead on from the whole window."""


@dataclass(frozen=True)
class StoredMail:
    """One mail as it lies in the folder; `html` as it was sent, to be shown under POLICY alone."""

    name: str
    at: datetime | None
    sender: str
    to: str
    subject: str
    text: Markup
    html: str
    headers: list[tuple[str, str]]


def newest(folder: Path) -> list[StoredMail]:
    """The newest mails, newest first."""
    if not folder.is_dir():
        return []
    files = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return [read(path) for path in files[:SHOWN]]


def find(folder: Path, name: str) -> StoredMail | None:
    """One mail by its file's name."""
    path = folder / name
    if not _NAME.fullmatch(name) or not path.is_file():
        return None
    return read(path)


def read(path: Path) -> StoredMail:
    """Read one file."""
    message = message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    date = message["Date"]
    return StoredMail(
        name=path.name,
        at=parsedate_to_datetime(str(date)) if date else None,
        sender=str(message["From"] or ""),
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        text=linked(_part(message, "plain")),
        html=_HEAD.sub(r'\g<0><base target="_top">', _part(message, "html"), count=1),
        headers=[(name, str(value)) for name, value in message.items()],
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def linked(text: str) -> Markup:
    """Plain text as HTML, with its addresses as links."""
    return Markup("").join(_pieces(text))


def _pieces(text: str) -> Iterator[Markup]:
    end = 0
    for found in _LINK.finditer(text):
        yield escape(text[end : found.start()])
        yield Markup('<a href="{0}">{0}</a>').format(found[0])
        end = found.end()
    yield escape(text[end:])
