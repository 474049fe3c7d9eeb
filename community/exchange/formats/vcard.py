"""People from vCard 3.0 and 4.0; whatever a person has no field for is kept for the way back."""

from collections import Counter
from collections.abc import Callable, Iterator

from community.core.card_text import split_value, unescape
from community.exchange.formats import encodings, limits
from community.exchange.formats.cleaning import clean_line
from community.exchange.formats.draft import Draft
from community.exchange.formats.links import normalise_url
from community.exchange.formats.record import Parsed, Row
from community.exchange.formats.vcard_lines import BINARY, Card, cards, logical_lines
from community.exchange.formats.vcard_values import Property, parse_property
from community.exchange.formats.vcard_writing import OWN_FIELD, write_vcard

__all__ = ["open_vcard", "write_vcard"]

# What is left of a binary property once its value is gone.
_BINARY_LINES = {f"{name}:".encode(): name for name in BINARY}
_MARK = b"\xef\xbb\xbf"
# Written anew by every writer.
_DROPPED = ("PRODID", "VERSION", "BEGIN", "END")
_NOT_PEOPLE = ("group", "org", "location", "application", "thing")


def open_vcard(data: bytes, *, default_region: str | None = None) -> Parsed:
    """Check every card; FormatError for a file that must be refused, vCard 2.1 among them."""
    limits.check_size(data)
    data, encoding = _as_bytes_of_lines(data)
    total, ignored = 0, Counter[str]()
    for card in cards(data):
        total += 1
        if total > limits.MAX_ROWS:
            limits.refuse_rows(card.line)
        ignored.update(_binary_names(card))
    return Parsed(
        source="vcard",
        columns=(),
        total=total,
        encoding=encoding,
        read=lambda: _read(data, encoding, default_region),
        ignored=dict(ignored),
    )


def _as_bytes_of_lines(data: bytes) -> tuple[bytes, str]:
    """The file in an encoding whose line ends are bytes, and that encoding."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings.detect(data)
        data = data.decode("utf-16").encode()
    data = data.removeprefix(_MARK)
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    unfolded = data
    for fold in (b"\r\n ", b"\r\n\t", b"\n ", b"\n\t"):
        unfolded = unfolded.replace(fold, b"")
    readable = encodings.reads(unfolded, "utf-8")
    lines = [] if readable else list(logical_lines(data))
    return data, encodings.detect(unfolded, lines)


def _binary_names(card: Card) -> Iterator[str]:
    return (_BINARY_LINES[content] for _line, content in card.lines if content in _BINARY_LINES)


def _read(data: bytes, encoding: str, region: str | None) -> Iterator[Row]:
    for card in cards(data):
        yield from _person(card, encoding, Draft(card.line, region))


def _person(card: Card, encoding: str, draft: Draft) -> Iterator[Row]:
    properties: list[Property] = []
    for _number, content in card.lines:
        text = content.decode(encoding, "replace").replace("\r", " ").replace("\0", "")
        found = parse_property(text)
        if found is None:
            draft.problem(None, "line_malformed", text)
        elif found.name not in BINARY and found.name not in _DROPPED:
            properties.append(found)
    if _is_no_person(properties):
        return draft.skip("not_a_person")
    return _filled(draft, properties).finish()


def _is_no_person(properties: list[Property]) -> bool:
    for prop in properties:
        value = prop.value.strip().lower()
        if prop.name in ("KIND", "X-ADDRESSBOOKSERVER-KIND") and value in _NOT_PEOPLE:
            return True
        if prop.name == "X-ABSHOWAS" and value == "company":
            return True
    return False


def _filled(draft: Draft, properties: list[Property]) -> Draft:
    """Every property in its place, the preferred of a kind first."""
    labels = {
        prop.raw.group.lower(): unescape(prop.value)
        for prop in properties
        if prop.name == "X-ABLABEL" and prop.raw.group
    }
    used: set[str] = set()
    for prop in sorted(properties, key=lambda prop: prop.preference):
        if prop.name in _LABELLED:
            group = prop.raw.group.lower()
            used.add(group)
            _LABELLED[prop.name](draft, _address(prop), labels.get(group) or prop.label)
    for prop in sorted(properties, key=lambda prop: prop.name == "N"):
        if prop.name in _LABELLED or (prop.name == "X-ABLABEL" and prop.raw.group.lower() in used):
            continue
        if not _SINGLE.get(prop.name, _keep)(draft, prop):
            _keep(draft, prop)
    return draft


def _address(prop: Property) -> str:
    value = unescape(prop.value).strip()
    if prop.name == "TEL" and value.lower().startswith("tel:"):
        return value[4:].replace(";ext=", " ext. ")
    return value


def _keep(draft: Draft, prop: Property) -> bool:
    draft.extra.append(prop.raw)
    return True


def _formatted_name(draft: Draft, prop: Property) -> bool:
    if draft.name:
        return False
    draft.name = draft.line_of("name", unescape(prop.value))
    return True


def _nickname(draft: Draft, prop: Property) -> bool:
    names = split_value(prop.value, ",")
    if draft.call_name:
        return False
    draft.call_name = draft.line_of("call_name", names[0])
    return len(names) == 1


def _organisation(draft: Draft, prop: Property) -> bool:
    parts = split_value(prop.value, ";")
    if draft.organisation:
        return False
    draft.organisation = draft.line_of("organisation", parts[0])
    return not any(part.strip() for part in parts[1:])


def _title(draft: Draft, prop: Property) -> bool:
    if draft.position:
        return False
    draft.position = draft.line_of("position", unescape(prop.value))
    return True


def _birthday(draft: Draft, prop: Property) -> bool:
    if draft.birthday or prop.params.get("VALUE", "").lower() == "text":
        return False
    draft.set_birthday(prop.value)
    return True


def _note(draft: Draft, prop: Property) -> bool:
    draft.add_note(unescape(prop.value))
    return True


def _categories(draft: Draft, prop: Property) -> bool:
    for tag in split_value(prop.value, ","):
        draft.add_tag(tag)
    return True


def _uid(draft: Draft, prop: Property) -> bool:
    if draft.external_id:
        return False
    draft.external_id = draft.line_of("external_id", unescape(prop.value), limits.MAX_KEY) or None
    return True


def _name_parts(draft: Draft, prop: Property) -> bool:
    """Kept for its order of parts; names a card without FN. Read after every other property."""
    parts = [*split_value(prop.value, ";"), "", "", "", "", ""][:5]
    family, given, further, prefix, suffix = parts
    _sorted_as(draft, prop.params.get("SORT-AS", ""))
    if not draft.name:
        draft.name = draft.line_of("name", f"{prefix} {given} {further} {family} {suffix}")
    return given == draft.name and not any((family, further, prefix, suffix))


def _sort_string(draft: Draft, prop: Property) -> bool:
    """Where cards of version 3.0 stand in a list."""
    return _sorted_as(draft, unescape(prop.value))


def _sorted_as(draft: Draft, said: str) -> bool:
    if not said.strip() or draft.sort_name:
        return False
    parts = (part.strip() for part in said.split(","))
    draft.sort_name = draft.line_of("sort_name", ", ".join(filter(None, parts)))
    return True


def _own_field(draft: Draft, prop: Property) -> bool:
    """What one of our cards says of a field of the team's own; another's is kept as it is."""
    name = clean_line(prop.params.get("X-NAME", ""))[: limits.MAX_LABEL]
    if name:
        draft.set_field(name, unescape(prop.value))
    return bool(name)


def _profile(draft: Draft, prop: Property) -> bool:
    """A profile's web address is a link; what else its line says is kept beside it."""
    address = unescape(prop.value).strip()
    if normalise_url(address) is None:
        return False
    draft.add_link(address, _SITES.get(prop.label.lower(), prop.label))
    return not prop.raw.group and not prop.params


# How sites write their names; a card has them in small letters.
_SITES = {"linkedin": "LinkedIn", "github": "GitHub", "youtube": "YouTube"}
_SITES |= {name: name.capitalize() for name in ("facebook", "flickr", "instagram", "mastodon")}
_SITES |= {name: name.capitalize() for name in ("myspace", "twitter", "xing")}
# Each answers whether the field now holds all the property said; if not, it is kept as well.
_SINGLE: dict[str, Callable[[Draft, Property], bool]] = {
    "FN": _formatted_name,
    "N": _name_parts,
    "NICKNAME": _nickname,
    "ORG": _organisation,
    "TITLE": _title,
    "BDAY": _birthday,
    "NOTE": _note,
    "CATEGORIES": _categories,
    "UID": _uid,
    "SORT-STRING": _sort_string,
    OWN_FIELD: _own_field,
    "SOCIALPROFILE": _profile,
    "X-SOCIALPROFILE": _profile,
}
_LABELLED: dict[str, Callable[[Draft, str, str], None]] = {
    "EMAIL": Draft.add_email,
    "TEL": Draft.add_phone,
    "URL": Draft.add_link,
}
