"""Undo: who was made and not touched since goes, what was changed and not touched since goes back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from community.core import clock
from community.core.errors import Conflict
from community.exchange import actions
from community.exchange.actions import batches, pruning
from community.exchange.models import ImportBatch, ImportRow
from community.exchange.queries.undoing import references
from community.identity.models import Actor
from community.people import actions as people_actions
from community.people import queries as people_queries
from community.people.models import ExternalId, Note, Person, PersonEmail
from tests.exchange.test_actions import ANN, BOB, counts, outsiders
from tests.factories.exchange import TEAM, again, bring, rows_of, table, undo, work_on
from tests.factories.identity import acting
from tests.factories.ledger import log_give
from tests.factories.people import make_note, make_person, merge


def reasons(batch: ImportBatch) -> dict[int, list[str]]:
    return {
        line: [error["code"] for error in row.errors]
        for line, row in rows_of(batch).items()
        if row.outcome == "kept"
    }


def test_people_nobody_touched_are_removed_and_the_rest_of_the_team_stays(owner: Actor) -> None:
    make_person(owner, "Zoe Quill")
    batch = bring(owner, table(ANN, BOB))
    undone = undo(owner, batch.id)
    assert (undone.state, undone.counts["removed"]) == ("undone", 2)
    assert set(outsiders(owner)) == {"Zoe Quill"}
    left = [(row.data, row.written) for row in rows_of(undone).values()]
    assert left == [({"name": "Ann Lee"}, {}), ({"name": "Bob Ray"}, {})], "the rest is forgotten"
    with acting(owner) as unit:
        assert list(unit.session.scalars(select(ExternalId))) == []


def test_rows_put_together_and_rows_in_error_are_forgotten_as_well(owner: Actor) -> None:
    twice = "Ann Lee,ann@example.org,no mail,Hidden Ltd,Boss,31.31.1999,,,hidden-7"
    nameless = ",nobody@example.org,,Hidden Ltd,,,,,hidden-8"
    batch = bring(owner, table(ANN, twice, nameless))
    assert [row.outcome for row in rows_of(batch).values()] == ["new", "joined", "error"]
    left = rows_of(undo(owner, batch.id))
    told = [(row.data, row.before, row.written) for row in left.values()]
    assert told == [
        ({"name": "Ann Lee"}, {}, {}),
        ({"name": "Ann Lee"}, {}, {}),
        ({"name": None}, {}, {}),
    ]
    said = {line: [error["code"] for error in row.errors] for line, row in left.items()}
    assert said == {2: [], 3: ["joined"], 4: ["no_name"]}


def test_an_undone_file_can_be_imported_again(owner: Actor) -> None:
    undo(owner, bring(owner, table(ANN)).id)
    assert counts(bring(owner, table(ANN))) == {"new": 1}
    assert set(outsiders(owner)) == {"Ann Lee"}


def edited(owner: Actor, ann: Person) -> None:
    with acting(owner):
        people_actions.edit_person(owner, ann.id, tags=["opera"])


def noted(owner: Actor, ann: Person) -> None:
    with acting(owner):
        people_actions.add_note(owner, ann.id, body="Called her.")


def helped(owner: Actor, ann: Person) -> None:
    log_give(owner, ann.id)


def shared(owner: Actor, ann: Person) -> None:
    with acting(owner):
        people_actions.edit_person(owner, ann.id, visibility=TEAM)


def archived(owner: Actor, ann: Person) -> None:
    with acting(owner):
        people_actions.archive_person(owner, ann.id)


@pytest.mark.parametrize(
    ("touch", "reason"),
    [
        (edited, "changed_since"),
        (noted, "in_use"),
        (helped, "in_use"),
        (shared, "changed_since"),
        (archived, "changed_since"),
    ],
)
def test_whoever_was_touched_since_stays_and_is_listed(
    owner: Actor, touch: Callable[[Actor, Person], None], reason: str
) -> None:
    batch = bring(owner, table(ANN, BOB))
    ann = outsiders(owner)["Ann Lee"]
    touch(owner, ann)
    undone = undo(owner, batch.id)
    assert set(outsiders(owner)) == {"Ann Lee"}
    assert reasons(undone) == {2: [reason]}
    assert (undone.counts["removed"], undone.counts["kept"]) == (1, 1)


def test_a_note_by_somebody_else_keeps_a_person(owner: Actor, member: Actor) -> None:
    batch = bring(owner, table(ANN), visibility=TEAM)
    make_note(member, outsiders(owner)["Ann Lee"].id)
    assert reasons(undo(owner, batch.id)) == {2: ["in_use"]}


def test_an_edited_note_of_the_file_keeps_its_person(owner: Actor) -> None:
    batch = bring(owner, table(ANN))
    with acting(owner) as unit:
        people_actions.edit_note(owner, unit.session.scalars(select(Note.id)).one(), body="Coffee")
    assert reasons(undo(owner, batch.id)) == {2: ["in_use"]}


def test_merged_people_stay(owner: Actor) -> None:
    batch = bring(owner, table(ANN, BOB))
    people = outsiders(owner)
    other = make_person(owner, "Ann twice")
    merge(owner, other, people["Ann Lee"])
    merge(owner, people["Bob Ray"], make_person(owner, "Bob twice"))
    assert reasons(undo(owner, batch.id)) == {2: ["merged_since"], 3: ["merged_since"]}


def test_somebody_deleted_since_is_gone_already(owner: Actor) -> None:
    batch = bring(owner, table(ANN))
    ann = outsiders(owner)["Ann Lee"]
    with acting(owner):
        people_actions.delete_person(owner, ann.id)
    assert undo(owner, batch.id).counts["removed"] == 1


def full(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "tags": person.tags,
        "birthday": person.birthday,
        "sought": person.sought,
        "emails": [mail.value for mail in person.emails],
        "phones": [phone.value for phone in person.phones],
        "positions": sorted((p.organisation, p.title, p.to_on) for p in person.positions),
    }


def test_an_update_is_taken_back_to_what_was(owner: Actor) -> None:
    make_person(owner, "Ann L.", email="ann@example.org", tags=["Choir"])
    before = full(outsiders(owner)["Ann L."])
    batch = bring(owner, table(ANN))
    assert full(outsiders(owner)["Ann L."]) != before
    undone = undo(owner, batch.id)
    assert full(outsiders(owner)["Ann L."]) == before
    assert undone.counts["restored"] == 1
    with acting(owner) as unit:
        assert list(unit.session.scalars(select(Note).where(Note.deleted_at.is_(None)))) == []
        assert list(unit.session.scalars(select(ExternalId))) == []


def test_only_fields_nobody_changed_since_go_back(owner: Actor) -> None:
    make_person(owner, "Ann L.", email="ann@example.org")
    batch = bring(owner, table(ANN.replace("Likes tea", "")))
    ann = outsiders(owner)["Ann L."]
    with acting(owner):
        people_actions.edit_person(owner, ann.id, tags=["choir", "board", "opera"])
    undone = undo(owner, batch.id)
    after = outsiders(owner)["Ann L."]
    assert after.tags == ["choir", "board", "opera"]
    assert (after.phones, after.positions, after.birthday) == ([], [], None)
    assert reasons(undone) == {2: ["changed_since"]}
    assert rows_of(undone)[2].errors[0]["params"] == {"fields": ["tags"]}
    with acting(owner):
        assert people_queries.search_people(owner, "acme") == []
        assert [row.id for row in people_queries.search_people(owner, "ann")] == [ann.id]


def test_a_value_changed_back_and_forth_by_hand_is_the_hands(owner: Actor) -> None:
    make_person(owner, "Ann L.", email="ann@example.org")
    batch = bring(owner, table(ANN.replace("Likes tea", "")))
    ann = outsiders(owner)["Ann L."]
    for tags in (["opera"], ["choir", "board"]):
        with acting(owner):
            people_actions.edit_person(owner, ann.id, tags=tags)
    undo(owner, batch.id)
    assert outsiders(owner)["Ann L."].tags == ["choir", "board"]


def test_a_position_that_an_import_ended_is_held_again(owner: Actor) -> None:
    bring(owner, table(ANN))
    before = full(outsiders(owner)["Ann Lee"])
    batch = bring(owner, table(ANN.replace("Acme,CTO", "Beta,CEO")))
    undo(owner, batch.id)
    assert full(outsiders(owner)["Ann Lee"]) == before


def test_a_title_that_an_import_added_goes_again(owner: Actor) -> None:
    bring(owner, table("Ann Lee,ann@example.org,,Acme,,,,,"))
    batch = bring(owner, table("Ann Lee,ann@example.org,,Acme,CTO,,,,"))
    assert [p.title for p in outsiders(owner)["Ann Lee"].positions] == ["CTO"]
    undo(owner, batch.id)
    assert [p.title for p in outsiders(owner)["Ann Lee"].positions] == [""]


def test_imports_are_undone_one_after_the_other(owner: Actor) -> None:
    first = bring(owner, table(ANN))
    second = bring(owner, table(ANN.replace("Ann Lee", "Ann Miller")))
    assert undo(owner, second.id).counts["restored"] == 1
    assert set(outsiders(owner)) == {"Ann Lee"}
    assert undo(owner, first.id).counts["removed"] == 1
    assert outsiders(owner) == {}


def test_an_earlier_import_is_not_undone_below_a_later_one(owner: Actor) -> None:
    first = bring(owner, table(ANN))
    bring(owner, table(ANN.replace("Ann Lee", "Ann Miller")))
    assert reasons(undo(owner, first.id)) == {2: ["changed_since"]}
    assert set(outsiders(owner)) == {"Ann Miller"}


def test_undoing_twice_changes_nothing_more(owner: Actor) -> None:
    batch = bring(owner, table(ANN))
    first = undo(owner, batch.id)
    second = undo(owner, batch.id)
    assert (second.version, second.counts) == (first.version, first.counts)


def test_an_import_is_undone_for_thirty_days(owner: Actor) -> None:
    batch = bring(owner, table(ANN))
    with clock.shifted(timedelta(days=31)), pytest.raises(Conflict), acting(owner):
        actions.undo_import(owner, batch.id)
    with clock.shifted(timedelta(days=29)):
        assert undo(owner, batch.id).state == "undone"


def test_a_large_import_is_undone_by_the_worker(
    owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "SMALL", 1)
    batch = bring(owner, table(ANN, BOB))
    with acting(owner):
        started = actions.undo_import(owner, batch.id)
        assert started is not None
        assert started.state == "undoing"
    assert set(outsiders(owner)) == {"Ann Lee", "Bob Ray"}
    assert work_on(batch).state == "undone"
    assert outsiders(owner) == {}


def test_every_table_that_names_people_is_asked(owner: Actor) -> None:
    named = {(table_.name, column.name) for table_, column in references()}
    assert {("give_states", "receiver_id"), ("pair_sums", "other_id")} <= named
    assert not {name for name, _column in named} & {"journal_entries", "import_rows", "persons"}


def test_what_is_over_is_forgotten(owner: Actor) -> None:
    done = bring(owner, table(ANN))
    left = bring(owner, table(BOB), dry_run=True)
    fresh = bring(owner, table(BOB), dry_run=True)
    with acting(owner) as unit:
        assert pruning.prune(clock.now()) == 0
        rows = select(ImportRow).where(ImportRow.batch_id == done.id)
        assert len(list(unit.session.scalars(rows))) == 1
    with clock.shifted(timedelta(days=31)):
        with acting(owner) as unit:
            unit.session.get_one(ImportBatch, (owner.team_id, fresh.id)).error = "touched"
        with acting(owner) as unit:
            assert pruning.prune(clock.now()) == 2
            assert list(unit.session.scalars(rows)) == []
            assert unit.session.get(ImportBatch, (owner.team_id, left.id)) is None
    assert again(done).counts["new"] == 1
    assert again(fresh).state == "ready"


def test_mails_of_removed_people_find_nobody(owner: Actor) -> None:
    undo(owner, bring(owner, table(ANN)).id)
    with acting(owner) as unit:
        assert unit.session.scalars(select(PersonEmail.value)).all() == ["ann@example.org"]
        assert people_queries.find_known_emails(owner, ["ann@example.org"]) == set()
