"""The audit as owners read it, take it out as a table, and keep its end elsewhere."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Response, request

from community.core import slugs
from community.core.csv_writing import write_csv
from community.core.errors import NotAllowed, RuleBroken
from community.core.i18n import gettext as _
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.journal import actions, chain, policy, queries, schemas
from community.journal.portal import labels
from community.journal.queries import Checked, Filter
from community.web import pages
from community.web.session import current_actor, needs_confirmation
from community.web.templating import url

MOST = 50_000
_AT_ONCE = 1_000
_FILTERS = tuple(schemas.FilterArgs().fields)

blp = pages.blueprint("audit", feature="journal")


def _owner() -> Actor:
    actor = current_actor()
    if not policy.can_read_audit(actor):
        raise NotAllowed(_("Only owners read the audit."))
    return actor


def _asked(given: Mapping[str, str]) -> dict[str, str]:
    return {name: given[name] for name in _FILTERS if given.get(name)}


@blp.get("/admin/audit")
def show() -> Response:
    """What was done, the newest first, as the filter in the address says."""
    actor = _owner()
    given = _asked(request.args)
    wanted = schemas.read_filter(schemas.FilterArgs().load(given))
    page = queries.list_entries(actor, PageRequest(cursor=request.args.get("after")), wanted)
    names = queries.find_names(actor, page.items)
    return pages.show(
        "journal/audit.html",
        entries=[_shown(entry, names) for entry in page.items],
        given=given,
        more=url("audit.show", **given, after=page.next) if page.next else "",
        members=_people(actor, wanted, names),
        verbs=labels.options(dict(labels.VERBS), wanted.verb),
        kinds=labels.options(dict(labels.KINDS), wanted.thing_kind),
        about_name=names.get(wanted.about_id, "") if wanted.about_id else "",
    )


def _people(actor: Actor, wanted: Filter, names: Mapping[UUID, str]) -> list[tuple[str, str]]:
    """Whose acts one may ask for: the team's, and whoever is asked for now."""
    found = [(str(person_id), name) for person_id, name in queries.find_members(actor)]
    chosen = wanted.actor_id
    if chosen and str(chosen) not in dict(found):
        found.append((str(chosen), names.get(chosen) or _("Somebody who is not in the team")))
    return found


def _shown(entry: Any, names: Mapping[UUID, str]) -> dict[str, Any]:
    """An entry as its row shows it: people by name where the reader sees them."""
    return {
        **entry._asdict(),
        "actor_name": names.get(entry.actor_id, ""),
        "about_name": names.get(entry.about_id, "") if entry.about_id != entry.actor_id else "",
        "act": labels.verb_name(entry.verb),
        "kind": labels.kind_name(entry.thing_kind),
        "thing_name": names.get(entry.thing_id, ""),
        "short_id": slugs.short_id(entry.thing_id),
    }


@blp.post("/admin/audit.csv")
@needs_confirmation
def table() -> Response:
    """The filtered audit for a spreadsheet; an act, since the audit tells of it."""
    actor = _owner()
    wanted = schemas.read_filter(schemas.FilterArgs().load(_asked(request.form)))
    content = b"".join(write_csv(_HEADER, _rows(actor, wanted)))
    actions.record(actor, "export", "audit", actor.team_id, fields=_asked(request.form))
    return pages.table("audit.csv", content)


_HEADER = (
    "at",
    "actor_id",
    "actor",
    "verb",
    "thing_kind",
    "thing_id",
    "about_id",
    "about",
    "fields",
)


def _rows(actor: Actor, wanted: Filter) -> Iterator[tuple[object, ...]]:
    cursor, count = None, 0
    while True:
        page = queries.list_entries(actor, PageRequest(_AT_ONCE, cursor), wanted)
        count += len(page.items)
        if count > MOST:
            text = _("There are more than %(limit)s entries. Narrow the list first.", limit=MOST)
            raise RuleBroken(text, code="too_many_entries")
        names = queries.find_names(actor, page.items)
        yield from (_cells(entry, names) for entry in page.items)
        cursor = page.next
        if cursor is None:
            return


def _cells(entry: Any, names: Mapping[UUID, str]) -> tuple[object, ...]:
    return (
        entry.at.isoformat(),
        entry.actor_id,
        names.get(entry.actor_id),
        entry.verb,
        entry.thing_kind,
        entry.thing_id,
        entry.about_id,
        names.get(entry.about_id),
        " ".join(entry.fields),
    )


@blp.get("/admin/audit/head")
def head() -> Response:
    """The end of the chain to keep elsewhere, and a check against one that was kept."""
    actor = _owner()
    asked = request.args.get("head", "").strip()
    kept = chain.read_head(asked) if asked else None
    found: Checked | None = None
    if "head" in request.args and (kept or not asked):
        found = queries.check(actor.team_id, kept)
    now, sealed_at, entries = queries.find_head(actor.team_id)
    return pages.show(
        "journal/head.html",
        status=422 if asked and kept is None else 200,
        head=now,
        sealed_at=sealed_at,
        entries=entries,
        asked=asked,
        wrong=_("This is no head: a number, a colon and 64 digits of 0-9 and a-f.")
        if asked and kept is None
        else "",
        found=asdict(found) if found else None,
    )


@blp.get("/admin/audit/head.csv")
def head_file() -> Response:
    """The end of the chain as a file to keep."""
    actor = _owner()
    now, sealed_at, entries = queries.find_head(actor.team_id)
    header = ("team", "head", "sealed_at", "entries")
    row = (actor.team_slug, str(now), sealed_at.isoformat() if sealed_at else "", entries)
    return pages.table(f"audit-head-{now.seq}.csv", b"".join(write_csv(header, [row])))
