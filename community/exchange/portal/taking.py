"""Taking people along: as a table, and as cards for an address book."""

from contextlib import suppress
from functools import partial
from uuid import UUID

from flask import Response, request

from community.core import slugs
from community.exchange import actions
from community.exchange.portal.frame import blp
from community.journal import actions as journal
from community.people import actions as people_actions
from community.people.queries import Filter, get_person_by_slug
from community.people.schemas.filters import asked_filter
from community.web import pages
from community.web.session import after_response, current_actor, needs_confirmation


@blp.route("/people.csv", methods=["POST"])
@needs_confirmation
def people_csv() -> Response:
    """Everybody one may see, for a spreadsheet; an act, since the audit tells of it."""
    return pages.table("people.csv", actions.export_people(current_actor()))


@blp.get("/people.csv")
@needs_confirmation
def list_csv() -> Response:
    """The list of people as its address filters it; the audit hears of it after the answer."""
    actor = current_actor()
    content, ids = actions.list_people(actor, asked_filter(request.args))
    after_response(partial(journal.note_export, actor, "people"))
    after_response(partial(people_actions.note_list_taken, actor, ids))
    return pages.table("people.csv", content)


@blp.post("/people/chosen.csv")
@needs_confirmation
def chosen_csv() -> Response:
    """Those who were chosen in the list, or all in its filter."""
    actor = current_actor()
    in_filter = request.form.get("all") == "yes"
    wanted = asked_filter(request.form) if in_filter else Filter(archived=None)
    only = None if in_filter else _ids(request.form.getlist("person"))
    content, ids = actions.list_people(actor, wanted, only)
    after_response(partial(journal.note_export, actor, "people"))
    after_response(partial(people_actions.note_list_taken, actor, ids))
    return pages.table("people.csv", content)


def _ids(said: list[str]) -> list[UUID]:
    """The ids among what a form sent."""
    found = []
    for value in said:
        with suppress(ValueError):
            found.append(UUID(value))
    return found


@blp.route("/people.vcf", methods=["POST"])
@needs_confirmation
def people_cards() -> Response:
    """Everybody one may see, for an address book."""
    return pages.cards("people.vcf", actions.export_cards(current_actor()))


@blp.get("/people.vcf")
@needs_confirmation
def list_cards() -> Response:
    """The list of people as its address filters it, for an address book."""
    actor = current_actor()
    content, ids = actions.list_cards(actor, asked_filter(request.args))
    after_response(partial(journal.note_export, actor, "people"))
    after_response(partial(people_actions.note_list_taken, actor, ids))
    return pages.cards("people.vcf", content)


@blp.get("/people/<slug>/export")
def card(slug: str) -> Response:
    """One person's card, as the reader sees them; the audit hears of it after the answer."""
    actor = current_actor()
    row = get_person_by_slug(actor, slug)
    content = actions.write_card(actor, row.id)
    after_response(partial(journal.note_export, actor, "person", row.id))
    after_response(partial(people_actions.note_list_taken, actor, [row.id]))
    return pages.cards(f"{slugs.slug(row.id, row.name)}.vcf", content)
