"""Taking people out: what the reader may see, as a table or as cards for an address book."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement

from community.core.errors import RuleBroken
from community.core.i18n import gettext as _
from community.core.paging import PageRequest
from community.exchange.formats.limits import MAX_ROWS
from community.exchange.formats.people_csv import write_people
from community.exchange.formats.people_vcard import read_person
from community.exchange.formats.vcard_writing import Version, with_photo, write_vcard
from community.exchange.queries.here import chunks
from community.exchange.queries.standing import find_card_ids
from community.identity.models import Actor
from community.journal import actions as journal
from community.people import actions as people_actions
from community.people import queries as people
from community.people.models import Person
from community.people.queries import Filter
from community.people.queries.pictures import get_picture

_AT_ONCE = 1_000
_LISTS = ("emails", "phones", "links", "positions", "fields")


def export_people(actor: Actor) -> bytes:
    """Everybody the actor may see, archived people included, as CSV.

    The audit tells of it, and members that their entry was taken out.
    """
    journal.record(actor, "export", "people", actor.team_id)
    content, ids = list_people(actor, Filter(archived=None))
    people_actions.note_taking(actor, ids)
    return content


def list_people(
    actor: Actor, wanted: Filter, only: Collection[UUID] | None = None
) -> tuple[bytes, list[UUID]]:
    """The people of a list's filter as CSV, and who they are: whoever answers with it notes both.

    `only` are those of them that were chosen.
    """
    rows = list(_people(actor, wanted, () if only is None else (Person.id.in_(only),)))
    fields = people.find_field_names(actor)
    return b"".join(write_people(rows, fields)), [row["id"] for row in rows]


def export_cards(actor: Actor, version: Version = "4.0") -> bytes:
    """Everybody the actor may see, archived people included, as cards; told of as a table is."""
    journal.record(actor, "export", "people", actor.team_id)
    content, ids = list_cards(actor, Filter(archived=None), version)
    people_actions.note_taking(actor, ids)
    return content


def list_cards(actor: Actor, wanted: Filter, version: Version = "4.0") -> tuple[bytes, list[UUID]]:
    """The people of a list's filter as cards, and who they are: whoever answers notes both."""
    rows = list(_people(actor, wanted))
    return _cards(actor, rows, version), [row["id"] for row in rows]


def write_card(actor: Actor, person_id: UUID, version: Version = "4.0") -> bytes:
    """One person's card with their picture, as the actor sees them. NotFound for whom they do not see."""
    row = people.get_person_row(actor, person_id)
    card = _cards(actor, [_with_lists(row)], version)
    if row.picture_id is None:
        return card
    return with_photo(card, get_picture(actor, row.picture_id), version)


def _cards(actor: Actor, rows: Sequence[Mapping[str, Any]], version: Version) -> bytes:
    """Cards keep the UID they came with; the others are known by our own id."""
    written: list[bytes] = []
    # Whom a field names stays here: a card says so much of one person.
    fields = {f.key: f.name for f in people.find_fields(actor) if f.kind != "person"}
    for some in chunks(rows, _AT_ONCE):
        uids = find_card_ids(actor, [row["id"] for row in some])
        people_of = (read_person(row, uids.get(row["id"], str(row["id"])), fields) for row in some)
        written += write_vcard(people_of, version)
    return b"".join(written)


def _with_lists(row: Any) -> dict[str, Any]:
    return {**row._mapping, **{name: orjson.loads(getattr(row, name)) for name in _LISTS}}


def _people(
    actor: Actor, wanted: Filter, also: Sequence[ColumnElement[bool]] = ()
) -> Iterator[dict[str, Any]]:
    cursor, count = None, 0
    while True:
        page = people.find_people(actor, wanted, PageRequest(_AT_ONCE, cursor), *also)
        count += len(page.items)
        if count > MAX_ROWS:
            text = _(
                "There are more than %(limit)s people. Use the API for so many.", limit=MAX_ROWS
            )
            raise RuleBroken(text, code="too_many_people")
        yield from map(_with_lists, page.items)
        cursor = page.next
        if cursor is None:
            return
