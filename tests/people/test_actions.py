"""Use cases: who may, what changes, what is written down, and what can be undone."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from community.core import clock, db
from community.core.errors import AppError, Conflict, NotAllowed, NotFound, RuleBroken, Stale
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.journal.models import JournalEntry, OpenedBy
from community.notifications.models import Notice
from community.people import actions, queries
from community.people.models import ExternalId, Person, PersonChange
from community.people.queries import Filter
from tests.conftest import counting
from tests.factories.identity import acting, again, make_circle, make_member
from tests.factories.people import make_note, make_person


def add(actor: Actor, name: str = "Mara Ellison", **given: Any) -> UUID:
    with acting(actor):
        return actions.create_person(actor, name=name, **given).person.id


def edit(actor: Actor, person_id: UUID, **given: Any) -> list[str]:
    with acting(actor):
        return actions.edit_person(actor, person_id, **given).fields


def row(actor: Actor, person_id: UUID) -> Any:
    with acting(actor):
        return queries.get_person_row(actor, person_id)


def loaded(actor: Actor, person_id: UUID) -> Person:
    with acting(actor):
        return queries.get_person(actor, person_id, parts=queries.PARTS)


def journal(actor: Actor, thing_id: UUID) -> list[tuple[str, list[str]]]:
    with acting(actor) as unit:
        rows = unit.session.scalars(
            select(JournalEntry).where(JournalEntry.thing_id == thing_id).order_by(JournalEntry.id)
        )
        return [(entry.verb, entry.fields) for entry in rows]


def emails(*values: str) -> list[dict[str, str]]:
    return [{"value": value, "label": ""} for value in values]


FULL: dict[str, Any] = {
    "call_name": "Mara",
    "emails": [
        {"value": "mara@hale.example", "label": "work"},
        {"value": "m@home.example", "label": ""},
    ],
    "phones": [{"value": "+49 30 901820", "label": "office"}, {"value": "ask her", "label": ""}],
    "links": [{"value": "https://mara.example", "label": "site"}],
    "birthday": {"month": 2, "day": 29, "year": None},
    "tags": ["Design", "design", "Mentor"],
    "positions": [
        {"organisation": "Hale Studio", "title": "Designer", "from_on": None, "to_on": None}
    ],
}


def test_a_person_keeps_everything_that_was_entered(owner: Actor) -> None:
    person = loaded(owner, add(owner, **FULL))
    assert [(e.value, e.label) for e in person.emails] == [
        ("mara@hale.example", "work"),
        ("m@home.example", ""),
    ]
    assert [(p.value, p.e164) for p in person.phones] == [
        ("+49 30 901820", "+4930901820"),
        ("ask her", None),
    ]
    assert [link.value for link in person.links] == ["https://mara.example"]
    assert person.birthday == {"month": 2, "day": 29, "year": None}
    assert person.tags == ["Design", "Mentor"]
    assert [(p.organisation, p.title) for p in person.positions] == [("Hale Studio", "Designer")]
    assert (person.audience, person.author_id, person.source) == ("team", owner.person_id, "typed")


def test_a_person_is_found_by_address_and_organisation_at_once(owner: Actor) -> None:
    person_id = add(owner, **FULL)
    for typed in ("hale studio", "home.example", "mara@hale"):
        with acting(owner):
            assert [r.id for r in queries.search_people(owner, typed)] == [person_id]
    edit(owner, person_id, emails=emails("new@corvid.example"), positions=[])
    with acting(owner):
        assert queries.search_people(owner, "hale studio") == []
        assert [r.id for r in queries.search_people(owner, "corvid")] == [person_id]


def test_guests_add_nobody(owner: Actor) -> None:
    guest = make_member(owner, role="guest")
    with pytest.raises(NotAllowed):
        add(guest)


def test_the_same_mail_is_told_and_not_refused(owner: Actor) -> None:
    known = add(owner, "Mara E.", emails=emails("mara@hale.example"))
    hidden_author = make_member(owner)
    add(
        hidden_author,
        emails=emails("mara@hale.example"),
        visibility={"audience": "private", "people": [], "circle_id": None},
    )
    with acting(owner):
        written = actions.create_person(owner, name="Mara", emails=emails("mara@hale.example"))
    assert written.duplicates == [{"id": known, "name": "Mara E.", "certainty": "sure"}]


def test_the_same_telephone_is_likely_the_same_person(owner: Actor) -> None:
    known = add(owner, "Mara E.", phones=[{"value": "+49 30 901820", "label": ""}])
    with acting(owner):
        written = actions.create_person(
            owner, name="M", phones=[{"value": "+4930901820", "label": ""}]
        )
    assert written.duplicates == [{"id": known, "name": "Mara E.", "certainty": "likely"}]


def test_duplicates_are_sought_again_when_a_person_is_shared(owner: Actor) -> None:
    known = add(owner, "Mara E.", emails=emails("mara@hale.example"))
    author = make_member(owner)
    private = {"audience": "private", "people": [], "circle_id": None}
    mine = add(author, emails=emails("mara@hale.example"), visibility=private)
    with acting(author):
        written = actions.edit_person(
            author, mine, visibility={"audience": "team", "people": [], "circle_id": None}
        )
    assert written.duplicates == [{"id": known, "name": "Mara E.", "certainty": "sure"}]
    assert written.fields == ["visibility"]


def test_editing_changes_what_is_given_and_nothing_else(owner: Actor) -> None:
    person_id = add(owner, **FULL)
    before = row(owner, person_id)
    assert edit(owner, person_id, name="Mara Lind") == ["name"]
    after = row(owner, person_id)
    assert (after.name, after.sort_key) == ("Mara Lind", "mara lind")
    assert (after.emails, after.phones, after.tags) == (before.emails, before.phones, before.tags)
    assert after.version == before.version + 1
    assert after.updated_at > before.updated_at


@pytest.mark.parametrize("part", ["emails", "phones", "links", "positions", "tags"])
def test_a_changed_list_is_a_new_version_and_an_emptied_one_is_empty(
    owner: Actor, part: str
) -> None:
    person_id = add(owner, **FULL)
    version = row(owner, person_id).version
    assert edit(owner, person_id, **{part: []}) == [part]
    person = loaded(owner, person_id)
    assert list(getattr(person, part)) == []
    assert person.version == version + 1


def test_lists_are_reordered_and_relabelled_in_place(owner: Actor) -> None:
    person_id = add(owner, **FULL)
    ids = {e.value: e.id for e in loaded(owner, person_id).emails}
    given = [
        {"value": "m@home.example", "label": "home"},
        {"value": "new@hale.example", "label": ""},
        {"value": "mara@hale.example", "label": "work"},
    ]
    edit(owner, person_id, emails=given)
    now = loaded(owner, person_id).emails
    assert [(e.value, e.label) for e in now] == [(g["value"], g["label"]) for g in given]
    assert {e.value: e.id for e in now if e.value in ids} == ids


def test_saving_the_same_again_changes_nothing(owner: Actor) -> None:
    person_id = add(owner, **FULL)
    version = row(owner, person_id).version
    assert edit(owner, person_id, name="Mara Ellison", **FULL) == []
    assert row(owner, person_id).version == version


def test_an_edit_of_an_older_version_is_refused_and_changes_nothing(owner: Actor) -> None:
    person_id = add(owner)
    version = row(owner, person_id).version
    edit(owner, person_id, version=version, name="First")
    with pytest.raises(Stale):
        edit(owner, person_id, version=version, name="Second")
    assert row(owner, person_id).name == "First"


def test_rights_are_asked_before_anything_changes(owner: Actor, stranger: Actor) -> None:
    author, guest = make_member(owner), make_member(owner, role="guest")
    shared = make_person(
        author, audience="people", audience_people=[owner.person_id, guest.person_id]
    )
    hidden = make_person(author, audience="private")
    for actor, person, error in (
        (owner, shared, NotAllowed),
        (guest, shared, NotAllowed),
        (owner, hidden, NotFound),
        (stranger, shared, NotFound),
    ):
        for act in (actions.edit_person, actions.archive_person, actions.delete_person):
            given = {"name": "X"} if act is actions.edit_person else {}
            with pytest.raises(error), acting(actor):
                act(actor, person.id, **given)
    assert row(author, shared.id).name == shared.name


def test_every_write_is_in_the_journal_without_its_words(owner: Actor) -> None:
    person_id = add(owner, **FULL)
    edit(owner, person_id, name="Mara Lind", tags=["New"])
    with acting(owner):
        actions.archive_person(owner, person_id)
    with acting(owner):
        actions.archive_person(owner, person_id)
    with acting(owner):
        actions.unarchive_person(owner, person_id)
    with acting(owner):
        actions.delete_person(owner, person_id)
    with acting(owner):
        actions.restore_person(owner, person_id)
    assert journal(owner, person_id) == [
        ("add", []),
        ("edit", ["name", "tags"]),
        ("archive", []),
        ("unarchive", []),
        ("delete", []),
        ("restore", []),
    ]


def test_who_changed_which_field_is_kept_for_an_imports_undo(owner: Actor) -> None:
    person_id = add(owner)
    edit(owner, person_id, name="Mara Lind", tags=["New"])
    with acting(owner):
        actions.add_note(owner, person_id, body="x")
    with acting(owner) as unit:
        changes = unit.session.scalars(
            select(PersonChange)
            .where(PersonChange.person_id == person_id)
            .order_by(PersonChange.changed_at)
        ).all()
    assert [(c.fields, c.changed_by_id, c.is_import) for c in changes] == [
        (["name", "tags"], owner.person_id, False),
        (["notes"], owner.person_id, False),
    ]
    assert changes[0].version == row(owner, person_id).version


AUDIENCES = {
    "private": {"audience": "private", "people": [], "circle_id": None},
    "team": {"audience": "team", "people": [], "circle_id": None},
}


def test_only_the_author_says_who_sees_a_person(owner: Actor) -> None:
    author = make_member(owner)
    person_id = add(author)
    with pytest.raises(NotAllowed):
        edit(owner, person_id, visibility=AUDIENCES["private"])
    assert edit(owner, person_id, visibility=AUDIENCES["team"]) == []
    assert edit(author, person_id, visibility=AUDIENCES["private"]) == ["visibility"]
    with pytest.raises(NotFound):
        row(owner, person_id)


def test_an_audience_names_members_and_own_circles_only(owner: Actor) -> None:
    author, inside = make_member(owner), make_member(owner)
    outsider = add(author, "Outsider")
    circle, foreign = make_circle(author), make_circle(inside)
    author = again(author)
    for given, code in (
        ({"audience": "people", "people": [outsider], "circle_id": None}, "not_a_member"),
        ({"audience": "people", "people": [db.new_id()], "circle_id": None}, "not_a_member"),
        ({"audience": "circle", "people": [], "circle_id": foreign.id}, "not_your_circle"),
        ({"audience": "circle", "people": [], "circle_id": None}, "not_your_circle"),
    ):
        with pytest.raises(RuleBroken) as refused:
            add(author, visibility=given)
        assert refused.value.code == code
    person_id = add(author, visibility={"audience": "circle", "people": [], "circle_id": circle.id})
    assert row(author, person_id).circle_id == circle.id
    named = [inside.person_id, author.person_id, inside.person_id]
    person_id = add(author, visibility={"audience": "people", "people": named, "circle_id": None})
    assert row(inside, person_id).audience_people == [inside.person_id]


def test_an_audience_of_nobody_else_is_private(owner: Actor) -> None:
    for people in ([], [owner.person_id]):
        person_id = add(
            owner, visibility={"audience": "people", "people": people, "circle_id": None}
        )
        assert row(owner, person_id).audience == "private"


def test_a_member_is_edited_by_themself_or_an_owner_and_never_deleted(owner: Actor) -> None:
    member, other = make_member(owner), make_member(owner, role="steward")
    assert edit(member, member.person_id, call_name="Me") == ["call_name"]
    assert edit(owner, member.person_id, tags=["Mentor"]) == ["tags"]
    with pytest.raises(NotAllowed):
        edit(other, member.person_id, name="Changed")
    with pytest.raises(NotAllowed):
        edit(member, member.person_id, visibility=AUDIENCES["private"])
    for act in (actions.delete_person, actions.archive_person):
        with pytest.raises(NotAllowed), acting(owner):
            act(owner, member.person_id)


def test_archived_people_leave_the_list_and_come_back(owner: Actor) -> None:
    person_id = add(owner)
    with acting(owner):
        actions.archive_person(owner, person_id)
    with acting(owner):
        assert queries.find_people(owner, Filter(is_member=False), PageRequest()).items == []
        assert queries.get_person(owner, person_id).state == "archived"
        actions.unarchive_person(owner, person_id)
    with acting(owner):
        assert len(queries.find_people(owner, Filter(is_member=False), PageRequest()).items) == 1


def test_a_deleted_person_is_gone_for_everybody_and_comes_back_whole(owner: Actor) -> None:
    person_id = add(owner, **FULL)
    make_note(owner, person_id, "kept")
    before = row(owner, person_id)
    with acting(owner):
        actions.delete_person(owner, person_id, version=before.version)
    with pytest.raises(NotFound):
        row(owner, person_id)
    with acting(owner):
        assert queries.search_people(owner, "mara") == []
        actions.restore_person(owner, person_id)
    after = row(owner, person_id)
    assert (after.name, after.emails, after.positions) == (
        before.name,
        before.emails,
        before.positions,
    )
    with acting(owner):
        assert [n.body for n in queries.find_notes(owner, person_id, PageRequest()).items] == [
            "kept"
        ]


def test_deleting_an_older_version_is_refused(owner: Actor) -> None:
    person_id = add(owner)
    edit(owner, person_id, name="Other")
    with pytest.raises(Stale), acting(owner):
        actions.delete_person(owner, person_id, version=1)


def test_a_deletion_is_undone_by_who_may_and_within_thirty_days(owner: Actor) -> None:
    author = make_member(owner)
    for days, actor, comes_back in (
        (29, author, True),
        (31, author, False),
        (1, make_member(owner), False),
        (1, owner, True),
    ):
        person_id = add(author)
        with acting(author):
            actions.delete_person(author, person_id)
        with clock.shifted(timedelta(days=days)):
            if comes_back:
                with acting(actor):
                    actions.restore_person(actor, person_id)
                assert row(author, person_id).id == person_id
            else:
                with pytest.raises(NotFound), acting(actor):
                    actions.restore_person(actor, person_id)


def test_restoring_a_hidden_persons_deletion_says_nothing(owner: Actor) -> None:
    author = make_member(owner)
    person_id = add(author, visibility=AUDIENCES["private"])
    with acting(author):
        actions.delete_person(author, person_id)
    with pytest.raises(NotFound), acting(owner):
        actions.restore_person(owner, person_id)


def test_an_external_id_stands_for_one_person_of_its_source(owner: Actor) -> None:
    person_id = add(owner, external_id="7", source="crm")
    assert row(owner, person_id).external_id == "7"
    with pytest.raises(Conflict) as refused:
        add(owner, external_id="7", source="crm")
    assert refused.value.field == "external_id"
    other = add(owner, external_id="7", source="other")
    assert other != person_id
    assert edit(owner, person_id, external_id="8") == ["external_id"]
    assert edit(owner, person_id, external_id="8") == []
    assert row(owner, person_id).external_id == "8"
    with acting(owner) as unit:
        assert (
            len(
                unit.session.scalars(
                    select(ExternalId).where(ExternalId.person_id == person_id)
                ).all()
            )
            == 1
        )


def test_another_member_may_use_the_same_external_id(owner: Actor, member: Actor) -> None:
    assert add(owner, external_id="7") != add(member, external_id="7")


def test_an_external_id_of_a_deleted_person_is_free_again(owner: Actor) -> None:
    first = add(owner, external_id="7")
    with acting(owner):
        actions.delete_person(owner, first)
    second = add(owner, external_id="7")
    assert row(owner, second).external_id == "7"


def test_writing_costs_a_fixed_number_of_statements(owner: Actor) -> None:
    with counting() as sent, acting(owner):
        actions.create_person(owner, name="Mara", **FULL)
    assert len(sent) <= 9, str(sent)
    person_id = add(owner, **FULL)
    with counting() as sent, acting(owner):
        actions.edit_person(owner, person_id, call_name="M")
    assert len(sent) <= 8, str(sent)


def bulk(actor: Actor, *items: dict[str, Any]) -> list[tuple[UUID, str]]:
    with acting(actor):
        return [(person.id, outcome) for person, outcome in actions.upsert_people(actor, items)]


def test_many_people_are_added_once_and_then_brought_up_to_date(owner: Actor) -> None:
    items = [
        {"name": f"Person {n}", "external_id": str(n), "emails": emails(f"p{n}@example.org")}
        for n in range(40)
    ]
    with counting() as sent:
        first = bulk(owner, *items)
    assert len(sent) < 40 + 20, len(sent)
    assert {outcome for _id, outcome in first} == {"created"}
    with counting() as sent:
        again_ = bulk(owner, *items)
    assert len(sent) < 12, str(sent)
    assert again_ == [(person_id, "unchanged") for person_id, _outcome in first]
    changed = bulk(
        owner, {"name": "Renamed", "external_id": "3"}, {"name": "New", "external_id": "99"}
    )
    assert [outcome for _id, outcome in changed] == ["updated", "created"]
    person = loaded(owner, first[3][0])
    assert (person.name, [e.value for e in person.emails]) == ("Renamed", ["p3@example.org"])
    assert journal(owner, person.id) == [("add", []), ("edit", ["name"])]


def test_a_list_with_one_refused_person_changes_nobody(owner: Actor) -> None:
    author = make_member(owner)
    person_id = add(author, external_id="1")
    edit(
        author,
        person_id,
        visibility={"audience": "people", "people": [owner.person_id], "circle_id": None},
    )
    with acting(owner):
        db.add(
            ExternalId(
                person_id=person_id, importer_id=owner.person_id, source="api", external_id="1"
            )
        )
    with pytest.raises(NotAllowed) as refused:
        bulk(owner, {"name": "New", "external_id": "2"}, {"name": "Changed", "external_id": "1"})
    assert refused.value.field == "items.1.external_id"
    with pytest.raises(RuleBroken) as repeated:
        bulk(owner, {"name": "A", "external_id": "5"}, {"name": "B", "external_id": "5"})
    assert repeated.value.field == "items.1.external_id"
    with acting(owner):
        assert queries.find_people(owner, Filter(external_id="2"), PageRequest()).items == []


def test_an_id_of_somebody_hidden_by_now_is_refused(owner: Actor) -> None:
    author = make_member(owner)
    person_id = add(author, visibility=AUDIENCES["private"])
    with acting(owner):
        db.add(
            ExternalId(
                person_id=person_id, importer_id=owner.person_id, source="api", external_id="1"
            )
        )
    with pytest.raises(Conflict):
        bulk(owner, {"name": "X", "external_id": "1"})


def test_guests_add_nobody_in_bulk(owner: Actor) -> None:
    guest = make_member(owner, role="guest")
    with pytest.raises(NotAllowed):
        bulk(guest, {"name": "X", "external_id": "1"})


# --- notes -----------------------------------------------------------------------------------


def note(actor: Actor, person_id: UUID, body: str = "A *word*.", **given: Any) -> Any:
    with acting(actor):
        return actions.add_note(actor, person_id, body=body, **given)


def notices(actor: Actor) -> list[Notice]:
    with acting(actor) as unit:
        return list(
            unit.session.scalars(
                select(Notice)
                .where(Notice.member_id == actor.member_id, Notice.withdrawn_at.is_(None))
                .order_by(Notice.id)
            )
        )


def test_a_note_is_private_unless_its_author_says_otherwise(owner: Actor) -> None:
    person_id = add(owner)
    assert note(owner, person_id).audience == "private"
    with acting(owner) as unit:
        unit.session.execute(
            text("UPDATE memberships SET default_audience = 'team' WHERE team_id = :t AND id = :m"),
            {"t": owner.team_id, "m": owner.member_id},
        )
    assert note(again(owner), person_id).audience == "team"
    assert note(again(owner), person_id, visibility=AUDIENCES["private"]).audience == "private"


def test_what_happened_is_apart_from_when_it_was_typed(owner: Actor) -> None:
    person_id = add(owner)
    written = note(owner, person_id)
    assert written.happened_at == written.created_at
    earlier = written.created_at - timedelta(days=400)
    assert note(owner, person_id, happened_at=earlier).happened_at == earlier


def test_notes_are_changed_by_their_author_alone(owner: Actor) -> None:
    author = make_member(owner)
    person_id = add(author)
    written = note(author, person_id, visibility=AUDIENCES["team"])
    for act in (actions.edit_note, actions.delete_note):
        given = {"body": "mine now"} if act is actions.edit_note else {}
        with pytest.raises(NotAllowed), acting(owner):
            act(owner, written.id, **given)
    with acting(author):
        edited = actions.edit_note(author, written.id, version=written.version, body="Better.")
    assert (edited.body, edited.version) == ("Better.", written.version + 1)
    with pytest.raises(Stale), acting(author):
        actions.edit_note(author, written.id, version=written.version, body="Late.")
    with pytest.raises(Stale), acting(author):
        actions.delete_note(author, written.id, version=written.version)


def test_a_note_needs_a_person_one_sees(owner: Actor, stranger: Actor) -> None:
    hidden = make_person(make_member(owner), audience="private")
    for actor, person_id in ((owner, hidden.id), (stranger, add(owner))):
        with pytest.raises(NotFound):
            note(actor, person_id)
    guest = make_member(owner, role="guest")
    with pytest.raises(NotAllowed):
        note(guest, guest.person_id)


def test_a_deleted_note_comes_back_for_its_author(owner: Actor, member: Actor) -> None:
    written = note(owner, add(owner), visibility=AUDIENCES["team"])
    with acting(owner):
        actions.delete_note(owner, written.id)
    with pytest.raises(NotFound), acting(owner):
        queries.get_note_row(owner, written.id)
    with pytest.raises(NotFound), acting(member):
        actions.restore_note(member, written.id)
    with acting(owner):
        actions.restore_note(owner, written.id)
    with acting(member):
        assert queries.get_note_row(member, written.id).body == "A *word*."
    assert [verb for verb, _fields in journal(owner, written.id)] == ["add", "delete", "restore"]


def test_a_member_hears_once_of_a_note_shared_about_them(owner: Actor) -> None:
    subject = make_member(owner)
    written = note(owner, subject.person_id, visibility=AUDIENCES["team"])
    [notice] = notices(subject)
    assert (notice.kind, notice.thing_id, notice.from_person_id) == (
        "note_about_you",
        written.id,
        owner.person_id,
    )
    assert notice.visible_at - notice.created_at == timedelta(seconds=60)
    with acting(owner):
        actions.edit_note(owner, written.id, body="Changed.")
    assert len(notices(subject)) == 1


def test_no_notice_of_private_notes_ones_own_or_outsiders(owner: Actor) -> None:
    subject = make_member(owner)
    note(owner, subject.person_id)
    note(subject, subject.person_id, visibility=AUDIENCES["team"])
    note(owner, add(owner), visibility=AUDIENCES["team"])
    assert notices(subject) == notices(owner) == []


def test_a_note_that_is_taken_back_is_not_told_of_and_told_again_when_shared_again(
    owner: Actor,
) -> None:
    subject = make_member(owner)
    written = note(owner, subject.person_id, visibility=AUDIENCES["team"])
    for audience, told in (("private", 0), ("team", 1), ("private", 0)):
        with acting(owner):
            actions.edit_note(owner, written.id, visibility=AUDIENCES[audience])
        assert len(notices(subject)) == told
    with acting(owner):
        actions.edit_note(owner, written.id, visibility=AUDIENCES["team"])
    with acting(owner):
        actions.delete_note(owner, written.id)
    assert notices(subject) == []
    with acting(owner):
        actions.restore_note(owner, written.id)
    assert len(notices(subject)) == 1


def test_a_member_who_left_is_told_nothing(owner: Actor) -> None:
    subject = make_member(owner)
    with acting(owner) as unit:
        unit.session.execute(
            text("UPDATE memberships SET state = 'left' WHERE team_id = :t AND id = :m"),
            {"t": subject.team_id, "m": subject.member_id},
        )
    note(owner, subject.person_id, visibility=AUDIENCES["team"])
    assert notices(subject) == []


def test_reading_about_a_member_is_noted_once_a_day(owner: Actor, member: Actor) -> None:
    for _ in range(3):
        actions.note_opening(owner, member.person_id)
    actions.note_opening(member, member.person_id)
    with acting(owner) as unit:
        rows = unit.session.scalars(
            select(OpenedBy).where(OpenedBy.person_id == member.person_id)
        ).all()
    assert [r.reader_id for r in rows] == [owner.person_id]


def test_refusals_name_the_mend(owner: Actor) -> None:
    """Every refusal has words for people and a code for programs."""
    guest = make_member(owner, role="guest")
    with pytest.raises(AppError) as refused:
        add(guest)
    assert str(refused.value.message)
    assert refused.value.code == "not_allowed"
