"""A circle is called by its name wherever something says who sees it, for those who are in it."""

import pytest

from community.core import slugs
from community.identity.models import Actor, Circle
from community.ledger import actions as ledger
from community.ledger.actions import Draft
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import acting, again, make_circle, make_member
from tests.factories.people import make_note, make_person
from tests.web_client import Portal, words_of


@pytest.fixture
def subject(owner: Actor) -> Actor:
    return make_member(owner, "Sami Subject")


@pytest.fixture
def circle(owner: Actor, subject: Actor) -> Circle:
    return make_circle(owner, subject, name="Studio")


def note_in(circle: Circle, owner: Actor, subject: Actor, body: str = "Leads the choir.") -> str:
    note = make_note(owner, subject.person_id, body, audience="circle", circle_id=circle.id)
    return f"/notes/{note.id}/edit"


def page_of(person: Actor) -> str:
    return f"/people/{slugs.slug(person.person_id, person.name)}"


def test_notes_and_people_of_a_circle_name_it(
    app: CommunityFlask, owner: Actor, subject: Actor, circle: Circle
) -> None:
    note = note_in(circle, owner, subject)
    make_person(owner, "Petra Jansen", audience="circle", circle_id=circle.id)
    reader = Portal(app, again(subject))
    for path in ("/me/about", note, page_of(subject), "/people?view=list"):
        said = words_of(reader.get(path))
        assert circle.name in said, path
        assert "A circle" not in said, path


def test_help_in_a_circle_names_it(
    app: CommunityFlask, owner: Actor, subject: Actor, circle: Circle
) -> None:
    owner, subject = again(owner), again(subject)
    with acting(owner):
        shared = {"audience": "circle", "circle_id": circle.id}
        draft = Draft(receiver_id=subject.person_id, story="An hour.", visibility=shared)
        give = ledger.log_give(owner, draft).entry.give.id
    for path in (f"/gives/{give}", "/me/about"):
        said = words_of(Portal(app, subject).get(path))
        assert circle.name in said, path
        assert "A circle" not in said, path


def test_who_is_not_in_it_any_more_is_told_no_name(
    app: CommunityFlask, owner: Actor, subject: Actor, circle: Circle
) -> None:
    """Whoever wrote a note still reads it, but not what a circle they left is called by now."""
    note = note_in(circle, subject, owner)
    with acting(owner) as unit:
        unit.session.connection().exec_driver_sql(
            "DELETE FROM circle_members WHERE member_id = %s", (subject.member_id,)
        )
    said = words_of(Portal(app, again(subject)).get(page_of(owner)))
    assert "Leads the choir." in said
    assert "A circle" in said
    assert circle.name not in said
    assert Portal(app, again(subject)).get(note).status_code == 200


def test_however_many_there_are_the_names_are_asked_for_once(
    app: CommunityFlask, owner: Actor, subject: Actor, circle: Circle
) -> None:
    reader = Portal(app, again(subject))
    note_in(circle, owner, subject)
    reader.get("/me/about")
    with counting() as one:
        reader.get("/me/about")
    for number in range(5):
        note_in(circle, owner, subject, f"Note {number}.")
    with counting() as several:
        reader.get("/me/about")
    assert len(several) == len(one)
