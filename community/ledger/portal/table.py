"""The history as a table: what its list shows, for a spreadsheet."""

from collections.abc import Iterator
from functools import partial

from flask import Response, request

from community.core.csv_writing import write_csv
from community.core.errors import RuleBroken
from community.core.i18n import gettext as _
from community.core.paging import PageRequest
from community.journal import actions as journal
from community.ledger import queries
from community.ledger.portal import labels
from community.ledger.portal.filters import FILTERS, read_filter
from community.ledger.portal.parts import bp
from community.ledger.queries import GiveFilter, SeenGive
from community.people import actions as people_actions
from community.web import pages
from community.web.session import after_response, current_actor, needs_confirmation

MOST = 50_000
_AT_ONCE = 1_000


@bp.get("/gives.csv")
@needs_confirmation
def table() -> Response:
    """What the history's filter shows; the audit hears of it after the answer."""
    actor = current_actor()
    given = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    header = (_("Day"), _("From"), _("To"), _("Kind of help"), _("What it was"), _("How it stands"))
    gives = list(_all(read_filter(given)))
    content = b"".join(write_csv((*header, _("Seen by")), (_cells(give) for give in gives)))
    named = {person_id for give in gives for person_id in (give.giver_id, give.receiver_id)}
    after_response(partial(journal.note_export, actor, "gives"))
    after_response(partial(people_actions.note_list_taken, actor, named))
    return pages.table("gives.csv", content)


def _cells(give: SeenGive) -> tuple[str, ...]:
    standing = labels.standing(give)
    return (
        give.happened_on.isoformat(),
        give.giver_name,
        give.receiver_name,
        labels.kind_words(give.kind),
        give.story,
        standing.text if standing else "",
        labels.audience(give) or _("The team"),
    )


def _all(wanted: GiveFilter) -> Iterator[SeenGive]:
    cursor, count = None, 0
    while True:
        page = queries.find_gives(current_actor(), wanted, PageRequest(_AT_ONCE, cursor))
        count += len(page.items)
        if count > MOST:
            text = _("There are more than %(limit)s entries. Narrow the list first.", limit=MOST)
            raise RuleBroken(text, code="too_many_entries")
        yield from page.items
        cursor = page.next
        if cursor is None:
            return
