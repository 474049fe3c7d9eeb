"""The import wizard, as a browser without JavaScript walks through it."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from werkzeug.test import TestResponse

from community.exchange.models import ImportBatch
from community.identity.models import Actor, Membership
from community.people import actions as people_actions
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.exchange.test_actions import ANN, BOB, count, outsiders
from tests.factories.exchange import again, bring, table, undo, work_on
from tests.factories.identity import acting, make_member
from tests.factories.people import make_person
from tests.web_client import Portal

SAMPLES = Path(__file__).parent / "formats" / "samples"
START = "/people/import"


@pytest.fixture
def portal(app: CommunityFlask, owner: Actor) -> Portal:
    return Portal(app, owner)


def page(response: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(response.get_data(as_text=True), "html.parser")


def words(response: TestResponse) -> str:
    return " ".join(page(response).get_text(" ").split())


def bring_file(portal: Portal, content: bytes, filename: str = "people.csv") -> TestResponse:
    """The first step, and the page it leads to."""
    portal.get(START)
    answer = portal.post(START, {"file": (io.BytesIO(content), filename)})
    return portal.get(answer.headers["Location"]) if answer.status_code == 303 else answer


def form_of(response: TestResponse, action: str) -> dict[str, str]:
    """What a form would send if nothing were touched."""
    (form,) = (f for f in page(response).find_all("form") if str(f["action"]).endswith(action))
    values = {
        i["name"]: i.get("value", "")
        for i in form.find_all("input")
        if i.get("type") != "radio" or i.has_attr("checked")
    }
    for select in form.find_all("select"):
        chosen = select.find("option", selected=True) or select.find("option")
        values[select["name"]] = chosen["value"]
    return {k: v for k, v in values.items() if k != "csrf_token" and not k.endswith("_people")}


def address(response: TestResponse) -> str:
    """The import a page is about, from its forms."""
    found = re.search(r"/people/import/[0-9a-f-]{36}", response.get_data(as_text=True))
    assert found
    return found[0]


def batch_of(owner: Actor, path: str) -> ImportBatch:
    with acting(owner) as unit:
        return unit.session.get_one(ImportBatch, (owner.team_id, path.rpartition("/")[2]))


def work(owner: Actor, path: str) -> None:
    work_on(batch_of(owner, path))


def test_the_way_from_a_file_to_people_and_back(portal: Portal, owner: Actor) -> None:
    columns = bring_file(portal, table(ANN, BOB, ",x@example.org,,,,,,,"))
    path = address(columns)
    assert "Ann Lee" in words(columns), "the first cells are shown"
    sent = form_of(columns, "/columns")
    assert (sent["target-0"], sent["target-1"], sent["visibility"]) == ("name", "email", "private")
    answer = portal.post(f"{path}/columns", sent)
    assert answer.status_code == 303
    waiting = portal.get(path)
    assert "Reading the file" in words(waiting)
    assert page(waiting).find(id="import")["hx-trigger"] == "every 2s"
    assert page(waiting).find("a", string=re.compile("Look again"))["href"].endswith(path)
    assert not page(waiting).find("meta", attrs={"http-equiv": "refresh"})
    work(owner, path)
    preview = portal.get(path)
    text = words(preview)
    assert "2 new · 1 row not used" in text
    assert "No name, so nobody was made from this row." in text
    assert "Only you see the new people." in text
    assert outsiders(owner) == {}
    published = portal.post(f"{path}/publish", form_of(preview, "/publish"))
    assert published.status_code == 303
    work(owner, path)
    result = portal.get(path)
    assert set(outsiders(owner)) == {"Ann Lee", "Bob Ray"}
    assert "<time" not in words(result)
    (link,) = page(result).find_all("a", string="Ann Lee")
    assert portal.get(link["href"]).status_code == 200
    undone = portal.post(f"{path}/undo", form_of(result, "/undo"))
    assert undone.status_code == 303
    assert "2 removed" in words(portal.get(path))
    assert outsiders(owner) == {}


def test_cards_and_linkedin_ask_for_the_audience_alone(portal: Portal, owner: Actor) -> None:
    for sample in ("apple.vcf", "Connections.csv"):
        step = bring_file(portal, (SAMPLES / sample).read_bytes(), sample)
        assert not page(step).find("select", attrs={"name": "target-0"})
        sent = {**form_of(step, "/columns"), "visibility": "team"}
        portal.post(f"{address(step)}/columns", sent)
        work(owner, address(step))
        preview = portal.get(address(step))
        assert "The whole team sees the new people." in words(preview)


def test_columns_are_chosen_and_refused_without_a_name(portal: Portal, owner: Actor) -> None:
    step = bring_file(portal, b"Aaa;Bbb\nAnn Lee;CTO\n")
    sent = form_of(step, "/columns")
    assert (sent["target-0"], sent["target-1"]) == ("", "")
    refused = portal.post(f"{address(step)}/columns", sent)
    assert refused.status_code == 422
    assert "No column is mapped to a name." in words(refused)
    chosen = {**sent, "target-0": "name", "target-1": "position"}
    assert portal.post(f"{address(step)}/columns", chosen).status_code == 303
    work(owner, address(step))
    changed = portal.get(f"{address(step)}/columns")
    again_sent = form_of(changed, "/columns")
    assert (again_sent["target-0"], again_sent["target-1"]) == ("name", "position")


def test_another_encoding_shows_the_rows_again_before_anything_is_read(
    portal: Portal, owner: Actor
) -> None:
    step = bring_file(portal, "Name\nŁukasz Żak\n".encode("cp1250"))
    sent = {**form_of(step, "/columns"), "encoding": "cp1250", "again": "1"}
    shown = portal.post(f"{address(step)}/columns", sent)
    assert shown.status_code == 200
    assert "Łukasz Żak" in words(shown)
    assert batch_of(owner, address(step)).state == "draft"
    wrong = portal.post(f"{address(step)}/columns", {**sent, "encoding": "utf-8"})
    assert wrong.status_code == 422
    assert "cannot be read as UTF-8" in words(wrong)


def test_unclear_dates_are_asked_about(portal: Portal, owner: Actor) -> None:
    clear = bring_file(portal, b"Name,Birthday\nAnn,3/14/1980\n")
    assert "What is 3/4/1980?" not in words(clear)
    step = bring_file(portal, b"Name,Birthday\nAnn,3/4/1980\n")
    assert "What is 3/4/1980?" in words(step)
    sent = {**form_of(step, "/columns"), "order": "dmy"}
    portal.post(f"{address(step)}/columns", sent)
    work(owner, address(step))
    preview = portal.get(address(step))
    portal.post(f"{address(step)}/publish", form_of(preview, "/publish"))
    work(owner, address(step))
    assert outsiders(owner)["Ann"].birthday == {"day": 3, "month": 4, "year": 1980}


def test_a_list_is_pasted(portal: Portal, owner: Actor) -> None:
    portal.get(START)
    answer = portal.post(START, {"pasted": "Ann Lee\nBob Ray <bob@example.org>"})
    step = portal.get(answer.headers["Location"])
    portal.post(f"{address(step)}/columns", form_of(step, "/columns"))
    work(owner, address(step))
    assert "2 new" in words(portal.get(address(step)))


@pytest.mark.parametrize(
    ("content", "filename", "said"),
    [
        (b"", "empty.csv", "The file is empty."),
        (
            b'Name\n"Ann\n',
            "x.csv",
            "Line 2: The quotation mark opened on this line is never closed.",
        ),
        (b"BEGIN:VCARD\nVERSION:2.1\nFN:A\nEND:VCARD\n", "x.vcf", "vCard of version 2.1"),
        (b"PK\x03\x04", "x.xlsx", "save it as CSV"),
    ],
)
def test_a_bad_file_comes_back_with_the_mend(
    portal: Portal, owner: Actor, content: bytes, filename: str, said: str
) -> None:
    refused = bring_file(portal, content, filename)
    assert refused.status_code == 422
    assert said in words(refused)
    assert count(owner, ImportBatch) == 0


def test_nothing_at_all_is_no_import(portal: Portal) -> None:
    portal.get(START)
    refused = portal.post(START, {"pasted": ""})
    assert refused.status_code == 422
    assert "Choose a file, or paste a list below." in words(refused)


def test_a_file_that_is_too_large_is_refused_in_words(portal: Portal) -> None:
    portal.get(START)
    refused = portal.client.post(
        portal.path(START),
        data=b"x" * (12 * 1024 * 1024),
        content_type="multipart/form-data; boundary=b",
        base_url="http://localhost:8000",
    )
    assert refused.status_code == 413
    assert "larger than 10 MiB" in words(refused)


def test_the_preview_names_who_may_be_known_and_what_is_added(portal: Portal, owner: Actor) -> None:
    make_person(make_member(owner), "Ann Lee")
    make_person(owner, "Bob Ray", email="bob@example.org")
    batch = bring(owner, table(ANN, "Bob Ray,bob@example.org,,Acme,CTO,,,,2"), dry_run=True)
    text = words(portal.get(f"{START}/{batch.id}"))
    assert "Perhaps the same as Ann Lee" in text
    assert "Adds something What they do" in text


def test_rows_are_filtered_and_come_page_by_page(portal: Portal, owner: Actor) -> None:
    people = [f"Person {number:02},,,,,,,,{number}" for number in range(60)]
    batch = bring(owner, table(*people, ",,x,,,,,,"))
    first = portal.get(f"{START}/{batch.id}")
    assert "Person 00" in words(first)
    assert "Person 55" not in words(first)
    more = page(first).find(id="show-more").find("a")["href"]
    assert "Person 55" in words(portal.get(more))
    wrong = portal.get(f"{START}/{batch.id}?show=error")
    assert "Person" not in page(wrong).find(id="row-list").get_text()


def test_the_imports_so_far_are_listed_with_their_undo(portal: Portal, owner: Actor) -> None:
    batch = bring(owner, table(ANN), filename="mine.csv")
    bring(make_member(owner), table(BOB), filename="theirs.csv")
    listed = portal.get(START)
    assert "mine.csv" in words(listed)
    assert "theirs.csv" not in words(listed)
    portal.post(f"{START}/{batch.id}/undo", form_of(listed, f"{batch.id}/undo"))
    assert again(batch).state == "undone"


def test_an_unfinished_import_is_discarded(portal: Portal, owner: Actor) -> None:
    step = bring_file(portal, table(ANN))
    (button,) = (b for b in page(step)("button") if b.get_text().startswith("Discard"))
    assert button["formaction"].endswith("/undo")
    answer = portal.post(f"{address(step)}/undo")
    assert answer.headers["Location"].endswith(START)
    assert portal.get(address(step)).status_code == 404


def test_a_failed_import_says_why_and_is_tried_again(portal: Portal, owner: Actor) -> None:
    batch = bring(owner, table(ANN), dry_run=True)
    with acting(owner) as unit:
        row = unit.session.get_one(ImportBatch, (owner.team_id, batch.id))
        row.fail("The circle is gone.")
    shown = portal.get(f"{START}/{batch.id}")
    assert "The circle is gone." in words(shown)
    retry = page(shown).find("a", string=re.compile("Try again"))["href"]
    step = portal.get(retry)
    portal.post(retry, form_of(step, "/columns"))
    assert again(batch).state == "reading"


def test_a_finished_import_has_no_columns_to_choose(portal: Portal, owner: Actor) -> None:
    batch = bring(owner, table(ANN))
    assert portal.get(f"{START}/{batch.id}/columns").status_code == 303


def test_guests_are_refused_the_page_and_the_act_and_led_to_neither(
    app: CommunityFlask, owner: Actor
) -> None:
    guest = make_member(owner, role="guest")
    portal = Portal(app, guest)
    portal.get("/people")
    for answer in (portal.get(START), bring_file(portal, table(ANN))):
        assert answer.status_code == 403
        assert "Guests cannot import people. Ask a member to do it." in words(answer)
        assert not page(answer).find(id="f-file")
    make_person(guest, "Ann Lee", audience="private")
    for path in ("/", "/more", "/people"):
        links = {a["href"] for a in page(portal.get(path)).find_all("a", href=True)}
        assert not any("/import" in link for link in links), path
    assert page(portal.get("/people")).find("form", action=re.compile(r"/people\.csv$"))


def test_an_import_from_before_somebody_was_a_guest_can_be_discarded(
    app: CommunityFlask, member: Actor
) -> None:
    batch = bring(member, table(ANN), dry_run=True)
    with acting(member) as unit:
        unit.session.get_one(Membership, (member.team_id, member.member_id)).role = "guest"
    portal = Portal(app, member)
    portal.get(f"{START}/{batch.id}")
    answer = portal.post(f"{START}/{batch.id}/undo")
    assert answer.headers["Location"].endswith("/people")


def test_nobody_sees_anothers_import(app: CommunityFlask, owner: Actor) -> None:
    batch = bring(owner, table(ANN))
    other = Portal(app, make_member(owner))
    assert other.get(f"{START}/{batch.id}").status_code == 404
    other.get(START)
    assert other.post(f"{START}/{batch.id}/undo").status_code == 404


def test_the_people_page_leads_here(portal: Portal) -> None:
    links = {a["href"] for a in page(portal.get("/people")).find_all("a", href=True)}
    assert any(link.endswith(START) for link in links)


def test_pages_of_imports_cost_few_statements(portal: Portal, owner: Actor) -> None:
    batch = bring(owner, table(ANN, BOB))
    draft = bring(owner, table(ANN, BOB), dry_run=True)
    paths: list[Any] = [START, f"{START}/{batch.id}", f"{START}/{draft.id}/columns"]
    for path in paths:
        portal.get(path)
        with counting() as sent:
            assert portal.get(path).status_code == 200
        assert len(sent) <= 12, str(sent)


CARD = b"""BEGIN:VCARD
VERSION:3.0
FN:Dana Fox
ORG:Acme;Research
item1.ADR:;;Ufer 3;Berlin;;10115;Germany
item1.X-ABLabel:Summer house
X-SOCIALPROFILE;type=linkedin:https://www.linkedin.com/in/dana
END:VCARD
"""
LINKEDIN = b"""First Name,Last Name,URL,Email Address,Company,Position,Connected On
Dana,Fox,https://www.linkedin.com/in/dana,,Acme,,03 Mar 2023
"""


def test_what_a_file_said_and_no_field_holds_is_on_the_persons_page(
    portal: Portal, owner: Actor
) -> None:
    bring(owner, CARD, filename="dana.vcf")
    slug = page(portal.get("/people")).find("a", string="Dana Fox")["href"].rpartition("/")[2]
    shown = page(portal.get(f"/people/{slug}"))
    facts = {dt.get_text(): dt.find_next("dd").get_text(" ", strip=True) for dt in shown("dt")}
    assert facts["Address"] == "Ufer 3, 10115 Berlin, Germany Summer house"
    assert facts["Department"] == "Research"
    assert facts["Link"] == "linkedin.com/in/dana LinkedIn"
    form = portal.get(f"/people/{slug}/edit")
    assert "Ufer 3, 10115 Berlin, Germany" in words(form)
    assert "They are kept as they came" in words(form)
    portal.post(f"/people/{slug}/edit", {"name": "Dana Fox", "tags": "kept"})
    assert "Ufer 3, 10115 Berlin, Germany" in words(portal.get(f"/people/{slug}"))


def test_the_day_of_a_linkedin_connection_is_on_the_persons_page(
    portal: Portal, owner: Actor
) -> None:
    bring(owner, LINKEDIN, filename="Connections.csv")
    link = page(portal.get("/people")).find("a", string="Dana Fox")["href"]
    assert "Connected on LinkedIn 3 March 2023" in words(portal.get(link))


def test_the_report_of_an_undo_names_who_went_and_leads_to_who_stays(
    portal: Portal, owner: Actor
) -> None:
    make_person(owner, "Cleo Park", email="cleo@example.org")
    rows = (
        ANN,
        BOB,
        "Ann P. Lee,ann@example.org,,,,,,,",
        ",,x,,,,,,",
        "Cleo Park,cleo@example.org,,,,,,,",
    )
    batch = bring(owner, table(*rows))
    bob = outsiders(owner)["Bob Ray"]
    with acting(owner):
        people_actions.add_note(owner, bob.id, body="Called him.")
    undo(owner, batch.id)
    path = f"{START}/{batch.id}"
    shown = portal.get(path)
    assert "Taken back: 1 removed, 1 stays." in words(shown)
    found = {
        row.th.find(string=True): row for row in page(shown).find(id="row-list")("tr") if row.th
    }
    assert "Taken back" in found["Ann Lee"].get_text()
    assert found["Ann Lee"].a is None
    assert portal.get(found["Bob Ray"].a["href"]).status_code == 200
    filters = {a.get_text(): a["href"] for a in page(shown)("a") if "show=" in a.get("href", "")}
    assert list(filters) == [
        "Taken back (1)",
        "Stays (1)",
        "Nothing new (1)",
        "Twice in the file (1)",
        "Not used (1)",
    ]
    only = portal.get(filters["Stays (1)"].split("#")[0])
    assert [th.find(string=True) for th in page(only).find(id="row-list")("th", scope="row")] == [
        "Bob Ray"
    ]


def test_the_preview_says_what_was_read_and_what_its_button_does(
    portal: Portal, owner: Actor
) -> None:
    content = b"Name,Mail,Firma,Shoe size\nAnn Lee,ann@example.org,Acme,38\nBob Ray,,,\n"
    path = f"{START}/{bring(owner, content, dry_run=True).id}"
    text = words(portal.get(path))
    assert "Ann Lee ann@example.org, Acme" in text
    assert "Read: Name, Mail, Organisation. Not read: Shoe size." in text
    assert "Add 2 people" in text
    card = CARD.replace(b"END", b"PHOTO;ENCODING=b:AAAA\nEND")
    shown = words(portal.get(f"{START}/{bring(owner, card, filename='a.vcf', dry_run=True).id}"))
    said = "Read: Name, Web address, Organisation, Address, Department. Not read: photo."
    assert said in shown
    assert "Add 1 person" in shown


def test_the_button_of_the_preview_counts_who_is_updated(portal: Portal, owner: Actor) -> None:
    make_person(owner, "Bob Ray", email="bob@example.org")
    update = "Bob Ray,bob@example.org,,Acme,,,,,"
    for rows, said in (
        ((ANN, update), "Add 1, update 1"),
        ((update,), "Update 1 person"),
        (("Bob Ray,bob@example.org,,,,,,,",), "Finish"),
    ):
        batch = bring(owner, table(*rows), dry_run=True)
        (form,) = (
            f
            for f in page(portal.get(f"{START}/{batch.id}"))("form")
            if f["action"].endswith("/publish")
        )
        assert form.button.get_text() == said


def test_cards_are_counted_as_cards_and_rows_as_rows(portal: Portal) -> None:
    assert "From dana.vcf: 2 cards." in words(bring_file(portal, CARD * 2, "dana.vcf"))
    assert "From people.csv: 1 row." in words(bring_file(portal, table(ANN)))


def test_an_import_that_waits_is_continued_or_discarded_from_the_list(
    portal: Portal, owner: Actor
) -> None:
    path = address(bring_file(portal, table(ANN), "mine.csv"))
    listed = portal.get(START)
    (on,) = (a for a in page(listed)("a") if a.get_text().startswith("Continue"))
    assert on["href"].endswith(path)
    portal.post(f"{path}/undo", form_of(listed, f"{path}/undo"))
    assert count(owner, ImportBatch) == 0


def test_who_is_in_the_team_already_is_told_to_keep_their_own_details(
    portal: Portal, owner: Actor
) -> None:
    petra = make_member(owner, "Petra Vogel")
    with acting(petra):
        people_actions.edit_person(
            petra, petra.person_id, emails=[{"value": "petra@example.org", "label": ""}]
        )
    row = "Petra Vogel,petra@example.org,,Acme,,,,,"
    batch = bring(owner, table(row), dry_run=True)
    text = words(portal.get(f"{START}/{batch.id}"))
    assert "In the team already. Members keep their own details, so nothing was added." in text


def test_the_notice_of_an_import_has_a_drawing_instead_of_initials(
    portal: Portal, owner: Actor
) -> None:
    bring(owner, table(ANN))
    (row,) = page(portal.get("/notifications")).select("#new .rows > li")
    avatar = row.select_one(".avatar")
    assert avatar is not None
    assert avatar.get_text(strip=True) == ""
    assert avatar.use["href"].endswith("#bell")
