"""The file of an export: one zip with everything as JSON, each kind as CSV, and a page to read."""

import html
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from community.core.csv_writing import write_csv
from community.core.i18n import gettext as _
from community.records.formats.wording import column_title, table_title

MAX_BYTES = 10 * 1024 * 1024
_FIRST = ("persons", "notes")
# A file that is read where nothing else is at hand: its look is in it.
_STYLE = (
    "body{max-width:44rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif}"
    "dl{display:grid;grid-template-columns:minmax(6rem,12rem) 1fr;gap:.2rem 1rem;"
    "border-top:1px solid #888;padding-top:.5rem}dd{margin:0;overflow-wrap:anywhere}"
    "@media(max-width:30rem){dl{display:block}dt{font-weight:600}}"
)
_WRITING = orjson.OPT_INDENT_2 | orjson.OPT_PASSTHROUGH_DATACLASS
_PLAIN = re.compile(r"[^a-z0-9_]+")


@dataclass(frozen=True)
class Part:
    """The rows of one kind."""

    name: str
    rows: Sequence[Mapping[str, Any]]
    withheld: int = 0


@dataclass(frozen=True)
class Kept:
    """Bytes of a row: a file of its own in the zip, named where the row tells of it."""

    name: str
    content: bytes

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Contents:
    """What an export says of itself, and its parts."""

    team: str
    about: str
    made_at: datetime
    made_by: str
    made_by_id: UUID
    parts: Sequence[Part] = field(default_factory=list)


def write_archive(contents: Contents) -> bytes:
    """The zip. Names in it are ours alone; nothing in it is a path or a formula."""
    contents = replace(contents, parts=[_filed(part) for part in contents.parts])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, contents, "index.html", _page(contents).encode())
        _add(archive, contents, "data.json", _json(contents))
        for part in contents.parts:
            if part.rows:
                name = _PLAIN.sub("_", part.name)
                _add(archive, contents, f"tables/{name}.csv", b"".join(_csv(part)))
            for kept in _kept(part):
                _add(archive, contents, kept.name, kept.content)
    return buffer.getvalue()


def _filed(part: Part) -> Part:
    """The same, with a file's name where bytes are. Pictures are all that any table shows as bytes."""
    name = _PLAIN.sub("_", part.name)
    rows = [
        {
            key: Kept(f"files/{name}/{number}.jpg", bytes(value))
            if isinstance(value, bytes | memoryview)
            else value
            for key, value in row.items()
        }
        for number, row in enumerate(part.rows, 1)
    ]
    return replace(part, rows=rows)


def _kept(part: Part) -> Iterator[Kept]:
    return (value for row in part.rows for value in row.values() if isinstance(value, Kept))


def _add(archive: zipfile.ZipFile, contents: Contents, name: str, content: bytes) -> None:
    at = contents.made_at.astimezone(UTC)
    entry = zipfile.ZipInfo(name, (at.year, at.month, at.day, at.hour, at.minute, at.second))
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def _json(contents: Contents) -> bytes:
    whole = {
        "team": contents.team,
        "about": contents.about,
        "made_at": contents.made_at,
        "made_by": contents.made_by,
        "made_by_id": contents.made_by_id,
        "tables": {part.name: part.rows for part in contents.parts if part.rows},
        "not_handed_out": {part.name: part.withheld for part in contents.parts if part.withheld},
    }
    return orjson.dumps(whole, option=_WRITING, default=str)


def _csv(part: Part) -> Iterable[bytes]:
    columns = list(part.rows[0])
    rows = ([_cell(row[name]) for name in columns] for row in part.rows)
    return write_csv(columns, rows)


def _cell(value: Any) -> object:
    if isinstance(value, Mapping) and set(value) == {"id", "name"}:
        return value["name"]
    if isinstance(value, Kept):
        return value.name
    if isinstance(value, Mapping | list):
        return orjson.dumps(value, default=str).decode()
    return value


def _page(contents: Contents) -> str:
    said = html.escape
    title = _("%(about)s: what %(team)s holds", about=contents.about, team=contents.team)
    head = (
        '<!doctype html><html><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{said(title)}</title><style>{_STYLE}</style></head>"
    )
    made = _(
        "Made by %(name)s on %(day)s. The same is in data.json and in the tables, for programs.",
        name=contents.made_by,
        day=contents.made_at.date().isoformat(),
    )
    body = [f"<h1>{said(title)}</h1><p>{said(made)}</p>"]
    body += [_section(part) for part in sorted(contents.parts, key=_rank)]
    return f"{head}<body>{''.join(body)}</body></html>"


def _rank(part: Part) -> int:
    """Who it is and what is written of them come before the rest."""
    return _FIRST.index(part.name) if part.name in _FIRST else len(_FIRST)


def _said(value: Any) -> str:
    """A value as people read it: times to the minute."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return str(_cell(value))


def _shown(value: Any) -> str:
    if isinstance(value, Kept):
        return f'<img src="{html.escape(value.name)}" alt="" width="256">'
    return html.escape(_said(value))


def _section(part: Part) -> str:
    lines = [f"<h2>{html.escape(table_title(part.name))} ({len(part.rows)})</h2>"]
    if part.withheld:
        text = _("Held and not handed out, since it is somebody's own: %(num)s.", num=part.withheld)
        lines.append(f"<p>{html.escape(text)}</p>")
    for row in part.rows:
        facts = "".join(
            f"<dt>{html.escape(column_title(name))}</dt><dd>{_shown(value)}</dd>"
            for name, value in row.items()
            if name != "id" and value not in (None, "", [], {})
        )
        lines.append(f"<dl>{facts}</dl>")
    return "".join(lines)
