"""The import wizard, as a browser without JavaScript walks through it."""

import re
from pathlib import Path
from typing import Any

import pytest

from community.exchange.models import ImportBatch
from community.identity.models import Actor
from tests.conftest import counting
from tests.exchange.browsing import START, address, batch_of, bring_file, form_of, page, words, work
from tests.exchange.test_actions import ANN, BOB, count, outsiders
from tests.factories.exchange import again, bring, table
from tests.factories.identity import acting, make_member
from tests.factories.people import make_person
from tests.web_client import Portal

SAMPLES = Path(__file__).parent / "formats" / "samples"


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
        (b"BEGIN:VCARD\nVERSION:5.0\nFN:A\nEND:VCARD\n", "x.vcf", "vCard of version 5.0"),
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


def test_the_list_of_people_is_a_table_by_its_address(portal: Portal, owner: Actor) -> None:
    make_person(owner, "Mara Ellison", tags=["Design"])
    make_person(owner, "=Oskar", tags=["Lisbon"])
    answer = portal.get("/people.csv?tag=Design")
    assert answer.mimetype == "text/csv"
    text = answer.get_data().decode()
    assert "Mara Ellison" in text
    assert "Oskar" not in text, "the filter of the list holds"
    assert "'=Oskar" in portal.get("/people.csv").get_data().decode()
    assert "/people.csv?tag=Design" in portal.get("/people?tag=Design").text
