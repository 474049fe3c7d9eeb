"""E-mail addresses in the one spelling they are stored and compared in."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass

MAX_ADDRESS = 254
MAX_LOCAL = 64

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u00a1-\ud7ff\uf900-\ufffd\U00010000-\U0010ffff]"
_LOCAL = re.compile(rf"{_ATEXT}+(?:\.{_ATEXT}+)*")
_LABEL = re.compile(r"[^\W_](?:(?:[^\W_]|-){0,61}[^\W_])?")
_BETWEEN = re.compile(r"[\s,;<>()\[\]\"]+")
_UNSEEN = ("C", "Z")


def normalise_email(value: str) -> str | None:
    """The address as it is stored, or None if it is not one.

    NFC, without space around, in lower case. The part before the @ is lowered too: no
    mail system in use tells Anna@ from anna@, while people type both, and sign-in, imports
    and the "do not keep" list must find the same row. Dots and +tags are left as they are.
    Comments, quoted local parts and numeric hosts are refused.
    """
    address = unicodedata.normalize("NFC", value.strip())
    address = unicodedata.normalize("NFC", address.lower())
    local, at, domain = address.rpartition("@")
    if not at or len(address) > MAX_ADDRESS or len(local.encode()) > MAX_LOCAL:
        return None
    if any(unicodedata.category(char)[0] in _UNSEEN for char in address):
        return None
    if not _LOCAL.fullmatch(local) or not _is_domain(domain):
        return None
    return address


def digest_of(address: str) -> str:
    """What is kept of a stored address once it is erased: it is known again, and nobody is found by it."""
    return f"sha256:{hashlib.sha256(address.encode()).hexdigest()}"


def _is_domain(domain: str) -> bool:
    labels = domain.split(".")
    return (
        len(labels) > 1
        and not labels[-1].isdigit()
        and all(_LABEL.fullmatch(label) for label in labels)
    )


@dataclass(frozen=True)
class PastedAddress:
    """One address of a pasted text, or (without `address`) a line in which none can be read."""

    line: int
    text: str
    address: str | None


def read_addresses(pasted: str) -> list[PastedAddress]:
    """The addresses of lines like `a@x.org, b@x.org` or `Mara Ellison <mara@x.org>`, each once.

    Words beside an address are passed over; what looks like one and is none is told, and so is a
    line that holds nothing like it.
    """
    found: list[PastedAddress] = []
    seen: set[str] = set()
    for number, line in enumerate(pasted.splitlines(), 1):
        parts = [part for part in _BETWEEN.split(line) if "@" in part]
        if not parts and line.strip():
            found.append(PastedAddress(number, line.strip()[:MAX_ADDRESS], None))
        for part in parts:
            address = normalise_email(part)
            if address is None or address not in seen:
                found.append(PastedAddress(number, part[:MAX_ADDRESS], address))
            seen.add(address or "")
    return found
