"""What is here about me: what I may see of it, who wrote it and who opened it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert

from community.core.paging import PageRequest
from community.home import queries
from community.identity.models import Actor
from community.journal.models import OpenedBy
from community.ledger import actions as ledger
from community.ledger.actions import Draft
from community.notifications.models import Notice
from community.people import actions as people
from community.people import notices
from community.relationships import actions as ties
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import acting, make_member
from tests.factories.people import make_note
from tests.web_client import Api, Portal, soup_of, words_of

SHARED = ("team", "private")


@pytest.fixture
def subject(owner: Actor) -> Actor:
    return make_member(owner, "Sami Subject")


def gave(owner: Actor, subject: Actor, **more: Any) -> UUID:
    with acting(owner):
        draft = Draft(receiver_id=subject.person_id, story="An hour on the plan.", **more)
        return ledger.log_give(owner, draft).entry.give.id


def opened(about: Actor, reader: Actor, day: date) -> None:
    with acting(about) as unit:
        row = {"person_id": about.person_id, "reader_id": reader.person_id, "day": day}
        unit.session.execute(insert(OpenedBy).values(team_id=about.team_id, **row))


def test_the_page_holds_what_others_share_about_me_and_nothing_they_keep(
    app: CommunityFlask, owner: Actor, subject: Actor
) -> None:
    shared = make_note(owner, subject.person_id, "Leads the choir.", audience="team")
    kept = make_note(owner, subject.person_id, "Seems tired.")
    mine = make_note(subject, subject.person_id, "My own reminder.")
    quiet = gave(owner, subject, no_reply=True)
    give = gave(owner, subject)
    items = Api(app, subject).get("/me/about").json["items"]
    assert {item["id"] for item in items} == {str(shared.id), str(give)}
    assert not {str(kept.id), str(mine.id), str(quiet)} & {item["id"] for item in items}
    for item in items:
        assert item["created_by_id"] == str(owner.person_id)
        assert (item["created_by_name"], item["source"]) == ("Noor Haddad", "typed")
        assert (item["can_dispute"], item["is_disputed"]) == (True, False)
    said = words_of(Portal(app, subject).get("/me/about"))
    assert "By Noor Haddad · Typed by hand" in said
    assert "Seen by: The team" in said
    for word in ("Seems tired.", "My own reminder."):
        assert word not in said


def test_what_i_dispute_is_told_apart_and_stands_when_it_is_not_shared_any_more(
    app: CommunityFlask, owner: Actor, subject: Actor
) -> None:
    note = make_note(owner, subject.person_id, "Leads the choir.", audience="team")
    with acting(subject):
        people.dispute_note(subject, note.id, reason="The band.")
    portal = Portal(app, subject)
    soup = soup_of(portal.get("/me/about"))
    assert (
        soup.select_one(f"#about-{note.id}").select_one(".row-meta").get_text().endswith("of you")
    )
    assert "The band." in soup.select_one("#disputes").get_text()
    [item] = Api(app, subject).get("/me/about").json["items"]
    assert (item["is_disputed"], item["can_dispute"]) == (True, True)
    with acting(owner):
        people.delete_note(owner, note.id)
    soup = soup_of(portal.get("/me/about"))
    assert "It is not shared any more." in soup.select_one("#disputes").get_text()
    assert soup.select_one("#about-rows") is None
    assert portal.post(soup.select_one("#disputes form")["action"]).status_code == 303
    assert soup_of(portal.get("/me/about")).select_one("#disputes") is None


def test_who_opened_it_is_told_by_day_to_whom_it_is_about_alone(
    app: CommunityFlask, owner: Actor, subject: Actor
) -> None:
    reader, today = make_member(owner, "Rita Reader"), date(2026, 11, 20)
    opened(subject, reader, today)
    opened(subject, reader, today - timedelta(days=1))
    opened(subject, owner, today)
    items = Api(app, subject).get("/me/openings").json["items"]
    assert [(item["day"], item["reader_name"]) for item in items] == [
        ("2026-11-20", "Rita Reader"),
        ("2026-11-20", "Noor Haddad"),
        ("2026-11-19", "Rita Reader"),
    ]
    first = Api(app, subject).get("/me/openings?limit=2").json
    rest = Api(app, subject).get(f"/me/openings?limit=2&cursor={first['next']}").json["items"]
    assert first["items"] + rest == items
    assert "Rita Reader" in words_of(Portal(app, subject).get("/me/about"))
    for other in (owner, reader):
        assert Api(app, other).get("/me/openings").json["items"] == []


def test_a_guest_learns_that_it_was_opened_but_not_by_whom(
    app: CommunityFlask, owner: Actor
) -> None:
    """Guests do not see who is in the team; the reader who is one of the guest's own is named."""
    guest = make_member(owner, "Gus Guest", role="guest")
    opened(guest, owner, date(2026, 11, 20))
    [item] = Api(app, guest).get("/me/openings").json["items"]
    assert (item["reader_id"], item["reader_name"]) == (None, "")
    page = Portal(app, guest).get("/me/about")
    assert "Somebody in the team" in words_of(page)
    assert str(owner.person_id) not in page.get_data(as_text=True)


def test_the_page_costs_few_statements_however_much_is_there(
    app: CommunityFlask, owner: Actor, subject: Actor
) -> None:
    for number in range(25):
        make_note(owner, subject.person_id, f"note {number}", audience="team")
        opened(subject, owner, date(2026, 1, 1) + timedelta(days=number))
    portal = Portal(app, subject)
    portal.get("/me/about").close()
    with counting() as sent:
        page = portal.get("/me/about")
    assert len(sent) <= 12, str(sent)
    more = soup_of(page).select_one("#about .show-more a")["href"]
    assert len(soup_of(portal.get(more)).select("#about-rows li")) == 5


def test_reading_in_the_api_is_opening_too(
    app: CommunityFlask, owner: Actor, subject: Actor
) -> None:
    note = make_note(owner, subject.person_id, "Leads the choir.", audience="team")
    paths = (
        f"/people/{subject.person_id}",
        f"/people/{subject.person_id}/notes",
        f"/people/{subject.person_id}/timeline",
        f"/notes/{note.id}",
    )
    for number, path in enumerate(paths):
        reader = make_member(owner, f"Reader {number}")
        Api(app, reader).get(path).close()
        Api(app, subject).get(path).close()
        with acting(subject):
            found = queries.find_openings(subject, PageRequest()).items
        assert reader.name in {row.name for row in found}, path
        assert len(found) == number + 1


def test_it_says_what_it_holds_and_a_note_reads_as_it_does_elsewhere(
    app: CommunityFlask, owner: Actor, subject: Actor
) -> None:
    """Also what one shared about oneself; and notes are no source text of Markdown."""
    note = make_note(owner, subject.person_id, "Leads **two** choirs.", audience="team")
    own = make_note(subject, subject.person_id, "I play the tuba.", audience="team")
    portal = Portal(app, subject)
    soup = soup_of(portal.get("/me/about"))
    text = soup.select_one(f"#about-{note.id} .row-text")
    assert text is not None
    assert [bold.get_text() for bold in text.select("strong")] == ["two"]
    assert soup.select_one(f"#about-{own.id}") is not None
    assert "by others and by you" in soup.select_one(".lede").get_text()
    assert soup.select_one("#openings h2").get_text() == "Who opened your page"


def test_relations_preferences_and_how_we_met_are_told_once_they_are_shared(
    app: CommunityFlask, owner: Actor, subject: Actor
) -> None:
    other = make_member(owner, "Otto Lind")
    team, private = ({"audience": name, "people": [], "circle_id": None} for name in SHARED)
    with acting(owner):
        people.set_preferences(owner, subject.person_id, to_avoid="early calls", visibility=team)
        people.add_relation(
            owner, subject.person_id, kind="mentor", other_id=other.person_id, visibility=team
        )
        ties.add_tie(owner, subject.person_id, met_where="Lisbon", visibility=team)
    with acting(other):
        people.set_preferences(other, subject.person_id, to_avoid="gossip", visibility=private)
    said = soup_of(Portal(app, subject).get("/me/about")).select_one("#beside").get_text(" ")
    assert all(word in said for word in ("early calls", "Otto Lind: Mentor", "Lisbon", owner.name))
    assert "gossip" not in said
    with acting(subject) as unit:
        (told,) = unit.session.query(Notice).filter_by(kind=notices.PREFERENCE_ABOUT_YOU)
        kind = next(k for k in notices.KINDS if k.code == notices.PREFERENCE_ABOUT_YOU)
        assert kind.may_read(subject, told.thing_id)
        assert kind.words(subject, told.thing_id).sentence.startswith(owner.name)
    with acting(owner):
        people.set_preferences(owner, subject.person_id, to_avoid="early calls", visibility=private)
    with acting(subject) as unit:
        (told,) = unit.session.query(Notice).filter_by(kind=notices.PREFERENCE_ABOUT_YOU)
        assert told.withdrawn_at is not None
        assert not kind.may_read(subject, told.thing_id)
