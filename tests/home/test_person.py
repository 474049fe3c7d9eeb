"""The page of one person: what it may cost, where it leads, and that reading of a member is noted."""

from datetime import date

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from community.core import db, slugs
from community.identity.models import Actor
from community.journal.models import OpenedBy
from community.people.models import Person, Position
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import acting, make_circle, make_member
from tests.factories.people import make_note, make_person
from tests.web_client import Portal


def path(person: Person) -> str:
    return f"/people/{slugs.slug(person.id, person.name)}"


def readers(actor: Actor, person_id: object) -> list[object]:
    with acting(actor) as unit:
        statement = select(OpenedBy.reader_id).where(OpenedBy.person_id == person_id)
        return list(unit.session.scalars(statement))


def test_a_page_costs_few_statements(app: CommunityFlask, owner: Actor) -> None:
    portal, person = Portal(app, owner), make_person(owner, "Mara Ellison", email="m@x.example")
    for number in range(5):
        make_note(owner, person.id, f"note {number}")
    portal.get(path(person)).close()
    with counting() as sent:
        response = portal.get(path(person))
        response.close()
    assert response.status_code == 200
    assert len(sent) <= 12, str(sent)


def test_a_note_is_written_on_the_page(app: CommunityFlask, owner: Actor) -> None:
    portal, person = Portal(app, owner), make_person(owner, "Mara Ellison")
    soup = BeautifulSoup(portal.get(path(person)).get_data(as_text=True), "html.parser")
    action = soup.select_one("#note form")["action"]
    sent = portal.post(action, {"body": "Likes **hills**.", "visibility": "private"})
    assert sent.headers["Location"] == portal.path(path(person))
    assert "<strong>hills</strong>" in portal.get(path(person)).get_data(as_text=True)


def test_who_read_about_a_person_is_noted_after_the_answer(
    app: CommunityFlask, owner: Actor
) -> None:
    member, outsider = make_member(owner, "Ivy Okonjo"), make_person(owner, "Mara")
    portal = Portal(app, owner)
    portal.get(f"/people/{slugs.slug(member.person_id, 'Ivy Okonjo')}").close()
    portal.get(path(outsider)).close()
    Portal(app, member).get(f"/people/{slugs.slug(member.person_id, 'Ivy Okonjo')}").close()
    assert readers(owner, member.person_id) == [owner.person_id]
    assert readers(owner, outsider.id) == [owner.person_id]


def test_times_are_months_and_who_sees_it_is_named(app: CommunityFlask, owner: Actor) -> None:
    circle = make_circle(owner, name="Studio")
    person = make_person(owner, "Petra Jansen", audience="circle", circle_id=circle.id)
    with acting(owner):
        db.add(
            Position(
                person_id=person.id,
                title="Coordinator",
                organisation="City Garden",
                from_on=date(2024, 9, 16),
            ),
            Position(person_id=person.id, title="Gardener", to_on=date(2023, 2, 1)),
        )
    facts = {
        fact.dt.get_text(): fact.dd.get_text(" ", strip=True)
        for fact in BeautifulSoup(Portal(app, owner).get(path(person)).text, "html.parser").select(
            ".facts > div"
        )
    }
    assert facts["Works at"].endswith("since September 2024")
    assert facts["Worked at"].endswith("until February 2023")
    assert facts["Seen by"] == circle.name
    assert facts["Came here"] == "Typed by hand"


@pytest.mark.parametrize(
    ("source", "detail", "said"),
    [
        ("import", "linkedin", "From a LinkedIn file"),
        ("import", "vcard", "From an address book file"),
        ("import", "csv", "From a table"),
        ("import", "Spring fair", "From the file of Spring fair"),
        ("api", "crm", "From crm, by a program"),
        ("demo", "", "With the sample team"),
        ("typed", "", "Typed by hand"),
    ],
)
def test_how_somebody_came_here_is_said_in_words(
    app: CommunityFlask, owner: Actor, source: str, detail: str, said: str
) -> None:
    person = make_person(owner, "Mara Ellison")
    with acting(owner) as unit:
        row = unit.session.scalars(select(Person).where(Person.id == person.id)).one()
        row.source, row.source_detail = source, detail
    page = BeautifulSoup(Portal(app, owner).get(path(person)).text, "html.parser")
    facts = {f.dt.get_text(): f.dd.get_text(" ", strip=True) for f in page.select(".facts > div")}
    assert facts["Came here"] == said
