"""People as vCard 3.0 or 4.0. What came from a vCard and has no field here goes out again."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import Literal

from community.core.card_text import escape, split_value
from community.exchange.formats.cleaning import clean_line
from community.exchange.formats.record import (
    Birthday,
    Labelled,
    PersonRecord,
    Phone,
    RawProperty,
)

Version = Literal["3.0", "4.0"]
# A field of a team's own: what it is called is in a parameter.
OWN_FIELD = "X-COMMUNITY-FIELD"

_FOLD = 75
_TYPES = {
    "work": "work",
    "home": "home",
    "mobile": "cell",
    "fax": "fax",
    "pager": "pager",
    "work fax": "work,fax",
    "home fax": "home,fax",
}


def write_vcard(records: Iterable[PersonRecord], version: Version = "4.0") -> Iterator[bytes]:
    """One card a record, UTF-8, folded at 75 bytes without cutting a character."""
    for record in records:
        yield b"".join(_folded(line) for line in _card(record, version))


def _card(record: PersonRecord, version: Version) -> Iterator[str]:
    yield "BEGIN:VCARD"
    yield f"VERSION:{version}"
    yield f"FN:{escape(record.name)}"
    kept = {prop.name: prop for prop in reversed(record.extra) if _still_true(prop, record)}
    made = {
        "N": f"N{_sort_as(record, version)}:;{escape(record.name)};;;",
        "NICKNAME": f"NICKNAME:{escape(record.call_name)}" if record.call_name else "",
        "ORG": f"ORG:{escape(record.organisation)}" if record.organisation else "",
    }
    for name, line in made.items():
        if name in kept or line:
            yield _raw(kept[name]) if name in kept else line
    if record.sort_name and "SORT-AS" not in (
        kept["N"].params.upper() if "N" in kept else made["N"]
    ):
        yield f"SORT-STRING:{escape(record.sort_name)}"
    if record.position:
        yield f"TITLE:{escape(record.position)}"
    yield from _labelled(record)
    yield from _birthday(record.birthday, version)
    if record.tags:
        yield "CATEGORIES:" + ",".join(escape(tag) for tag in record.tags)
    yield from (f"NOTE:{escape(note)}" for note in record.notes)
    for name, value in record.fields.items():
        yield f'{OWN_FIELD};X-NAME="{_in_quotes(name)}":{escape(value)}'
    if record.external_id:
        yield f"UID:{escape(record.external_id)}"
    # A card has one N; the others may stand beside the field they no longer agree with.
    rest = (prop for prop in record.extra if prop.name != "N" and kept.get(prop.name) != prop)
    yield from (_raw(prop) for prop in rest)
    yield "END:VCARD"


def _sort_as(record: PersonRecord, version: Version) -> str:
    """By what a card of version 4.0 is sorted, family name first."""
    if version != "4.0" or not record.sort_name:
        return ""
    return (
        f';SORT-AS="{_in_quotes(",".join(part.strip() for part in record.sort_name.split(",")))}"'
    )


def _in_quotes(text: str) -> str:
    """The value of a parameter (RFC 6868)."""
    return text.replace("^", "^^").replace('"', "^'").replace("\n", "^n")


def _still_true(prop: RawProperty, record: PersonRecord) -> bool:
    """Whether a structured property that was kept agrees with the field it fed."""
    if prop.name == "N":
        if "SORT-AS" in prop.params.upper() and not record.sort_name:
            return False
        # As the name was stored: made fit, of whatever signs the card was written in.
        parts = map(clean_line, split_value(prop.value, ";")[:2])
        words = {word for part in parts for word in part.split()}
        return bool(words) and words <= set(record.name.split())
    if prop.name == "NICKNAME":
        return clean_line(split_value(prop.value, ",")[0]) == record.call_name
    if prop.name == "ORG":
        return clean_line(split_value(prop.value, ";")[0]) == record.organisation
    return False


def _labelled(record: PersonRecord) -> Iterator[str]:
    taken = {prop.group.lower() for prop in record.extra}
    groups = (name for name in (f"item{n}" for n in range(1, 10_000)) if name not in taken)
    kinds: tuple[tuple[str, tuple[Labelled, ...] | tuple[Phone, ...]], ...] = (
        ("EMAIL", record.emails),
        ("TEL", record.phones),
        ("URL", record.links),
    )
    for name, values in kinds:
        for each in values:
            value = each.value if name == "URL" else escape(each.value)
            if not each.label:
                yield f"{name}:{value}"
            elif each.label in _TYPES:
                yield f"{name};TYPE={_TYPES[each.label]}:{value}"
            else:
                group = next(groups)
                yield f"{group}.{name}:{value}"
                yield f"{group}.X-ABLabel:{escape(each.label)}"


def _birthday(birthday: Birthday | None, version: Version) -> Iterator[str]:
    if birthday is None:
        return
    month, day = f"{birthday.month:02}", f"{birthday.day:02}"
    if birthday.year is not None:
        compact = version == "4.0"
        yield f"BDAY:{birthday.year:04}" + (month + day if compact else f"-{month}-{day}")
    elif version == "4.0":
        yield f"BDAY:--{month}{day}"
    else:
        # vCard 3.0 has no birthday without a year; this is how Apple writes one.
        yield f"BDAY;X-APPLE-OMIT-YEAR=1604:1604-{month}-{day}"


def _raw(prop: RawProperty) -> str:
    group = f"{prop.group}." if prop.group else ""
    return f"{group}{prop.name}{prop.params}:{prop.value}"


def _folded(line: str) -> bytes:
    data = line.encode()
    parts, start, room = [], 0, _FOLD
    while len(data) - start > room:
        end = start + room
        while data[end] & 0xC0 == 0x80:
            end -= 1
        parts.append(data[start:end])
        start, room = end, _FOLD - 1
    return b"\r\n ".join((*parts, data[start:])) + b"\r\n"


def with_photo(card: bytes, jpeg: bytes, version: Version) -> bytes:
    """One card with a picture in it, as its version writes pictures."""
    data = b64encode(jpeg).decode()
    line = (
        f"PHOTO:data:image/jpeg;base64,{data}"
        if version == "4.0"
        else f"PHOTO;ENCODING=b;TYPE=JPEG:{data}"
    )
    end = b"END:VCARD\r\n"
    return card.removesuffix(end) + _folded(line) + end
