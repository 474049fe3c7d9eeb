"""Making one person of two, and two again: nothing that refers to either is rewritten."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete, text, update

from community.core import clock, db, hold
from community.core.errors import Conflict, NotAllowed, NotFound, RuleBroken
from community.core.i18n import gettext as _
from community.identity.models import Actor
from community.journal import actions as journal
from community.notifications.actions import notify, withdraw
from community.people import policy as people_policy
from community.people import queries as people
from community.people.actions import writing
from community.people.models import ExternalId, Person
from community.records import notices, policy, queries
from community.records.matching import merging
from community.records.matching.merging import KEYS, Change
from community.records.models import UNDO_FOR, Merge

_UNFETCHED = {"synchronize_session": False}


def merge_people(
    actor: Actor,
    keep_id: UUID,
    merge_id: UUID,
    *,
    chosen: Mapping[str, str] | None = None,
    dropped: Mapping[str, Iterable[str]] | None = None,
) -> Merge:
    """Let `merge_id` stand for `keep_id` from now on; `unmerge` undoes it for 30 days.

    `chosen` says of a name, a call name and a birthday whose stands, `dropped` which values are
    not kept, by the keys of `matching.merging`; every other value stays. What a member says of
    themself is theirs and the owners': by anybody else's merge they gain and lose nothing of it.
    """
    kept, other = _two(actor, keep_id, merge_id)
    _check(actor, kept, other)
    mine, theirs = queries.find_sides(actor.team_id, [kept, other])
    if not people_policy.can_edit(actor, kept):
        theirs, chosen, dropped = merging.nobody(mine), {}, {}
    seen = queries.find_seen_others(actor, (mine, theirs))
    dropped = merging.without_hidden(mine, theirs, dropped or {}, seen)
    change, image = merging.plan_merge(
        mine, theirs, chosen or {}, dropped, lambda: str(db.new_id())
    )
    moved = queries.find_standing_for(actor, other.id)
    merge = Merge(id=db.new_id(), kept_id=kept.id, merged_id=other.id, author_id=actor.person_id)
    merge.image, merge.moved_ids = {**image, "external_ids": _move_ids(other, kept)}, moved
    _write(actor, kept, change)
    _stand_for(moved, kept.id)
    other.merged_into_id = other.canonical_id = kept.id
    db.add(merge)
    _note(actor, kept, change)
    journal.record(actor, "merge", "person", kept.id, about_id=other.id, fields=change.names)
    _tell_authors(actor, merge, kept, other)
    return merge


def _two(actor: Actor, keep_id: UUID, merge_id: UUID) -> tuple[Person, Person]:
    """Both of them, locked; whoever is hidden is not there."""
    ids = [people.get_person(actor, person_id).id for person_id in (keep_id, merge_id)]
    if ids[0] == ids[1]:
        raise RuleBroken(_("This is one person already."), code="same_person", field="merge_id")
    found = people.get_persons(actor, ids, parts=())
    if len(found) != 2:
        raise NotFound(_("There is no such person, or they are not yours to see."))
    return found[ids[0]], found[ids[1]]


def _check(actor: Actor, kept: Person, other: Person) -> None:
    if not policy.can_merge(actor, kept, other):
        raise NotAllowed(merge_refusal(actor, kept))
    if other.is_member:
        if kept.is_member:
            raise Conflict(
                _("Both are or were in the team. Members are not merged."), code="two_members"
            )
        text_ = _("%(name)s is or was in the team. Keep that one.", name=other.name)
        raise RuleBroken(text_, code="keep_the_member", field="keep_id")
    loses = other.audience == "people" and kept.audience == "team"
    loses = loses and queries.names_guests(other.audience_people)
    if loses or not policy.keeps_readers(kept, other):
        raise Conflict(
            _(
                "Somebody who sees %(other)s would not see %(kept)s. Keep the one that more people"
                " see, or share it first.",
                other=other.name,
                kept=kept.name,
            ),
            code="narrower",
        )


def merge_refusal(actor: Actor, kept: Any) -> str:
    """Why the actor may not merge anybody into this person, and who may; `kept` may be a row."""
    if actor.is_me(kept.id):
        return _(
            "An owner, a steward or whoever entered them says that somebody is you. An entry of"
            " your own that only you see you can merge yourself."
        )
    return _("You can merge people that you may edit, and one of these you may not.")


def _move_ids(source: Person, target: Person) -> list[str]:
    """What outside systems call the one is what they call the other now. Returns the rows' ids."""
    statement = (
        update(ExternalId)
        .where(ExternalId.team_id == source.team_id, ExternalId.person_id == source.id)
        .values(person_id=target.id)
        .returning(ExternalId.id)
        .execution_options(**_UNFETCHED)
    )
    return [str(row.id) for row in db.session().execute(statement)]


def _write(actor: Actor, person: Person, change: Change) -> None:
    """Put a change into the person's row and the rows that hang on it."""
    for name, value in change.fields.items():
        if name == "birthday":
            parts = ("month", "day", "year")
            person.born_on(dict(zip(parts, value, strict=True)) if value else None)
        elif name == "archived_at":
            person.archive(datetime.fromisoformat(value) if value else None)
        elif name == "picture_id":
            person.picture_id = UUID(value) if value else None
        elif name == "sort_name":
            person.sort_by(value)
        elif name != "name":
            setattr(person, name, value)
    if "name" in change.fields:
        person.rename(change.fields["name"])
    if change.tags is not None:
        person.tags = change.tags
    for table in KEYS:
        _write_rows(person, table, change)
    _index(actor, person)


def _write_rows(person: Person, table: str, change: Change) -> None:
    """Rows go and come as the images say, whatever columns their table has."""
    if change.removed.get(table):
        gone = text(
            f"DELETE FROM {table} WHERE team_id = :team_id AND id = ANY(CAST(:ids AS uuid[]))"
        )
        db.session().execute(gone, {"team_id": person.team_id, "ids": change.removed[table]})
    if change.added.get(table):
        rows = orjson.dumps(change.added[table]).decode()
        come = text(
            f"INSERT INTO {table} SELECT *"
            f" FROM jsonb_populate_recordset(NULL::{table}, CAST(:rows AS jsonb))"
        )
        db.session().execute(come, {"rows": rows})


def _index(actor: Actor, person: Person) -> None:
    """What they are sought by is made of their addresses and organisations as these stand now."""
    person.touch()
    db.flush()
    queries.find_two(actor, [person.id], parts=("emails", "positions"))
    writing.index(person)


def _stand_for(person_ids: Iterable[UUID], canonical_id: UUID) -> None:
    db.session().execute(
        update(Person)
        .where(Person.team_id == db.current_team_id(), Person.id.in_(list(person_ids)))
        .values(canonical_id=canonical_id)
        .execution_options(**_UNFETCHED)
    )


def _note(actor: Actor, person: Person, change: Change) -> None:
    """Addresses that came by a merge were put there by whoever merged."""
    db.flush()
    names = {
        "person_emails": "emails",
        "person_phones": "phones",
        "person_links": "links",
        "custom_values": "fields",
    }
    fields = [names.get(name, name) for name in change.names]
    writing.note_change(actor, person.id, fields or ["merged"], person.version)


def _tell_authors(actor: Actor, merge: Merge, kept: Person, other: Person) -> None:
    """Whoever entered one of the two, and the member whose own person it is, hears of it."""
    for member_id in _concerned(actor, kept, other):
        notify(
            notices.MERGED,
            member_id=member_id,
            thing_kind="merge",
            thing_id=merge.id,
            key=f"{notices.MERGED}:{merge.id}:{member_id}",
            from_person_id=actor.person_id,
            hold=hold.period(),
        )


def _concerned(actor: Actor | None, kept: Person, other: Person) -> list[UUID]:
    """The memberships of both authors and of the member whom the kept one is, but for the actor."""
    people_ = {kept.author_id, other.author_id, kept.id} - {actor.person_id if actor else None}
    return sorted(set(queries.find_members_of(sorted(people_)).values()))


def unmerge(actor: Actor, merge_id: UUID) -> Merge:
    """Make two persons of one again; what was written since stays with the one that was kept."""
    merge = queries.get_merge(actor, merge_id, lock=True)
    if clock.now() - merge.created_at > UNDO_FOR:
        raise NotFound(_("There is no such merge, or it cannot be undone any more."))
    two = queries.find_two(actor, [merge.kept_id, merge.merged_id])
    kept, other = two[merge.kept_id], two[merge.merged_id]
    if not policy.can_part(actor, kept, other):
        raise NotAllowed(_("You can undo a merge of people that you may edit."))
    if kept.merged_into_id is not None:
        text_ = _("%(name)s was merged on since. Undo that first.", name=kept.name)
        raise Conflict(text_, code="merged_on")
    change = _part(actor, merge, kept, other)
    journal.record(actor, "unmerge", "person", kept.id, about_id=other.id, fields=change.names)
    _tell_undone(actor, merge, (kept, other))
    db.session().execute(
        delete(Merge)
        .where(Merge.team_id == actor.team_id, Merge.id == merge.id)
        .execution_options(**_UNFETCHED)
    )
    return merge


def _part(actor: Actor, merge: Merge, kept: Person, other: Person) -> Change:
    later = queries.find_later(merge)
    images = [orjson.loads(orjson.dumps(one.image)) for one in later]
    (now,) = queries.find_sides(actor.team_id, [kept])
    change = merging.plan_undo(now, merge.image, images)
    for one, image in zip(later, images, strict=True):
        one.image = image
    _write(actor, kept, change)
    _return_ids(merge)
    other.merged_into_id = None
    other.canonical_id = other.id
    other.touch()
    db.flush()
    _stand_for(merge.moved_ids, other.id)
    _note(actor, kept, change)
    writing.note_change(actor, other.id, ["merged"], other.version)
    return change


def _return_ids(merge: Merge) -> None:
    moved = [UUID(one) for one in merge.image.get("external_ids", [])]
    db.session().execute(
        update(ExternalId)
        .where(ExternalId.team_id == merge.team_id, ExternalId.id.in_(moved))
        .where(ExternalId.person_id == merge.kept_id)
        .values(person_id=merge.merged_id)
        .execution_options(**_UNFETCHED)
    )


def _tell_undone(actor: Actor, merge: Merge, two: tuple[Person, Person]) -> None:
    """What was not heard of yet needs not be; whoever merged hears that somebody undid it."""
    keys = [f"{notices.MERGED}:{merge.id}:{member_id}" for member_id in _concerned(None, *two)]
    withdraw(keys=keys)
    if actor.is_me(merge.author_id):
        return
    for member_id in queries.find_members_of([merge.author_id]).values():
        notify(
            notices.MERGE_UNDONE,
            member_id=member_id,
            thing_kind="person",
            thing_id=merge.merged_id,
            key=f"{notices.MERGE_UNDONE}:{merge.id}:{member_id}",
            from_person_id=actor.person_id,
        )


def forget_merges(as_of: datetime) -> int:
    """What was kept for undoing goes when its days are over. Returns how many."""
    over = queries.find_over_merges(as_of - UNDO_FOR)
    db.session().execute(
        delete(Merge)
        .where(Merge.team_id == db.current_team_id(), Merge.id.in_(over))
        .execution_options(**_UNFETCHED)
    )
    return len(over)
