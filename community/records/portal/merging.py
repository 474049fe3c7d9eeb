"""The pages of people who may be one: pairs, side by side, and what was merged lately."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from community.core import slugs
from community.core.errors import NotAllowed, NotFound
from community.core.i18n import gettext as _
from community.core.paging import PageRequest
from community.people import actions as people_actions
from community.people import formats
from community.people import policy as people_policy
from community.people import queries as people
from community.people.matching.duplicates import compare
from community.people.queries import traits_of
from community.records import actions, policy, queries
from community.records.formats.wording import table_title
from community.records.matching.merging import position_key
from community.records.portal.frame import blp
from community.records.schemas import merging as schemas
from community.web import pages
from community.web.session import current_actor
from community.web.templating import url


@blp.get("/people/duplicates")
def duplicates() -> Response:
    """Who may be the same, with the reasons."""
    actor = current_actor()
    page = people.find_pairs(actor, PageRequest(limit=25, cursor=request.args.get("after")))
    return pages.show(
        "records/duplicates.html",
        pairs=[_shown_pair(pair) for pair in page.items],
        more=url("records.duplicates", after=page.next) if page.next else "",
        may_tell=people_policy.can_create(actor),
    )


def _shown_pair(pair: people.Pair) -> dict[str, Any]:
    actor = current_actor()
    a, b = formats.shown_person(pair.a), formats.shown_person(pair.b)
    kept, other = (b, a) if pair.b.membership_id and not pair.a.membership_id else (a, b)
    is_member = kept["membership_id"] is not None and other["membership_id"] is not None
    return {
        "kept": kept,
        "other": other,
        "certainty": pair.certainty,
        "reasons": pair.reasons,
        "may_merge": policy.can_merge(actor, pair.a, pair.b) and not is_member,
    }


@blp.post("/people/duplicates/apart")
def tell_apart() -> ResponseReturnValue:
    """These are two people."""
    form = pages.Form(schemas.DistinctionIn())
    if not form.valid():
        raise NotFound(_("There is no such person, or they are not yours to see."))
    said = people_actions.tell_apart(current_actor(), form.data["a_id"], form.data["b_id"])
    undo = url("records.withdraw_distinction", distinction_id=said.id)
    return pages.done(_("Noted: they are two people."), to=url("records.duplicates"), undo=undo)


@blp.post("/people/distinctions/<uuid:distinction_id>/withdraw")
def withdraw_distinction(distinction_id: UUID) -> ResponseReturnValue:
    """They may be one after all."""
    people_actions.withdraw_distinction(current_actor(), distinction_id)
    return pages.done(_("They are proposed again."), to=url("records.duplicates"))


@blp.get("/people/merges")
def merges() -> Response:
    """What was merged in the last 30 days, to be undone."""
    page = queries.find_merges(
        current_actor(), PageRequest(limit=25, cursor=request.args.get("after"))
    )
    more = url("records.merges", after=page.next) if page.next else ""
    return pages.show("records/merges.html", merges=page.items, more=more)


@blp.post("/people/merges/<uuid:merge_id>/undo")
def unmerge(merge_id: UUID) -> ResponseReturnValue:
    """Make two of one again."""
    actor = current_actor()
    row = queries.get_merge_row(actor, merge_id)
    actions.unmerge(actor, merge_id)
    if row.merged_id is None:
        return pages.done(_("The merge is undone."), to=url("records.merges"))
    to = url("home.person", slug=slugs.slug(row.merged_id, row.merged_name))
    return pages.done(_("%(name)s is a person of their own again.", name=row.merged_name), to=to)


@blp.route("/people/<slug>/merge", methods=["GET", "POST"])
def merge(slug: str) -> ResponseReturnValue:
    """Two people side by side, and what of each is kept."""
    actor = current_actor()
    kept = people.get_person_by_slug(actor, slug)
    if not _may_begin(kept):
        raise NotAllowed(_("You can merge people that you may edit."))
    sought = (request.form if request.method == "POST" else request.args).get("with", "")[:200]
    if not sought:
        return _choose(kept, "")
    other = _other(sought)
    if other is None or other.id == kept.id:
        return _choose(kept, sought)
    if other.membership_id is not None and kept.membership_id is None:
        return _swapped(kept, other)
    form = pages.Form(schemas.MergeForm())
    if form.valid():
        with form.attempt():
            return _merged(kept, other, form.data)
    return _side_by_side(form, kept, other)


def _may_begin(kept: Any) -> bool:
    """Whoever may edit; of a member also the others, since whom they entered may be that member."""
    actor = current_actor()
    return people_policy.can_edit(actor, kept) or (
        kept.membership_id is not None and people_policy.can_create(actor)
    )


def _merged(kept: Any, other: Any, data: Mapping[str, Any]) -> Response:
    chosen, dropped = schemas.chosen_of(data), schemas.dropped_of_form(data)
    keys = data["their_fields"]
    if keys:
        found = queries.find_yielding(current_actor(), kept.id, other.id, keys)
        dropped["custom_values"] = found
    made = actions.merge_people(current_actor(), kept.id, other.id, chosen=chosen, dropped=dropped)
    text = _("%(other)s and %(kept)s are one person now.", other=other.name, kept=kept.name)
    undo = url("records.unmerge", merge_id=made.id)
    return pages.done(text, to=_person(kept), undo=undo)


def _side_by_side(form: pages.Form, kept: Any, other: Any) -> Response:
    is_mine = people_policy.can_edit(current_actor(), kept)
    return pages.show(
        "records/merge.html",
        form=form,
        kept=formats.shown_person(kept),
        other=formats.shown_person(other),
        lists=_lists(kept, other) if is_mine else [],
        fields=_fields(kept, other) if is_mine else [],
        moves=_moves(other),
        is_theirs=not is_mine,
        reasons=compare(traits_of(kept), traits_of(other)),
        swap=_page(other, kept) if kept.membership_id is None else "",
        back=_person(kept),
        refusal=actions.merge_refusal(current_actor(), kept),
        can_merge=policy.can_merge(current_actor(), kept, other),
        widens=kept.audience != other.audience,
    )


_MOVING = ("notes", "facts", "preferences", "relations", "ties", "gives", "consents")


def _moves(other: Any) -> list[str]:
    """How much of what one reads about the other stands with the kept one from then on."""
    actor = current_actor()
    counts = queries.count_held(actor, queries.get_subject(actor, other.id))
    return [f"{table_title(name)}: {counts[name]}" for name in _MOVING if name in counts]


def _fields(kept: Any, other: Any) -> list[dict[str, str]]:
    """The team's own fields in which the two differ, as far as one sees both."""
    actor = current_actor()
    theirs = {row.key: row for row in people.find_held(actor, other.id)}
    mine = people.find_held(actor, kept.id) if theirs else ()
    shown = [
        {
            "key": row.key,
            "name": row.name,
            "mine": row.value or row.other_name,
            "theirs": theirs[row.key].value or theirs[row.key].other_name,
        }
        for row in mine
        if row.key in theirs
    ]
    return [one for one in shown if one["mine"] and one["theirs"] and one["mine"] != one["theirs"]]


def _other(sought: str) -> Any | None:
    """Whom the form names: an address, or the name that was typed where it means one person."""
    actor = current_actor()
    try:
        return people.get_person_by_slug(actor, sought)
    except NotFound:
        found = people.find_named(actor, sought)
        return people.get_person_row(actor, found[0].id) if len(found) == 1 else None


def _choose(kept: Any, sought: str) -> Response:
    """Whom to merge with: those who may be the same, or somebody by name."""
    actor = current_actor()
    named = people.search_people(actor, sought, 10) if sought else []
    found = [
        {"id": one["id"], "name": one["name"], "reasons": one["reasons"]}
        for one in people.find_duplicates(actor, kept.id)
    ]
    known = {one["id"] for one in found} | {kept.id}
    found += [
        {"id": row.id, "name": row.name, "reasons": []} for row in named if row.id not in known
    ]
    return pages.show(
        "records/merge_with.html",
        kept=kept,
        found=[{**one, "slug": slugs.slug(one["id"], one["name"])} for one in found],
        sought=sought,
        here=url("records.merge", slug=slugs.slug(kept.id, kept.name)),
        back=_person(kept),
    )


def _swapped(kept: Any, other: Any) -> ResponseReturnValue:
    """A member is the one that is kept."""
    return redirect(_page(other, kept), 303)


def _page(kept: Any, other: Any) -> str:
    there = {"with": slugs.slug(other.id, other.name)}
    return url("records.merge", slug=slugs.slug(kept.id, kept.name), **there)


def _person(row: Any) -> str:
    return url("home.person", slug=slugs.slug(row.id, row.name))


def _lists(kept: Any, other: Any) -> list[dict[str, Any]]:
    """Every value of the two, each once, with whose it is: all of them stay unless unticked."""
    names = {
        "emails": _("Mail"),
        "phones": _("Phone"),
        "links": _("Web address"),
        "positions": _("What they do"),
    }
    shown = []
    for name, label in names.items():
        mine, theirs = (orjson.loads(getattr(row, name)) for row in (kept, other))
        shown.append({"name": name, "label": label, "values": _values(name, mine, theirs)})
    tags = _values("tags", [{"value": t} for t in kept.tags], [{"value": t} for t in other.tags])
    shown.append({"name": "tags", "label": _("Tags"), "values": tags})
    return [one for one in shown if one["values"]]


def _values(name: str, mine: list[Any], theirs: list[Any]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for whose, rows in (("keep", mine), ("merge", theirs)):
        for row in rows:
            key = _key(name, row)
            entry = found.setdefault(key, {"key": key, "text": _text(name, row), "whose": whose})
            if entry["whose"] != whose:
                entry["whose"] = "both"
    return list(found.values())


def _key(name: str, row: Mapping[str, Any]) -> str:
    if name == "positions":
        return position_key(row)
    return str(row.get("e164") or row["value"])


def _text(name: str, row: Mapping[str, Any]) -> str:
    if name != "positions":
        return str(row["value"])
    said = ", ".join(part for part in (row["title"], row["organisation"]) if part)
    days = " – ".join(str(row[day] or "") for day in ("from_on", "to_on"))
    return f"{said} ({days})" if row["from_on"] or row["to_on"] else said
