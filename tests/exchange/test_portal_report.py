"""What the pages of an import and of its people say of what was read."""

from community.exchange.models import ImportBatch
from community.identity.models import Actor
from community.people import actions as people_actions
from tests.exchange.browsing import START, address, bring_file, form_of, page, words
from tests.exchange.test_actions import ANN, BOB, count, outsiders
from tests.factories.exchange import bring, table, undo
from tests.factories.identity import acting, make_member
from tests.factories.people import make_person
from tests.web_client import Portal

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
