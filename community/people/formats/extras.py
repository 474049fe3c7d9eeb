"""What a file said of a person and no field of ours holds, in a form that can be read.

`persons.extra` keeps it as an import wrote it: `connected_on` and `met_on` as dates, and in
`vcard` the properties of a card as they stood (`[name, value, params, group]`). What only
programs need (REV, the parts of the name) stays there and is not told.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import babel.dates
from babel.support import LazyProxy

from community.core import i18n
from community.core.card_text import split_value, unescape
from community.core.i18n import gettext as _
from community.core.i18n import lazy

_KINDS = {
    "ADR": "address",
    "ANNIVERSARY": "anniversary",
    "BDAY": "birthday",
    "IMPP": "chat",
    "LANG": "language",
    "NICKNAME": "call_name",
    "RELATED": "related",
    "ROLE": "role",
    "SOCIALPROFILE": "profile",
    "TITLE": "role",
    "TZ": "zone",
    "X-ABDATE": "date",
    "X-ABRELATEDNAMES": "related",
    "X-ANNIVERSARY": "anniversary",
    "X-SOCIALPROFILE": "profile",
}
_WORDS: dict[str, LazyProxy] = {
    "address": lazy("Address"),
    "anniversary": lazy("Anniversary"),
    "birthday": lazy("Birthday"),
    "call_name": lazy("Also called"),
    "chat": lazy("Chat"),
    "connected_on": lazy("Connected on"),
    "date": lazy("Date"),
    "department": lazy("Department"),
    "language": lazy("Language"),
    "met_on": lazy("Met on"),
    "organisation": lazy("Organisation"),
    "profile": lazy("Profile"),
    "related": lazy("Related"),
    "role": lazy("Role"),
    "zone": lazy("Time zone"),
}
KINDS = (*_WORDS, "other")
_DATES = {"anniversary", "birthday", "connected_on", "date", "met_on"}
_UNTOLD = {"CLASS", "CLIENTPIDMAP", "KIND", "N", "REV", "SORT-STRING", "UID", "XML"}
_UNTOLD_PARTS = ("X-AB", "X-ADDRESSBOOKSERVER-", "X-IMAGE", "X-PHONETIC-", "X-SHARED-")
_TYPE = re.compile(r"(?:TYPE=)?\"?([^\";]+)\"?", re.IGNORECASE)
_NO_LABELS = {"pref", "internet", "text", "voice"}
_APPLE = re.compile(r"^_\$!<(.*)>!\$_$", re.DOTALL)
_DAY = re.compile(r"^(\d{4})-?(\d\d)-?(\d\d)(?:T.*)?$")


@dataclass(frozen=True, slots=True)
class Extra:
    """One thing the file said. `kind` is one of KINDS; dates are YYYY-MM-DD where they are whole."""

    kind: str
    value: str
    label: str = ""

    @property
    def words(self) -> str:
        """What it is, in the reader's language."""
        if self.kind == "connected_on" and self.label:
            return _("Connected on %(place)s", place=self.label)
        return kind_words(self.kind) or self.label

    @property
    def note(self) -> str:
        """The label beside the value, where the words do not say it."""
        return self.label if self.kind in _WORDS and self.kind != "connected_on" else ""

    @property
    def shown(self) -> str:
        """The value as people read it: a whole date in words."""
        day = _day(self.value) if self.kind in _DATES else None
        return babel.dates.format_date(day, "d MMMM y", locale=i18n.locale()) if day else self.value

    @property
    def href(self) -> str:
        """Where it leads; empty where it is no web address."""
        is_link = " " not in self.value and self.value.startswith(("https://", "http://"))
        return self.value if is_link else ""


def kind_words(kind: str) -> str:
    """A kind in the reader's language; empty for what the property's own name says."""
    return str(_WORDS.get(kind, ""))


def read_extra(
    extra: Mapping[str, Any], links: Iterable[str] = (), organisations: Iterable[str] = ()
) -> list[Extra]:
    """What `persons.extra` tells, but for what stands in the person's links already.

    A part of an organisation is told as a department where the person's positions name the whole.
    """
    if not extra:
        return []
    links = set(links)
    return list(
        dict.fromkeys((*_days(extra, links), *_properties(extra, links, set(organisations))))
    )


def read_extra_of(row: Any, lists: Mapping[str, Any]) -> list[Extra]:
    """The same of a person's row, with its lists as they were read."""
    return read_extra(
        row.extra,
        (each["value"] for each in lists["links"]),
        (each["organisation"] for each in lists["positions"]),
    )


def read_address(value: str) -> str:
    """The parts of an ADR as one line: "Am Ufer 3, 50667 Köln, Germany"."""
    parts = [" ".join(part.split()) for part in split_value(value, ";")]
    box, more, street, town, region, postcode, country = (*parts, *[""] * 7)[:7]
    found = (box, more, street, f"{postcode} {town}".strip(), region, country)
    return ", ".join(part for part in found if part)


def _days(extra: Mapping[str, Any], links: set[str]) -> Iterator[Extra]:
    if value := extra.get("connected_on"):
        is_linkedin = any("linkedin.com/" in link for link in links)
        yield Extra("connected_on", value, "LinkedIn" if is_linkedin else "")
    if value := extra.get("met_on"):
        yield Extra("met_on", value)


def _properties(
    extra: Mapping[str, Any], links: set[str], organisations: set[str]
) -> Iterator[Extra]:
    properties = [tuple(each) for each in extra.get("vcard", ())]
    labels = {
        group.lower(): _APPLE.sub(r"\1", unescape(value)).strip()
        for name, value, _params, group in properties
        if name == "X-ABLABEL" and group
    }
    for name, value, params, group in properties:
        kind = _KINDS.get(name, "other")
        label = labels.get(group.lower()) or _label(params)
        if name == "ORG":
            yield from _organisation(value, organisations)
        elif name == "ADR":
            yield from _told(kind, read_address(value), label)
        elif kind != "other":
            text = _text(value)
            yield from _told(kind, "" if text in links else text, label)
        elif name not in _UNTOLD and not name.startswith(_UNTOLD_PARTS):
            yield from _told(kind, _text(value), _plain_name(name))


def _told(kind: str, value: str, label: str) -> Iterator[Extra]:
    if value:
        yield Extra(kind, value, label)


def _organisation(value: str, organisations: set[str]) -> Iterator[Extra]:
    parts = [" ".join(part.split()) for part in split_value(value, ";")]
    if parts[0] in organisations:
        yield from _told("department", ", ".join(part for part in parts[1:] if part), "")
    else:
        yield from _told("organisation", ", ".join(part for part in parts if part), "")


def _text(value: str) -> str:
    """A value on one line, a compact date with its dashes."""
    text = " ".join(", ".join(split_value(value, ";")).split()).strip(", ")
    found = _DAY.match(text)
    return "-".join(found.groups()) if found else text


def _label(params: str) -> str:
    """The first TYPE that says something."""
    for part in params.split(";"):
        found = _TYPE.fullmatch(part.strip())
        for kind in found[1].split(",") if found and "=" not in found[1] else ():
            if kind.strip().lower() not in _NO_LABELS:
                return kind.strip().lower()
    return ""


def _plain_name(name: str) -> str:
    """`X-SHOE-SIZE` as "Shoe size"."""
    return name.removeprefix("X-").replace("-", " ").strip().capitalize() or name


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
