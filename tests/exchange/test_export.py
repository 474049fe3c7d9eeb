"""The way back: people as a table that our own import reads."""

from datetime import date

import orjson
from sqlalchemy import select
from werkzeug.test import TestResponse

from community.core.paging import PageRequest
from community.exchange import actions
from community.exchange.formats.opening import detect_format, open_file
from community.exchange.formats.people_csv import COLUMNS
from community.identity.models import Actor
from community.journal.models import JournalEntry
from community.people import actions as people
from community.people import queries as people_queries
from community.people.models import Person
from community.people.queries import Filter
from community.web.session import CommunityFlask
from tests.exchange.test_actions import ANN, SAMPLES, counts, outsiders
from tests.factories.exchange import TEAM, bring, rows_of, table, undo
from tests.factories.identity import acting, make_member, make_team
from tests.factories.people import make_person
from tests.web_client import Portal


def download(app: CommunityFlask, actor: Actor) -> TestResponse:
    portal = Portal(app, actor)
    portal.get("/")
    answer = portal.post("/people.csv")
    assert answer.status_code == 200
    return answer


def test_what_is_written_is_read_back_without_choosing(app: CommunityFlask, owner: Actor) -> None:
    bring(owner, table(ANN, "Bob,b@x.org,,,,--07-04,,,"))
    answer = download(app, owner)
    assert answer.mimetype == "text/csv"
    content = answer.get_data()
    assert detect_format(content) == "csv"
    parsed = open_file(content, "csv")
    assert set(parsed.mapping) == set(COLUMNS)
    ann = next(record for record in parsed.records if record.name == "Ann Lee")
    assert [mail.value for mail in ann.emails] == ["ann@example.org"]
    assert (ann.organisation, ann.position, ann.tags) == ("Acme", "CTO", ("choir", "board"))
    assert ann.birthday is not None
    assert (ann.birthday.month, ann.birthday.day, ann.birthday.year) == (2, 3, 1980)
    back = bring(owner, content)
    assert counts(back) == {"unchanged": 3}, "the two and oneself"
    with acting(owner) as unit:
        verbs = set(unit.session.scalars(select(JournalEntry.verb)))
    assert "export" in verbs


def test_it_holds_what_the_reader_sees_and_no_formula(app: CommunityFlask, owner: Actor) -> None:
    member = make_member(owner)
    make_person(member, "Hidden Friend", audience="private")
    make_person(member, "=SUM(A1)")
    text = download(app, owner).get_data(as_text=True)
    assert "Hidden" not in text
    assert '"\'=SUM(A1)"' in text
    guest = make_member(owner, role="guest")
    assert "SUM" not in download(app, guest).get_data(as_text=True)


def test_a_formula_that_came_in_goes_out_as_text_and_back_as_it_was(
    app: CommunityFlask, owner: Actor
) -> None:
    bring(owner, b"Name\n=1+1\n", visibility=TEAM)
    content = download(app, owner).get_data()
    assert "=1+1" in {record.name for record in open_file(content, "csv").records}
    assert "=1+1" in outsiders(owner)


def test_what_no_field_holds_goes_out_and_comes_back_whole(
    app: CommunityFlask, owner: Actor
) -> None:
    one, other = owner, make_team()
    bring(one, (SAMPLES / "apple.vcf").read_bytes(), filename="apple.vcf")
    bring(
        one,
        b"First Name,Last Name,URL,Connected On\nBo,Ray,https://linkedin.com/in/bo,3 Mar 2023\n",
    )
    content = download(app, one).get_data()
    assert '"Am Ufer 3, 50667 Köln, Germany"' in content.decode()
    there = {name: (person.extra, links(person)) for name, person in outsiders(one).items()}
    assert there["Bo Ray"][0] == {"connected_on": "2023-03-03"}
    bring(other, content)
    assert {n: (p.extra, links(p)) for n, p in outsiders(other).items() if n in there} == there
    assert counts(bring(one, content)) == {"unchanged": 3}


def links(person: Person) -> list[str]:
    return [link.value for link in person.links]


def test_names_labels_jobs_and_the_teams_own_fields_go_out_and_come_back(
    app: CommunityFlask, owner: Actor
) -> None:
    other = make_team()
    for actor in (owner, other):
        with acting(actor):
            people.define_field(actor, name="Shoe size", kind="number")
            people.define_field(actor, name="Port", kind="choice", choices=["Kiel", "Lübeck"])
    with acting(owner):
        people.create_person(
            owner,
            name="Quilla Varn",
            sort_name="Varn, Quilla",
            emails=[
                {"value": "mara@example.org", "label": "work"},
                {"value": "m@example.org", "label": ""},
            ],
            phones=[{"value": "+49 30 231257", "label": "Boat; Bow"}],
            positions=[
                {"organisation": "Hale; Sons", "title": "CTO", "from_on": date(2021, 1, 1)},
                {"organisation": "Acme", "title": "Dev", "to_on": date(2020, 12, 31)},
            ],
            fields={"shoe_size": "41.5", "port": "Lübeck"},
        )
    content = download(app, owner).get_data()
    with acting(owner):
        cards = {version: actions.export_cards(owner, version) for version in ("3.0", "4.0")}
    for file, kind in ((content, "csv"), (cards["3.0"], "vcard"), (cards["4.0"], "vcard")):
        assert set(counts(bring(owner, file))) == {"unchanged"}, kind
        batch = bring(other, file)
        assert batch.counts["left_out"] == 0, rows_of(batch)
        with acting(other):
            (there,) = people_queries.find_people(other, Filter(q="quilla"), PageRequest()).items
        mails, phones, jobs, fields = (
            orjson.loads(getattr(there, part))
            for part in ("emails", "phones", "positions", "fields")
        )
        assert (there.sort_name, there.sort_key) == ("Varn, Quilla", "varn, quilla"), kind
        assert [(m["value"], m["label"]) for m in mails] == [
            ("mara@example.org", "work"),
            ("m@example.org", ""),
        ]
        assert [phone["label"] for phone in phones] == ["Boat; Bow"]
        assert fields == {"shoe_size": 41.5, "port": "Lübeck"}, kind
        told = [(j["organisation"], j["title"], j["from_on"], j["to_on"]) for j in jobs]
        now = ("Hale; Sons", "CTO", "2021-01-01", None)
        before = ("Acme", "Dev", None, "2020-12-31")
        assert told == ([now, before] if kind == "csv" else [("Hale; Sons", "CTO", None, None)])
        undo(other, batch.id)
