"""Merging people: what moves, who reads it, who may, and that undoing leaves no trace."""

from typing import Any
from uuid import UUID

import orjson
import pytest

from community.core import db
from community.core.errors import Conflict, NotAllowed, NotFound, RuleBroken
from community.core.paging import PageRequest
from community.exchange.actions.exporting import list_people
from community.home.queries import find_timeline
from community.identity.models import Actor, Visibility
from community.people import actions as people_actions
from community.people import queries as people
from community.people.models import Person
from community.people.queries import Filter
from community.records import actions, queries
from community.records.models import Merge
from community.records.queries import Wanted
from tests.factories.identity import acting, again, make_circle, make_member, make_team
from tests.factories.ledger import log_give
from tests.factories.people import make_note, make_person
from tests.records.doing import told


def full(actor: Actor, name: str, **more: Any) -> UUID:
    """Somebody with everything a person can have."""
    tail = name.split(maxsplit=1)[0].lower()
    with acting(actor):
        written = people_actions.create_person(
            actor,
            name=name,
            emails=[{"value": f"{tail}@example.org"}, {"value": "both@example.org"}],
            phones=[{"value": "+44 20 7946 0018"}],
            links=[{"value": f"https://{tail}.example/"}],
            positions=[
                {"organisation": "Hale", "title": "Designer"},
                {"organisation": tail, "title": "Intern"},
            ],
            tags=[tail, "sailing"],
            birthday={"month": 2, "day": 29, "year": None},
            external_id=f"crm-{tail}",
            source="crm",
            **more,
        )
        return written.person.id


def merged(actor: Actor, keep: UUID, other: UUID, **choices: Any) -> UUID:
    with acting(actor):
        return actions.merge_people(actor, keep, other, **choices).id


def unmerged(actor: Actor, merge_id: UUID) -> None:
    with acting(actor):
        actions.unmerge(actor, merge_id)


def exports(actor: Actor) -> bytes:
    """Everything the actor can take out, as bytes."""
    with acting(actor):
        held = [
            [one.table, [dict(row) for row in one.rows]]
            for one in queries.find_held(actor, Wanted(None))
        ]
        table, _ids = list_people(actor, Filter(archived=None))
    return orjson.dumps(held, default=str) + table


def row(actor: Actor, person_id: UUID) -> Any:
    with acting(actor):
        return people.get_person_row(actor, person_id)


def values(actor: Actor, person_id: UUID, part: str = "emails") -> list[str]:
    return [one["value"] for one in orjson.loads(getattr(row(actor, person_id), part))]


def test_what_only_one_had_is_the_others_and_both_ids_answer_one_person(owner: Actor) -> None:
    kept, other = full(owner, "Ann Hale"), full(owner, "Anna Hale")
    merged(owner, kept, other)
    assert row(owner, other).id == kept
    assert values(owner, kept) == ["ann@example.org", "both@example.org", "anna@example.org"]
    assert row(owner, kept).tags == ["ann", "sailing", "anna"]
    positions = orjson.loads(row(owner, kept).positions)
    assert sorted(one["organisation"] for one in positions) == ["Hale", "ann", "anna"]
    with acting(owner):
        for wanted in (Filter(external_id="crm-anna"), Filter(email="anna@example.org")):
            assert [one.id for one in people.find_people(owner, wanted, _page()).items] == [kept]
        assert [one.id for one in people.search_people(owner, "anna@example.org")] == [kept]


def _page() -> PageRequest:

    return PageRequest()


def test_a_choice_per_field_holds_and_dropped_values_go(owner: Actor) -> None:
    kept, other = full(owner, "Ann Hale"), full(owner, "Anna Hale")
    merged(
        owner,
        kept,
        other,
        chosen={"name": "merge"},
        dropped={"person_emails": ["ann@example.org"], "tags": ["anna"]},
    )
    assert row(owner, kept).name == "Anna Hale"
    assert values(owner, kept) == ["both@example.org", "anna@example.org"]
    assert row(owner, kept).tags == ["ann", "sailing"]


def test_undoing_leaves_exports_byte_for_byte_as_they_were(owner: Actor) -> None:
    kept, other, third = (full(owner, f"{name} Hale") for name in ("Ann", "Anna", "Anne"))
    make_note(owner, other, "Sails.", audience="team")
    before = exports(owner)
    choices = {"chosen": {"name": "merge"}, "dropped": {"person_emails": ["ann@example.org"]}}
    first = merged(owner, kept, other, **choices)
    assert exports(owner) != before
    second = merged(owner, kept, third)
    unmerged(owner, first)
    unmerged(owner, second)
    assert exports(owner) == before
    chain = [merged(owner, other, third), merged(owner, kept, other)]
    assert row(owner, third).id == kept
    with acting(owner), pytest.raises(Conflict, match="Undo that first"):
        actions.unmerge(owner, chain[0])
    for merge_id in reversed(chain):
        unmerged(owner, merge_id)
    assert exports(owner) == before


def test_changes_made_between_are_as_if_there_had_been_no_merge(owner: Actor) -> None:
    def live(owner: Actor, with_merge: bool) -> tuple[list[Any], list[Any]]:
        kept, other = full(owner, "Ann Hale"), full(owner, "Anna Hale")
        merge_id = merged(owner, kept, other) if with_merge else None
        with acting(owner):
            tags = list(people.get_person_row(owner, kept).tags)
            people_actions.edit_person(owner, kept, tags=[*tags, "new"], call_name="Annie")
            people_actions.add_note(owner, kept, body="Written between.")
        if merge_id:
            unmerged(owner, merge_id)
        mine, theirs = row(owner, kept), row(owner, other)
        names = ("name", "call_name", "tags", "emails", "phones", "links", "external_id")
        with acting(owner):
            notes = [len(people.find_notes(owner, one, _page()).items) for one in (kept, other)]
        said = [[getattr(one, name) for name in names] for one in (mine, theirs)]
        return said, notes

    assert live(owner, True) == live(make_team("Southlight"), False)


def test_what_refers_to_either_is_read_with_the_one_that_was_kept(owner: Actor) -> None:
    kept, other = make_person(owner, "Ann Hale"), make_person(owner, "Anna Hale")
    make_note(owner, other.id, "Sails.", audience="team")
    give = log_give(owner, other.id)
    merged(owner, kept.id, other.id)
    member = make_member(owner)
    with acting(member):
        assert len(people.find_notes(member, kept.id, _page()).items) == 1
    with acting(owner):
        found = find_timeline(owner, kept.id, _page(), kind="give").items
        assert [one.id for one in found] == [give.state.give_id]
        assert {one.thing.receiver_name for one in found} == {"Ann Hale"}


def test_whoever_may_not_edit_both_cannot_merge_them(owner: Actor) -> None:
    member, guest = make_member(owner), make_member(owner, role="guest")
    mine = make_person(member, audience="private")
    team, hidden = make_person(owner), make_person(owner, audience="private")
    shown = make_person(owner, audience="people", audience_people=[member.person_id])
    cases: list[tuple[Actor, UUID, UUID, type[Exception]]] = [
        (member, team.id, hidden.id, NotFound),
        (member, team.id, shown.id, NotAllowed),
        (member, owner.person_id, team.id, NotAllowed),
        (guest, team.id, mine.id, NotFound),
        (member, mine.id, team.id, Conflict),
        (member, team.id, team.id, RuleBroken),
        (member, team.id, member.person_id, RuleBroken),
        (owner, member.person_id, owner.person_id, Conflict),
        (member, member.person_id, team.id, NotAllowed),
        (owner, owner.person_id, team.id, NotAllowed),
    ]
    for actor, keep, merge, refusal in cases:
        with acting(actor), pytest.raises(refusal):
            actions.merge_people(actor, keep, merge)
    merged(member, team.id, mine.id)
    merged(owner, member.person_id, team.id)
    assert row(owner, mine.id).id == member.person_id


def test_nobody_loses_sight_of_whom_they_could_read(owner: Actor) -> None:
    first, second, guest = make_member(owner), make_member(owner), make_member(owner, role="guest")
    circle = make_circle(owner, first)
    owner = again(owner)
    named = [first.person_id, second.person_id]

    def of(audience: str, **more: Any) -> UUID:
        return make_person(owner, audience=audience, **more).id

    refused = [
        (of("private"), of("people", audience_people=[first.person_id])),
        (of("people", audience_people=[first.person_id]), of("people", audience_people=named)),
        (of("people", audience_people=named), of("circle", circle_id=circle.id)),
        (of("team"), of("people", audience_people=[guest.person_id])),
    ]
    for keep, merge in refused:
        with acting(owner), pytest.raises(Conflict):
            actions.merge_people(owner, keep, merge)
    merged(owner, of("people", audience_people=named), of("private"))
    merged(owner, of("circle", circle_id=circle.id), of("circle", circle_id=circle.id))


def test_a_member_reads_no_more_of_whom_they_turn_out_to_be_than_the_team(
    owner: Actor,
) -> None:
    member, friend = make_member(owner), make_member(owner)
    outside = make_person(member, "Anna Hale")
    shown = [friend.person_id]
    narrow = make_note(
        owner, outside.id, "Hard to please.", audience="people", audience_people=shown
    )
    wide = make_note(owner, outside.id, "Sails.", audience="team")
    private = Visibility("private")
    give = log_give(owner, outside.id, visibility=private)
    merged(owner, member.person_id, outside.id)
    member = again(member)
    with acting(member):
        assert people.get_note_row(member, wide.id).person_id == member.person_id
        with pytest.raises(NotFound):
            people.get_note_row(member, narrow.id)
        seen = find_timeline(member, member.person_id, _page(), kind="give").items
        assert give.state.give_id not in [one.id for one in seen]


def test_authors_hear_of_it_and_may_undo_it_and_the_merger_hears_of_that(owner: Actor) -> None:
    member, other = make_member(owner), make_member(owner)
    kept, gone = make_person(owner), make_person(member)
    merge_id = merged(other, kept.id, gone.id)
    assert (told(owner, "people_merged"), told(member, "people_merged")) == (1, 1)
    with acting(member):
        assert [one.id for one in queries.find_merges(member, _page()).items] == [merge_id]
    unmerged(member, merge_id)
    assert told(other, "merge_undone") == 1
    with acting(member) as unit:
        assert unit.session.get(Merge, (member.team_id, merge_id)) is None
        row = unit.session.get_one(Person, (member.team_id, gone.id))
        assert (row.canonical_id, row.merged_into_id) == (gone.id, None)


def test_a_merge_is_unknown_to_whom_one_of_the_two_is_hidden(owner: Actor) -> None:
    member = make_member(owner)
    kept, mine = make_person(owner), make_person(owner, "Hidden Name", audience="private")
    merge_id = merged(owner, kept.id, mine.id)
    with acting(member):
        assert queries.find_merges(member, _page()).items == []
        with pytest.raises(NotFound):
            actions.unmerge(member, merge_id)


def test_what_others_entered_cannot_be_narrowed_away_after_a_merge(owner: Actor) -> None:
    member = make_member(owner)
    kept, gone = make_person(owner), make_person(member)
    merged(owner, kept.id, gone.id)
    only_me = {"audience": "private", "people": [], "circle_id": None}
    with acting(owner), pytest.raises(NotAllowed):
        people_actions.edit_person(owner, kept.id, visibility=only_me)


def test_after_thirty_days_there_is_nothing_left_to_undo(owner: Actor) -> None:
    kept, gone = make_person(owner), make_person(owner)
    merge_id = merged(owner, kept.id, gone.id)
    with acting(owner) as unit:
        merge = unit.session.get_one(Merge, (owner.team_id, merge_id))
        merge.created_at = merge.created_at.replace(year=merge.created_at.year - 1)
        db.flush()
        with pytest.raises(NotFound):
            actions.unmerge(owner, merge_id)
        assert actions.forget_merges(unit.now) == 1
    assert row(owner, gone.id).id == kept.id
