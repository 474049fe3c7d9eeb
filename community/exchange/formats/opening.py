"""Any file people bring: what it is, and the reader for it."""

from collections.abc import Mapping
from types import MappingProxyType

from community.exchange.formats.csv import open_csv
from community.exchange.formats.dates import DateOrder
from community.exchange.formats.linkedin import is_linkedin, open_linkedin
from community.exchange.formats.own_archive import is_zip, open_archive
from community.exchange.formats.past_csv import is_past, open_past
from community.exchange.formats.record import Parsed
from community.exchange.formats.vcard import open_vcard

TABLES = ("csv", "google", "outlook")
_HEAD = 4096
_CARD = "BEGIN:VCARD"


def detect_format(data: bytes, filename: str = "") -> str:
    """ "archive", "vcard", "linkedin", "past", or "csv" for every other table, whose reader knows it closer."""
    if is_zip(data):
        return "archive"
    head = data[:_HEAD]
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = head.decode("utf-16" if wide else "utf-8", "ignore")
    if text.lstrip("\ufeff \t\r\n")[: len(_CARD)].upper() == _CARD:
        return "vcard"
    if filename.lower().endswith((".vcf", ".vcard")):
        return "vcard"
    if is_linkedin(data):
        return "linkedin"
    return "past" if is_past(data) else "csv"


def open_file(
    data: bytes,
    kind: str,
    *,
    mapping: Mapping[str, str] | None = None,
    encoding: str | None = None,
    order: DateOrder | None = None,
    default_region: str | None = None,
    fields: Mapping[str, str] = MappingProxyType({}),
) -> Parsed:
    """The file through its reader; FormatError if it must be refused.

    `mapping`, `encoding`, `order` and `fields` (the team's own, by key with their names) are for
    tables; the other kinds know their own.
    """
    if kind == "vcard":
        return open_vcard(data, default_region=default_region)
    if kind == "linkedin":
        return open_linkedin(data, encoding=encoding)
    if kind == "archive":
        return open_archive(data, default_region=default_region)
    if kind == "past":
        return open_past(data, mapping, encoding=encoding, order=order)
    return open_csv(
        data,
        mapping,
        encoding=encoding,
        order=order,
        default_region=default_region,
        fields=fields,
    )
