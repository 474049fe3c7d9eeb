"""Adding and editing people: who may, what changes, and what is written down."""

import pytest
from sqlalchemy import select

from community.core.errors import AppError, NotAllowed, NotFound, Stale
from community.identity.models import Actor
from community.people import actions, queries
from community.people.models import PersonChange
from tests.conftest import counting
from tests.factories.identity import acting, make_member
from tests.factories.people import make_person
from tests.people.doing import FULL, add, edit, emails, journal, loaded, row


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
    assert next((one["id"], one["certainty"]) for one in written.duplicates) == (known, "sure")


def test_the_same_telephone_is_likely_the_same_person(owner: Actor) -> None:
    known = add(owner, "Mara E.", phones=[{"value": "+49 30 901820", "label": ""}])
    with acting(owner):
        written = actions.create_person(
            owner, name="M", phones=[{"value": "+4930901820", "label": ""}]
        )
    assert [(one["id"], one["certainty"]) for one in written.duplicates] == [(known, "likely")]


def test_duplicates_are_sought_again_when_a_person_is_shared(owner: Actor) -> None:
    known = add(owner, "Mara E.", emails=emails("mara@hale.example"))
    author = make_member(owner)
    private = {"audience": "private", "people": [], "circle_id": None}
    mine = add(author, emails=emails("mara@hale.example"), visibility=private)
    with acting(author):
        written = actions.edit_person(
            author, mine, visibility={"audience": "team", "people": [], "circle_id": None}
        )
    assert next((one["id"], one["certainty"]) for one in written.duplicates) == (known, "sure")
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


def test_writing_costs_a_fixed_number_of_statements(owner: Actor) -> None:
    with counting() as sent, acting(owner):
        actions.create_person(owner, name="Mara", **FULL)
    assert len(sent) <= 10, str(sent)
    person_id = add(owner, **FULL)
    with counting() as sent, acting(owner):
        actions.edit_person(owner, person_id, call_name="M")
    assert len(sent) <= 8, str(sent)


def test_refusals_name_the_mend(owner: Actor) -> None:
    """Every refusal has words for people and a code for programs."""
    guest = make_member(owner, role="guest")
    with pytest.raises(AppError) as refused:
        add(guest)
    assert str(refused.value.message)
    assert refused.value.code == "not_allowed"
