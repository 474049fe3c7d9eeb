"""Labels of addresses and numbers, brought to the words the portal knows."""

import re

from community.exchange.formats.cleaning import clean_line
from community.exchange.formats.limits import MAX_LABEL

KNOWN = frozenset(
    ("work", "home", "mobile", "fax", "pager", "main", "other", "work fax", "home fax")
)
_SYNONYMS = {
    "cell": "mobile",
    "iphone": "mobile",
    "mobil": "mobile",
    "handy": "mobile",
    "business": "work",
    "arbeit": "work",
    "geschäftlich": "work",
    "dienstlich": "work",
    "beruflich": "work",
    "homepage": "home",
    "privat": "home",
    "private": "home",
    "zuhause": "home",
    "sonstige": "other",
    "workfax": "work fax",
    "homefax": "home fax",
}
_APPLE = re.compile(r"^_\$!<(.*)>!\$_$", re.DOTALL)


def normalise_label(value: str) -> str:
    """A known label in its one spelling; any other words as they are, at most 60 characters."""
    label = clean_line(_APPLE.sub(r"\1", clean_line(value)).lstrip("*"))[:MAX_LABEL].strip()
    lowered = label.lower()
    if lowered in KNOWN:
        return lowered
    return _SYNONYMS.get(lowered, label)
