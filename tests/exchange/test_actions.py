"""What an import makes and changes: who is matched, what is filled, and what stays as typed."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from community.core.errors import Conflict, NotAllowed, NotFound, RuleBroken
from community.exchange import actions, queries
from community.exchange.actions import FileIn
from community.exchange.actions.batches import MOST_OPEN
from community.exchange.formats.errors import FormatError
from community.exchange.models import Reading
from community.identity.models import Actor, CircleMember
from community.journal.models import JournalEntry
from community.people import actions as people_actions
from community.people import queries as people_queries
from community.people.models import ExternalId, Note, Person, PersonChange
from tests.factories.exchange import TEAM, again, bring, rows_of, table, undo, work_on
from tests.factories.identity import acting, make_circle, make_member
from tests.factories.identity import again as actor_again
from tests.factories.people import make_organisation, make_person

SAMPLES = Path(__file__).parent / "formats" / "samples"
ANN = "Ann Lee,ann@example.org,+49 151 23456789,Acme,CTO,1980-02-03,choir; board,Likes tea,1"
BOB = "Bob Ray,bob@example.org,,,,,,,2"
_PARTS = (Person.emails, Person.phones, Person.links, Person.positions)


def outsiders(actor: Actor) -> dict[str, Person]:
    """Everybody outside the team whom an import of the team may have made, by name."""
    with acting(actor) as unit:
        statement = (
            select(Person)
            .where(Person.deleted_at.is_(None), Person.membership_id.is_(None))
            .options(*[selectinload(part) for part in _PARTS])
        )
        return {person.name: person for person in unit.session.scalars(statement)}


def count(actor: Actor, model: Any) -> int:
    with acting(actor) as unit:
        return unit.session.scalar(select(func.count()).select_from(model)) or 0


def counts(batch: Any) -> dict[str, int]:
    return {name: number for name, number in batch.counts.items() if number}


def test_a_new_person_has_all_that_the_file_says_and_is_the_importers_alone(owner: Actor) -> None:
    batch = bring(owner, table(ANN))
    assert (batch.state, counts(batch)) == ("done", {"new": 1})
    ann = outsiders(owner)["Ann Lee"]
    assert (ann.audience, ann.author_id, ann.source) == ("private", owner.person_id, "import")
    assert [mail.value for mail in ann.emails] == ["ann@example.org"]
    assert [phone.e164 for phone in ann.phones] == ["+4915123456789"]
    assert [(p.organisation, p.title) for p in ann.positions] == [("Acme", "CTO")]
    assert ann.birthday == {"month": 2, "day": 3, "year": 1980}
    assert ann.tags == ["choir", "board"]
    with acting(owner) as unit:
        note = unit.session.scalars(select(Note)).one()
        change = unit.session.scalars(select(PersonChange)).one()
        verbs = list(unit.session.scalars(select(JournalEntry.verb).order_by(JournalEntry.verb)))
        found = people_queries.search_people(owner, "acme")
    assert (note.body, note.audience, note.person_id) == ("Likes tea", "private", ann.id)
    assert (change.batch_id, change.version, change.is_import) == (batch.id, 1, True)
    assert "positions" in change.fields
    assert verbs == ["add", "bring", "import"]
    assert [row.id for row in found] == [ann.id]
    assert again(batch).percent == 100


def test_what_was_read_is_forgotten_with_the_file_once_it_is_published(owner: Actor) -> None:
    batch = bring(owner, table(ANN))
    with acting(owner):
        assert queries.get_content(batch) == b""


def test_the_same_file_twice_adds_nothing(owner: Actor) -> None:
    content = table(ANN, BOB)
    bring(owner, content)
    tables = (Person, ExternalId, Note, PersonChange)
    before = [count(owner, model) for model in tables]
    versions = {name: person.version for name, person in outsiders(owner).items()}
    second = bring(owner, content)
    assert counts(second) == {"unchanged": 2}
    assert [count(owner, model) for model in tables] == before
    assert {name: person.version for name, person in outsiders(owner).items()} == versions


def test_linkedin_knows_people_by_their_address_there(owner: Actor) -> None:
    content = (SAMPLES / "Connections.csv").read_bytes()
    batch = bring(owner, content, filename="Connections.csv")
    assert (batch.format, batch.source) == ("linkedin", "linkedin")
    jorg = outsiders(owner)["Jörg Brandstätter"]
    assert jorg.extra["connected_on"] == "2026-10-19"
    assert jorg.source_detail == "linkedin"
    rows = rows_of(batch)
    assert [row.errors[0]["code"] for row in rows.values() if row.outcome == "error"] == ["no_name"]
    problems = [e["code"] for row in rows.values() if row.outcome == "new" for e in row.errors]
    assert problems == ["email_malformed", "date_unreadable"]
    assert batch.counts["left_out"] == 1


def test_two_rows_of_one_person_join(owner: Actor) -> None:
    more = "Ann Lee,ann@example.org,+49 30 23125 123,,,,walks,,"
    batch = bring(owner, table(ANN, more))
    ann = outsiders(owner)["Ann Lee"]
    assert counts(batch) == {"new": 1, "joined": 1}
    assert [phone.e164 for phone in ann.phones] == ["+4915123456789", "+493023125123"]
    assert ann.tags == ["choir", "board", "walks"]
    assert rows_of(batch)[3].errors == [{"field": None, "code": "joined", "params": {"line": 2}}]


def test_an_update_fills_what_is_empty_and_adds_what_is_new(owner: Actor) -> None:
    make_person(
        owner, "Ann L.", email="ann@example.org", tags=["Choir"], birthday_month=2, birthday_day=3
    )
    batch = bring(owner, table(ANN))
    ann = outsiders(owner)["Ann L."]
    assert counts(batch) == {"update": 1}
    assert rows_of(batch)[2].written["fields"] == [
        "birthday",
        "tags",
        "phones",
        "positions",
        "notes",
        "external_id",
    ]
    assert (ann.name, ann.tags, ann.birthday_year) == ("Ann L.", ["Choir", "board"], 1980)
    assert (ann.version, ann.audience) == (2, "team")
    with acting(owner):
        assert [row.id for row in people_queries.search_people(owner, "acme")] == [ann.id]


def test_what_somebody_typed_is_never_replaced(owner: Actor) -> None:
    bring(owner, table(ANN))
    ann = outsiders(owner)["Ann Lee"]
    with acting(owner):
        people_actions.edit_person(
            owner, ann.id, name="Annie Lee", birthday={"month": 3, "day": 4, "year": None}
        )
    renamed = ANN.replace("Ann Lee", "Ann Miller").replace("1980-02-03", "1981-05-06")
    batch = bring(owner, table(renamed))
    assert counts(batch) == {"unchanged": 1}
    assert outsiders(owner)["Annie Lee"].birthday == {"month": 3, "day": 4, "year": None}


def test_what_the_same_source_wrote_is_brought_up_to_date(owner: Actor) -> None:
    bring(owner, table(ANN))
    moved = ANN.replace("Ann Lee", "Ann Miller").replace("Acme,CTO", "Beta,CEO")
    batch = bring(owner, table(moved))
    ann = outsiders(owner)["Ann Miller"]
    assert counts(batch) == {"update": 1}
    now = {p.organisation: p.to_on for p in ann.positions}
    assert now["Beta"] is None
    assert now["Acme"] is not None, "the old position stays in the history"
    assert counts(bring(owner, table(moved))) == {"unchanged": 1}


def test_another_source_replaces_nothing(owner: Actor) -> None:
    bring(owner, table(ANN), source="crm")
    renamed = ANN.replace("Ann Lee", "Ann Miller").replace("Acme,CTO", "Beta,CEO")
    batch = bring(owner, table(renamed), source="other")
    ann = outsiders(owner)["Ann Lee"]
    assert rows_of(batch)[2].written["fields"] == ["positions", "external_id"]
    assert {p.organisation: p.to_on for p in ann.positions} == {"Acme": None, "Beta": None}


def test_a_private_person_of_another_member_is_neither_matched_nor_revealed(
    owner: Actor, member: Actor
) -> None:
    hidden = make_person(member, "Secret Ann", email="ann@example.org", audience="private")
    batch = bring(owner, table(ANN))
    row = rows_of(batch)[2]
    assert counts(batch) == {"new": 1}
    assert str(hidden.id) not in f"{row.before}{row.written}{row.errors}"
    assert len([p for p in outsiders(owner).values() if p.name in ("Ann Lee", "Secret Ann")]) == 2


def test_what_others_share_is_added_to_only_by_an_import_for_the_team(
    owner: Actor, member: Actor
) -> None:
    make_person(member, "Ann Lee", email="ann@example.org")
    plain = ANN.replace("Likes tea", "")
    private = bring(owner, table(plain))
    assert counts(private) == {"skipped": 1}
    assert rows_of(private)[2].errors[0]["code"] == "seen_by_others"
    assert outsiders(owner)["Ann Lee"].phones == []
    shared = bring(owner, table(plain), visibility=TEAM)
    assert counts(shared) == {"update": 1}
    assert len(outsiders(owner)["Ann Lee"].phones) == 1


def test_a_member_is_known_and_left_alone_but_for_ones_own_note(
    owner: Actor, member: Actor
) -> None:
    with acting(owner):
        people_actions.edit_person(
            member, member.person_id, emails=[{"value": "me@example.org", "label": ""}]
        )
    row = "Somebody,me@example.org,+49 151 23456789,Acme,CTO,,,{note},"
    without = bring(owner, table(row.format(note="")), visibility=TEAM)
    assert counts(without) == {"skipped": 1}
    assert rows_of(without)[2].errors[0]["code"] == "keeps_own"
    noted = bring(owner, table(row.format(note="Plays chess")))
    assert counts(noted) == {"update": 1}
    assert counts(bring(owner, table(row.format(note="Plays chess")))) == {"skipped": 1}
    with acting(owner) as unit:
        note = unit.session.scalars(select(Note)).one()
        told = people_queries.get_person(owner, member.person_id, parts=("phones",))
    assert (note.person_id, note.audience) == (member.person_id, "private")
    assert told.phones == []


def test_ids_of_two_tables_are_not_mixed_up(owner: Actor) -> None:
    bring(owner, table(ANN))
    stranger = "Zoe Quill,zoe@example.org,,,,,,,1"
    mixed = bring(owner, table(stranger))
    assert counts(mixed) == {"error": 1}
    assert rows_of(mixed)[2].errors[0]["code"] == "id_of_another"
    assert counts(bring(owner, table(stranger), source="crm")) == {"new": 1}


def test_ids_are_kept_for_each_importer(owner: Actor, member: Actor) -> None:
    bring(owner, table("Ann Lee,,,,,,,,1"))
    batch = bring(member, table("Zoe Quill,,,,,,,,1"))
    assert counts(batch) == {"new": 1}


def test_somebody_deleted_comes_anew_and_takes_the_id_along(owner: Actor) -> None:
    bring(owner, table(ANN))
    ann = outsiders(owner)["Ann Lee"]
    with acting(owner):
        people_actions.delete_person(owner, ann.id)
    assert counts(bring(owner, table(ANN))) == {"new": 1}
    assert counts(bring(owner, table(ANN))) == {"unchanged": 1}


def test_a_preview_changes_nobody_and_publishing_makes_it_true(owner: Actor) -> None:
    batch = bring(owner, table(ANN, BOB), dry_run=True)
    assert (batch.state, counts(batch)) == ("ready", {"new": 2})
    assert outsiders(owner) == {}
    with acting(owner):
        actions.publish_import(owner, batch.id)
        actions.publish_import(owner, batch.id)
    done = work_on(batch)
    assert (done.state, set(outsiders(owner))) == ("done", {"Ann Lee", "Bob Ray"})


def test_publishing_knows_who_came_and_went_since_the_preview(owner: Actor) -> None:
    gone = make_person(owner, "Bob Ray", email="bob@example.org")
    batch = bring(owner, table(ANN, BOB), dry_run=True)
    assert counts(batch) == {"new": 1, "unchanged": 1}
    make_person(owner, "Ann here", email="ann@example.org")
    with acting(owner):
        people_actions.delete_person(owner, gone.id)
        actions.publish_import(owner, batch.id)
    assert counts(work_on(batch)) == {"new": 1, "update": 1}
    people = outsiders(owner)
    assert set(people) == {"Ann here", "Bob Ray"}
    assert people["Bob Ray"].id != gone.id


def test_two_previews_of_one_file_make_everybody_once(owner: Actor) -> None:
    first, second = (bring(owner, table(ANN, BOB), dry_run=True) for _time in range(2))
    for batch in (first, second):
        with acting(owner):
            actions.publish_import(owner, batch.id)
    assert counts(work_on(first)) == {"new": 2}
    assert counts(work_on(second)) == {"unchanged": 2}
    assert len(outsiders(owner)) == 2


def test_a_preview_is_read_anew_with_other_columns(owner: Actor) -> None:
    batch = bring(owner, b"Who,Name\nAnn Lee,CTO\n", dry_run=True)
    reading = Reading(columns={"Who": "name", "Name": "position"})
    with acting(owner):
        actions.read_import(owner, batch.id, reading=reading, visibility=TEAM)
    ready = work_on(batch)
    assert (ready.state, rows_of(ready)[2].data["name"]) == ("ready", "Ann Lee")
    with acting(owner):
        actions.publish_import(owner, batch.id)
    work_on(batch)
    ann = outsiders(owner)["Ann Lee"]
    assert (ann.audience, ann.positions[0].title) == ("team", "CTO")


def test_a_circle_sees_what_is_imported_for_it_while_one_is_in_it(owner: Actor) -> None:
    circle = make_circle(owner)
    actor = actor_again(owner)
    visibility = {"audience": "circle", "people": [], "circle_id": circle.id}
    bring(actor, table(ANN), visibility=visibility)
    assert outsiders(owner)["Ann Lee"].circle_id == circle.id
    left = bring(actor, table(BOB), visibility=visibility, dry_run=True)
    with acting(owner) as unit:
        actions.publish_import(actor, left.id)
        unit.session.execute(CircleMember.__table__.delete())
    failed = work_on(left)
    assert (failed.state, "circle" in str(failed.error)) == ("failed", True)
    assert set(outsiders(owner)) == {"Ann Lee"}


def test_a_foreign_circle_is_refused_before_anything_is_kept(owner: Actor, member: Actor) -> None:
    circle = make_circle(member)
    visibility = {"audience": "circle", "people": [], "circle_id": circle.id}
    with pytest.raises(RuleBroken), acting(owner):
        actions.start_import(owner, FileIn(table(ANN)), visibility=visibility)


def test_guests_import_nobody(owner: Actor) -> None:
    guest = make_member(owner, role="guest")
    with pytest.raises(NotAllowed), acting(guest):
        actions.start_import(guest, FileIn(table(ANN)))


def test_nobody_sees_the_imports_of_others(owner: Actor, member: Actor) -> None:
    batch = bring(member, table(ANN))
    for act in (queries.get_batch, actions.publish_import, actions.undo_import):
        with pytest.raises(NotFound), acting(owner):
            act(owner, batch.id)


def test_a_table_without_a_name_is_refused_with_its_columns(owner: Actor) -> None:
    with pytest.raises(RuleBroken) as refused, acting(owner):
        actions.start_import(owner, FileIn(b"Aaa,Bbb\n1,2\n"))
    assert (refused.value.code, refused.value.field) == ("mapping_without_name", "mapping")
    assert "Aaa, Bbb" in str(refused.value.message)
    unknown = Reading(columns={"Ccc": "name"})
    with pytest.raises(FormatError) as wrong, acting(owner):
        actions.start_import(owner, FileIn(b"Aaa,Bbb\n1,2\n", reading=unknown))
    assert (wrong.value.code, wrong.value.field) == ("mapping_unknown_column", "mapping")


def test_unfinished_imports_are_few(owner: Actor) -> None:
    with acting(owner):
        for _number in range(MOST_OPEN):
            actions.start_import(owner, FileIn(table(ANN)), draft=True)
        with pytest.raises(Conflict):
            actions.start_import(owner, FileIn(table(ANN)), draft=True)


def test_a_discarded_import_is_gone(owner: Actor) -> None:
    batch = bring(owner, table(ANN), dry_run=True)
    with acting(owner):
        assert actions.undo_import(owner, batch.id) is None
        with pytest.raises(NotFound):
            queries.get_batch(owner, batch.id)


def test_what_is_pasted_tells_its_own_lines(owner: Actor) -> None:
    batch = bring(owner, b'"Name","Email"\n"Ann","x"\n', shift=1)
    assert [row.line for row in rows_of(batch).values()] == [1]


def test_finished_imports_change_no_more(owner: Actor) -> None:
    batch = bring(owner, table(ANN))
    with pytest.raises(Conflict), acting(owner):
        actions.read_import(owner, batch.id, reading=Reading())
    undo(owner, batch.id)
    with pytest.raises(Conflict), acting(owner):
        actions.publish_import(owner, batch.id)


def test_an_imported_name_means_the_organisation_the_importer_sees(owner: Actor) -> None:
    acme = make_organisation(owner, "ACME")
    make_organisation(make_member(owner), "Hidden", audience="private")
    bring(owner, table(ANN, "Cy Doe,cy@example.org,,Hidden,,,,,3"))
    found = outsiders(owner)
    places = {name: found[name].positions[0].organisation_id for name in ("Ann Lee", "Cy Doe")}
    assert places == {"Ann Lee": acme.id, "Cy Doe": None}
