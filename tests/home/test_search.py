"""Search over people, notes, facts and help: what finds what, in which order, and what nobody learns."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from community.core import slugs
from community.core.paging import PageRequest
from community.home import queries
from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import acting, make_member, make_team
from tests.factories.ledger import log_give
from tests.factories.people import make_dispute, make_fact, make_note, make_person, merge
from tests.web_client import Api, Portal

DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)


def people(actor: Actor, q: str, **more: Any) -> list[str]:
    with acting(actor):
        return [hit.title for hit in queries.find_mixed(actor, q, **more).people]


def things(actor: Actor, q: str, kind: str, limit: int = 50) -> list[str]:
    with acting(actor):
        return [hit.text for hit in queries.find_hits(actor, q, kind, PageRequest(limit)).items]


def test_words_scattered_over_notes_find_the_one_they_are_about(owner: Actor) -> None:
    ines = make_person(owner, "Inês Gonçalves")
    make_note(owner, ines.id, "Sat beside me at the dinner in Lisbon.", happened_at=DAY)
    make_note(owner, ines.id, "A remarkable woman: she goes sailing every weekend.")
    other = make_person(owner, "Oskar Blom")
    make_note(owner, other.id, "Was at the dinner in Lisbon, too. Later than the others.")
    hiker = make_person(owner, "Lena Brandt")
    make_note(owner, hiker.id, "Sailed once.")
    sought = "the woman from the Lisbon dinner who sails"
    assert people(owner, sought) == ["Inês Gonçalves", "Oskar Blom", "Lena Brandt"]
    with acting(owner):
        first = queries.find_mixed(owner, sought).people[0]
    assert {match.text for match in first.matches} == {
        "Sat beside me at the dinner in Lisbon.",
        "A remarkable woman: she goes sailing every weekend.",
    }


def test_a_word_in_a_fact_and_one_in_a_note_find_the_person(owner: Actor) -> None:
    ines = make_person(owner, "Inês Gonçalves")
    gone = make_person(owner, "Inês, twice")
    make_note(owner, ines.id, "Sat beside me in Lisbon.", happened_at=DAY)
    make_fact(owner, gone.id, "Goes sailing every weekend.")
    make_fact(owner, ines.id, "Sails, as she did.", deleted_at=DAY)
    other = make_person(owner, "Oskar Blom")
    make_note(owner, other.id, "Lives in Lisbon.")
    merge(owner, gone, ines)
    with acting(owner):
        mixed = queries.find_mixed(owner, "who sails in lisbon")
    assert [hit.title for hit in mixed.people] == ["Inês Gonçalves", "Oskar Blom"]
    said = {(match.kind, match.text) for match in mixed.people[0].matches}
    assert said == {
        ("note", "Sat beside me in Lisbon."),
        ("fact", "Goes sailing every weekend."),
    }
    (fact,) = mixed.things["fact"]
    assert (fact.title, fact.person_id) == ("Your fact about Inês Gonçalves", ines.id)


def test_a_disputed_fact_is_found_by_its_author_and_its_subject_alone(owner: Actor) -> None:
    author, member, third = (
        make_member(owner, name) for name in ("Noor Haddad", "Ivy Okonjo", "Oskar Blom")
    )
    fact = make_fact(author, member.person_id, "Plays the violin.", audience="team")
    everybody = (author, member, third, owner)
    assert [len(things(actor, "violin", "fact")) for actor in everybody] == [1, 1, 1, 1]
    make_dispute(member, fact)
    assert [len(things(actor, "violin", "fact")) for actor in everybody] == [1, 1, 0, 0]
    assert [people(actor, "violin") for actor in everybody] == [["Ivy Okonjo"]] * 2 + [[], []]


def test_kinds_take_turns_for_the_room_in_one_list(app: CommunityFlask, owner: Actor) -> None:
    member = make_member(owner, "Noor Haddad")
    for _number in range(6):
        make_note(owner, member.person_id, "harbour")
        make_fact(owner, member.person_id, "harbour")
        log_give(owner, member.person_id, story="harbour")
    for limit, expected in ((20, (4, 3, 3)), (4, (1, 1, 0)), (100, (5, 5, 5))):
        found = Api(app, owner).get(f"/search?q=harbour&limit={limit}").get_json()["items"]
        kinds = [hit["kind"] for hit in found if hit["kind"] != "person"]
        assert kinds == [
            kind
            for kind, many in zip(("note", "fact", "give"), expected, strict=True)
            for _place in range(many)
        ], limit


def test_a_found_fact_is_marked_and_leads_to_its_page(app: CommunityFlask, owner: Actor) -> None:
    ines = make_person(owner, "Inês Gonçalves")
    fact = make_fact(owner, ines.id, "Goes <b>sailing</b> every weekend.")
    portal = Portal(app, owner)
    page = portal.get("/search?q=sails&kind=fact").get_data(as_text=True)
    assert "<mark>sail</mark>ing&lt;/b&gt;" in page
    href = f"/people/{slugs.slug(ines.id, ines.name)}/facts/{fact.id}/edit"
    assert f'{href}"' in page
    assert portal.get(href).status_code == 200


@pytest.fixture
def noted(owner: Actor) -> list[str]:
    """Notes with one to three of the words, of different days; the texts, best first."""
    person = make_person(owner, "Mara Ellison")
    texts = [
        "Harbour, kites and violins.",
        "Kites at the harbour.",
        "Violins.",
        "A kite, long ago.",
    ]
    for number, text in enumerate(texts):
        make_note(owner, person.id, text, happened_at=DAY - timedelta(days=number))
    make_note(owner, person.id, "Something else.")
    return texts


def test_most_words_come_first_then_the_latest(owner: Actor, noted: list[str]) -> None:
    assert things(owner, "harbour kites violins", "note") == noted


def test_pages_of_any_size_hold_everything_once(owner: Actor, noted: list[str]) -> None:
    for number in range(7):
        make_note(owner, make_person(owner, f"Kite Runner {number}").id, "violins")
    for kind in ("note", "person"):
        with acting(owner):
            whole = queries.find_hits(owner, "harbour kites violins", kind, PageRequest(100)).items
            for size in (1, 3):
                read: list[Any] = []
                page = None
                while page is None or page.next:
                    request = PageRequest(size, page.next if page else None)
                    page = queries.find_hits(owner, "harbour kites violins", kind, request)
                    read += page.items
                assert [hit.id for hit in read] == [hit.id for hit in whole], (kind, size)


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Crème brûlée in Łódź, straße nine.", "creme"),
        ("Crème brûlée in Łódź, straße nine.", "LODZ"),
        ("Crème brûlée in Łódź, straße nine.", "strasse"),
        ("Crème brûlée in Łódź, straße nine.", "Brûlée"),
        ("Met at Lisbon/Porto; see https://example.org/regatta.", "porto"),
        ("Met at Lisbon/Porto; see https://example.org/regatta.", "regatta"),
        ("Встреча в Москве", "москв"),
        ("She's a co-founder (twice).", "founder"),
        ("Room 4711", "4711"),
    ],
)
def test_accents_case_and_signs_do_not_matter(owner: Actor, written: str, typed: str) -> None:
    make_note(owner, make_person(owner).id, written)
    assert len(things(owner, typed, "note")) == 1


@pytest.mark.parametrize(
    "typed", ["", "a", "the", "%", "'", ":*", "& | !", "\\", "x' OR 1=1", "🙂"]
)
def test_odd_questions_find_nothing_and_break_nothing(owner: Actor, typed: str) -> None:
    make_note(owner, make_person(owner, "Mara Ellison").id, "Likes walks.")
    assert things(owner, typed, "note") == []


def test_people_are_found_by_tags_titles_and_names_despite_typos(owner: Actor) -> None:
    tagged = make_person(owner, "Ivy Okonjo", tags=["sailing"])
    gone = make_person(owner, "Ivy Okonjo-Bell", tags=["sailing"])
    merge(owner, gone, tagged)
    make_note(owner, gone.id, "Plays the violin.")
    assert people(owner, "sails") == ["Ivy Okonjo"]
    assert people(owner, "violin") == ["Ivy Okonjo"]
    assert people(owner, "okonyo") == ["Ivy Okonjo"]


def test_a_search_of_everything_costs_few_statements(app: CommunityFlask, owner: Actor) -> None:
    member = make_member(owner, "Noor Haddad")
    log_give(owner, member.person_id, story="Showed the harbour")
    make_note(owner, member.person_id, "Likes the harbour.", audience="team")
    make_fact(owner, member.person_id, "Lives at the harbour.", audience="team")
    api = Api(app, owner)
    for more in ("", "&kind=note", "&kind=fact", "&kind=person"):
        query = f"q=harbour{more}"
        api.get(f"/search?{query}")
        with counting() as sent:
            body = api.get(f"/search?{query}").get_json()
        assert body["items"], query
        assert len(sent) <= 4, str(sent)


# What only its author or its two people may read, as (words of it, whether a third sees it).
def _hide(owner: Actor, member: Actor, subject_id: Any) -> None:
    """Everything of the member that the owner may not read, full of the words."""
    words = "harbour kites violins sailing"
    hidden = make_person(member, "Harbour Kites", audience="private", tags=["violins"])
    make_note(member, hidden.id, words, audience="team")
    make_note(member, subject_id, words, audience="private", happened_at=DAY + timedelta(days=9))
    make_note(member, subject_id, words, audience="people", audience_people=[member.person_id])
    make_note(owner, subject_id, words, deleted_at=DAY)
    make_fact(member, hidden.id, words, audience="team")
    make_fact(member, subject_id, words, audience="private")
    make_fact(member, subject_id, words, audience="people", audience_people=[member.person_id])
    make_fact(owner, subject_id, words, deleted_at=DAY)
    other = make_member(member, "Oskar Blom")
    log_give(member, other.person_id, story=words, no_reply=True)
    log_give(member, hidden.id, story=words)


def test_what_is_hidden_changes_neither_hits_nor_order(app: CommunityFlask) -> None:
    """The answers of a team are the same to the letter before and after things nobody may see."""
    owner = make_team()
    member = make_member(owner, "Noor Haddad")
    mara = make_person(owner, "Mara Ellison", tags=["sailing"])
    for number in range(8):
        person = make_person(owner, f"Person {number}")
        make_note(
            owner, person.id, "Kites and violins" if number % 2 else "The harbour", happened_at=DAY
        )
    make_note(member, mara.id, "Kites at the harbour", audience="team", happened_at=DAY)
    make_fact(member, mara.id, "Flies kites", audience="team")
    log_give(owner, member.person_id, story="Violins and a harbour")
    disputed = make_note(owner, member.person_id, "harbour kites violins", audience="team")
    settled = make_fact(owner, member.person_id, "harbour kites violins, a fact", audience="team")
    reader = make_member(owner, "Ivy Okonjo")
    make_dispute(member, disputed)
    make_dispute(member, settled)
    asked = [
        f"/search?q=harbour kites violins sails{more}"
        for more in (
            "",
            "&kind=note",
            "&kind=person",
            "&kind=fact",
            "&kind=give",
            "&limit=3",
            "&kind=note&limit=2",
        )
    ]

    def answers() -> list[bytes]:
        return [Api(app, actor).get(path).data for actor in (owner, reader) for path in asked]

    before = answers()
    _hide(owner, member, mara.id)
    assert answers() == before
    assert b"Kites at the harbour" in before[0]
    assert b"Flies kites" in before[len(asked)]
    assert b"harbour kites violins" not in answers()[len(asked)]


def test_many_hidden_candidates_do_not_push_readable_ones_off(owner: Actor) -> None:
    """Notes of the whole team about people whom only their author sees are candidates, and hidden."""
    member = make_member(owner, "Noor Haddad")
    for number in range(30):
        secret = make_person(member, f"Secret {number}", audience="private")
        make_note(member, secret.id, "harbour kites violins", audience="team")
    for number in range(4):
        person = make_person(owner, f"Open {number}")
        make_note(owner, person.id, "harbour", happened_at=DAY)
    with acting(owner):
        mixed = queries.find_mixed(owner, "harbour kites", 3)
        assert [hit.title for hit in mixed.people] == ["Open 3", "Open 2", "Open 1"]
        assert len(mixed.things["note"]) == 4
        page = queries.find_hits(owner, "harbour kites", "person", PageRequest(3))
        rest = queries.find_hits(owner, "harbour kites", "person", PageRequest(3, page.next))
        assert [hit.title for hit in (*page.items, *rest.items)] == [
            f"Open {n}" for n in (3, 2, 1, 0)
        ]


def test_guests_find_what_names_them_alone(owner: Actor) -> None:
    guest = make_member(owner, "Gustav Gast", role="guest")
    make_note(owner, make_person(owner).id, "harbour", audience="team")
    assert things(guest, "harbour", "note") == []
    assert people(guest, "harbour") == []
    log_give(owner, guest.person_id, story="Showed the harbour")
    assert things(guest, "harbour", "give") == ["Showed the harbour"]


def test_another_team_is_another_world(owner: Actor, stranger: Actor) -> None:
    make_note(owner, make_person(owner).id, "harbour", audience="team")
    assert things(stranger, "harbour", "note") == []


def test_a_cursor_needs_its_kind_and_must_be_ours(app: CommunityFlask, owner: Actor) -> None:
    api = Api(app, owner)
    assert api.get("/search?q=harbour&cursor=abc").status_code == 422
    assert api.get("/search?q=harbour&kind=note&cursor=abc").status_code == 422
    assert api.get("/search?q=x&kind=nothing").status_code == 422
