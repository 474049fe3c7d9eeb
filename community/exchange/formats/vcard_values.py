"""Properties of a vCard: taking a line apart."""

import binascii
import quopri
import re
from dataclasses import dataclass, replace

from community.exchange.formats.labels import normalise_label
from community.exchange.formats.record import RawProperty

_HEAD = re.compile(r"(?:([A-Za-z0-9\-]+)\.)?([A-Za-z0-9\-]+)")
_CARET = {"^n": "\n", "^'": '"', "^^": "^"}
_CARETS = re.compile(r"\^[n'^]")
_UNLABELLED = frozenset(("pref", "internet", "voice", "x400", "text", "x-internet"))
_LABELS = {"cell": "mobile"}


@dataclass(frozen=True, slots=True)
class Property:
    """A line taken apart. `raw` is the line as it stood; `types` are lower case."""

    raw: RawProperty
    types: tuple[str, ...]
    params: dict[str, str]

    @property
    def name(self) -> str:
        return self.raw.name

    @property
    def value(self) -> str:
        return self.raw.value

    @property
    def preference(self) -> int:
        """1 is liked best; 101 where nothing is said."""
        stated = self.params.get("PREF", "")
        if stated.isascii() and stated.isdigit():
            return int(stated[:3])
        return 1 if "pref" in self.types else 101

    @property
    def label(self) -> str:
        """What TYPE says of an address or a number: "work", "mobile", "work fax" or nothing."""
        kinds = [kind for kind in self.types if kind not in _UNLABELLED]
        if "fax" in kinds:
            places = [kind for kind in kinds if kind in ("work", "home")]
            return " ".join((*places[:1], "fax"))
        for kind in ("cell", "pager"):
            if kind in kinds:
                return _LABELS.get(kind, kind)
        return normalise_label(kinds[0]) if kinds else ""


def parse_property(text: str) -> Property | None:
    """The parts of a logical line, None where it is not `name;param=value:value`."""
    head = _HEAD.match(text)
    if head is None or not text.startswith((";", ":"), head.end()):
        return None
    colon = _outside_quotes(text, ":", head.end())
    if colon < 0:
        return None
    params = text[head.end() : colon]
    raw = RawProperty(head[2].upper(), text[colon + 1 :], params, head[1] or "")
    return _with_params(raw)


def _with_params(raw: RawProperty) -> Property:
    types: list[str] = []
    params: dict[str, str] = {}
    named: list[str] = []
    for part in _split_outside_quotes(raw.params)[1:]:
        # vCard 2.1 wrote TEL;WORK: and programs still do; it goes out as later versions have it.
        part = part if "=" in part or not part.strip() else f"TYPE={part.strip()}"
        named.append(part)
        name, _equals, value = part.partition("=")
        name = name.strip().upper()
        value = _CARETS.sub(lambda found: _CARET[found[0]], value.replace('"', ""))
        if name == "TYPE":
            types += [each.strip().lower() for each in value.split(",") if each.strip()]
        else:
            params.setdefault(name, value)
    params_out = "".join(f";{part}" for part in named)
    prop = Property(replace(raw, params=params_out), tuple(types), params)
    return _decoded(prop) if "QUOTED-PRINTABLE" in raw.params.upper() else prop


def _decoded(prop: Property) -> Property:
    """A quoted-printable value as plain escaped text, its parameters gone."""
    try:
        data = quopri.decodestring(prop.value.encode())
    except (binascii.Error, ValueError):
        return prop
    charset = prop.params.get("CHARSET", "utf-8").lower()
    codec = charset if charset in ("utf-8", "iso-8859-1", "windows-1252", "us-ascii") else "utf-8"
    text = data.decode(codec, "replace").replace("\0", "")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    kept = [f";TYPE={','.join(prop.types)}"] if prop.types else []
    raw = RawProperty(prop.name, text, "".join(kept), prop.raw.group)
    return Property(raw, tuple(kind for kind in prop.types if kind != "quoted-printable"), {})


def _outside_quotes(text: str, wanted: str, start: int) -> int:
    """Where `wanted` first stands outside double quotes, or -1."""
    at = start
    while at < len(text):
        found, quote = text.find(wanted, at), text.find('"', at)
        if found < 0 or quote < 0 or found < quote:
            return found
        closing = text.find('"', quote + 1)
        if closing < 0:
            return -1
        at = closing + 1
    return -1


def _split_outside_quotes(params: str) -> list[str]:
    parts, start = [], 0
    while (at := _outside_quotes(params, ";", start)) >= 0:
        parts.append(params[start:at])
        start = at + 1
    return [*parts, params[start:]]
