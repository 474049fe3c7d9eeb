"""Codes of imports in the reader's words: fields of a person, outcomes, what was left out."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from babel.support import LazyProxy

from community.core.i18n import gettext as _
from community.core.i18n import lazy
from community.exchange.formats.errors import render
from community.people.formats.extras import kind_words

FIELD_WORDS: dict[str, LazyProxy] = {
    "name": lazy("Name"),
    "prefix": lazy("Title before the name"),
    "first_name": lazy("First name"),
    "middle_name": lazy("Middle name"),
    "last_name": lazy("Last name"),
    "suffix": lazy("Suffix of the name"),
    "call_name": lazy("Call name"),
    "sort_name": lazy("Sorted as"),
    "email": lazy("Mail"),
    "email_label": lazy("What the next mail is for"),
    "phone": lazy("Phone"),
    "phone_label": lazy("What the next phone is for"),
    "url": lazy("Web address"),
    "url_label": lazy("What the next web address is for"),
    "address": lazy("Address"),
    "address_label": lazy("What the next address is for"),
    "organisation": lazy("Organisation"),
    "position": lazy("Role"),
    "birthday": lazy("Birthday"),
    "tags": lazy("Tags"),
    "note": lazy("Note"),
    "external_id": lazy("Id in its source"),
    "connected_on": lazy("Connected on"),
    "met_on": lazy("Met on"),
    "details": lazy("Further details"),
    # What an update names.
    "emails": lazy("Mail"),
    "phones": lazy("Phone"),
    "links": lazy("Web address"),
    "positions": lazy("What they do"),
    "notes": lazy("Note"),
    "facts": lazy("Fact"),
    "preferences": lazy("How to speak with them"),
    "ties": lazy("How you met"),
    "relations": lazy("Relation"),
    "fields": lazy("Fields of the team's own"),
    "jobs": lazy("All positions"),
    "own": lazy("What you wrote about them"),
    "gives": lazy("Help"),
    "what": lazy("What it is"),
    "text": lazy("Text"),
    "happened_on": lazy("Day"),
    "kind": lazy("Kind"),
    "extra": lazy("Further details"),
    "archived": lazy("Archived"),
    "visibility": lazy("Who sees them"),
}
# What a record may have, in the order people think of it.
_FOUND: tuple[str, ...] = ("name", "call_name", "emails", "phones", "links", "organisation")
_FOUND += ("position", "jobs", "birthday", "tags", "notes", "external_id", "connected_on")
_FOUND += ("met_on", "sort_name", "fields", "own")
_UNREAD: dict[str, LazyProxy] = {
    "PHOTO": lazy("photo"),
    "LOGO": lazy("logo"),
    "SOUND": lazy("sound"),
    "KEY": lazy("key"),
}
OUTCOME_WORDS: dict[str, LazyProxy] = {
    "new": lazy("New"),
    "update": lazy("Adds something"),
    "unchanged": lazy("Nothing new"),
    "joined": lazy("Twice in the file"),
    "skipped": lazy("Left alone"),
    "error": lazy("Not used"),
    "removed": lazy("Taken back"),
    "restored": lazy("As before"),
    "kept": lazy("Stays"),
}


def field_words(code: str) -> str:
    """A field of a person; the code itself where a later version has a new one."""
    kind, _colon, label = code.partition(":")
    words = str(FIELD_WORDS.get(kind, kind))
    return _("%(field)s (%(label)s)", field=words, label=label) if label else words


def found_words(codes: Collection[str]) -> list[str]:
    """Fields that a file was found to have, in the order people think of them."""
    words = [field_words(code) for code in _FOUND if code in codes]
    kinds = [code.removeprefix("extra.") for code in codes if code.startswith("extra.")]
    words += [kind_words(kind) or field_words("extra") for kind in kinds]
    return list(dict.fromkeys(words))


def unread_words(names: Iterable[str]) -> list[str]:
    """Columns by their names; properties of cards that hold pictures and the like in words."""
    return [str(_UNREAD.get(name, name)) for name in names]


def problem_words(error: Mapping[str, Any]) -> str:
    """What a stored error says."""
    params = dict(error["params"])
    if isinstance(params.get("fields"), list):
        params["fields"] = ", ".join(dict.fromkeys(field_words(name) for name in params["fields"]))
    return render(error["code"], params)
