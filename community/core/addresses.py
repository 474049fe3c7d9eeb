"""E-mail addresses in the one spelling they are stored and compared in."""

import re
import unicodedata

MAX_ADDRESS = 254
MAX_LOCAL = 64

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u00a1-\ud7ff\uf900-\ufffd\U00010000-\U0010ffff]"
_LOCAL = re.compile(rf"{_ATEXT}+(?:\.{_ATEXT}+)*")
_LABEL = re.compile(r"[^\W_](?:(?:[^\W_]|-){0,61}[^\W_])?")
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


def _is_domain(domain: str) -> bool:
    labels = domain.split(".")
    return (
        len(labels) > 1
        and not labels[-1].isdigit()
        and all(_LABEL.fullmatch(label) for label in labels)
    )
