"""What a later import brought to light: somebody has another job, and whoever imported says how.

The former job then gets its end and stays in the history, and the new one is an achievement that
somebody may congratulate on; or it stays beside the new one.
"""

from datetime import date
from typing import Any
from uuid import UUID

from community.core import clock, db
from community.core.errors import Conflict, NotAllowed
from community.core.i18n import gettext as _
from community.exchange import queries
from community.exchange.models import ImportRow
from community.exchange.queries import news as looking
from community.identity.models import Actor
from community.journal import actions as journal
from community.people import policy as people_policy
from community.people import queries as people
from community.people.actions.moments import add_achievement
from community.people.actions.writing import note_change
from community.people.models import IMPORTED, Person


def accept_news(actor: Actor, batch_id: UUID, person_id: UUID) -> ImportRow:
    """They moved on: what they did until then ends today, where it has not ended."""
    row, person = _open(actor, batch_id, person_id)
    today = clock.today(actor.team_zone)
    _settle(actor, row, person, "accepted", {None: today})
    _note_achievement(actor, row, person.id, today)
    return row


def _note_achievement(actor: Actor, row: ImportRow, person_id: UUID, day: date) -> None:
    """As widely seen as the one who imported shares by default; the row keeps which one it is."""
    news = row.written["news"]
    title = ", ".join(part for part in (news["is"]["title"], news["is"]["organisation"]) if part)
    made = add_achievement(
        actor,
        person_id,
        title=_("New job: %(job)s", job=title)[:200],
        happened_on=day,
        source=IMPORTED,
    )
    row.written = {**row.written, "news": {**news, "achievement_id": str(made.id)}}
    db.flush()


def dismiss_news(actor: Actor, batch_id: UUID, person_id: UUID) -> ImportRow:
    """They do both: what the import ended goes on."""
    row, person = _open(actor, batch_id, person_id)
    ended = {date.fromisoformat(each["to_on"]) for each in row.written["ended"]}
    _settle(actor, row, person, "dismissed", dict.fromkeys(ended))
    return row


def _open(actor: Actor, batch_id: UUID, person_id: UUID) -> tuple[ImportRow, Person]:
    batch = queries.get_batch(actor, batch_id)
    person = people.get_person(actor, person_id, parts=("positions",), lock=True)
    row = looking.get_news_row(actor, batch, person.id)
    if row.written["news"]["state"] != "offered":
        raise Conflict(_("This was answered already."), code="answered")
    if not people_policy.can_edit(actor, person):
        raise NotAllowed(_("You cannot change this person."))
    return row, person


def _settle(
    actor: Actor, row: ImportRow, person: Person, state: str, ends: dict[Any, date | None]
) -> None:
    """Give the former positions another end where they have one of `ends`, and keep the answer."""
    news = row.written["news"]
    former = {each["id"] for each in news["was"]}
    changed = False
    for held in person.positions:
        if str(held.id) in former and held.to_on in ends:
            held.to_on, changed = ends[held.to_on], True
    row.written = {**row.written, "news": {**news, "state": state}}
    if changed:
        person.touch()
        db.flush()
        note_change(actor, person.id, ["positions"], person.version)
        journal.record(actor, "edit", "person", person.id, fields=["positions"])
    db.flush()
