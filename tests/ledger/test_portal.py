"""The ledger's pages: a browser without JavaScript, and the parts htmx asks for."""

import csv
import re

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from community.core import slugs
from community.identity.models import Actor
from community.journal.models import JournalEntry
from community.people.queries import find_named
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import acting, again, make_circle, make_member
from tests.factories.ledger import acknowledge, log_give, say_thanks, seen
from tests.factories.people import make_person
from tests.web_client import Portal, words_of


def test_the_sentence_thanks_first(portal: Portal) -> None:
    page = BeautifulSoup(portal.get("/gives/new").get_data(as_text=True), "html.parser")
    modes = [radio["value"] for radio in page.select("input[name=mode]")]
    assert modes == ["thank", "helped"]
    assert page.select_one("input[name=mode][checked]")["value"] == "thank"
    assert len(page.select("h1")) == 1


def test_a_thanks_by_name_goes_back_with_a_toast_that_undoes(
    portal: Portal, owner: Actor, member: Actor
) -> None:
    response = portal.post("/gives", {"mode": "thank", "who": member.name, "what": "the hike"})
    assert response.status_code == 303
    page = portal.get(response.headers["Location"])
    assert f"The notice to {member.name} leaves in 60 seconds" in words_of(page)
    undo = re.search(r'action="([^"]*/undo)"', page.get_data(as_text=True))
    assert undo
    assert portal.post(undo[1]).status_code == 303
    history = portal.get("/gives")
    assert "the hike" not in words_of(history)


def test_help_waits_for_the_receivers_word(portal: Portal, owner: Actor, member: Actor) -> None:
    form = {"mode": "helped", "who": member.name, "what": "the slides", "size": "small"}
    assert portal.post("/gives", form).status_code == 303
    page = words_of(portal.get("/gives"))
    assert f"You helped {member.name}" in page
    assert "Waiting for an answer" in page


def test_an_unknown_name_offers_to_add_them(portal: Portal, owner: Actor) -> None:
    form = {"mode": "helped", "who": "Mara Ellison", "what": "a lead", "kind": "referral"}
    response = portal.post("/gives", form)
    assert response.status_code == 422
    assert "Nobody here is called Mara Ellison yet." in words_of(response)
    page = BeautifulSoup(response.get_data(as_text=True), "html.parser")
    assert page.select_one("button[name=add]").get_text(strip=True) == "Add Mara Ellison"
    assert page.select_one("input[name=what]")["value"] == "a lead"
    again = portal.post("/gives", {**form, "add": "yes"})
    assert again.status_code == 303
    assert "Mara Ellison is not told" in words_of(portal.get(again.headers["Location"]))
    with acting(owner):
        assert len(find_named(owner, "Mara Ellison")) == 1


def test_a_name_of_two_asks_whom_one_means(portal: Portal, owner: Actor) -> None:
    first, _second = make_person(owner, "Kim Lee"), make_person(owner, "Kim Lee")
    form = {"mode": "helped", "who": "Kim Lee", "what": "a lead"}
    response = portal.post("/gives", form)
    assert response.status_code == 422
    page = BeautifulSoup(response.get_data(as_text=True), "html.parser")
    assert len(page.select("input[name=who_id]")) == 2
    assert portal.post("/gives", {**form, "who_id": str(first.id)}).status_code == 303


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"who": ""}, "Say who it was."),
        ({"what": ""}, "Say what it was."),
        ({"happened_on": "2199-01-01"}, "The day may be tomorrow at the latest."),
        ({"kind": "money"}, "This must be one of"),
        ({"tell": "yes", "subject": "x"}, "Write what the mail to them should say."),
        ({"mode": "thank", "no_reply": "yes"}, "This is for help you gave."),
    ],
)
def test_a_refused_sentence_comes_back_with_its_words(
    portal: Portal, member: Actor, change: dict[str, str], said: str
) -> None:
    form = {"mode": "helped", "who": member.name, "what": "the slides", **change}
    response = portal.post("/gives", form)
    assert response.status_code == 422
    assert said in words_of(response)
    partial = portal.post("/gives", form, partial=True)
    assert partial.status_code == 422
    assert (
        partial.get_data(as_text=True).lstrip().startswith('<section class="card quick" id="quick"')
    )


def test_htmx_gets_an_empty_sentence_the_row_and_the_toast(portal: Portal, member: Actor) -> None:
    form = {"mode": "thank", "who": member.name, "what": "an hour"}
    response = portal.post("/gives", form, partial=True)
    html = response.get_data(as_text=True)
    assert response.status_code == 200
    assert 'hx-swap-oob="afterbegin:#recent"' in html
    assert 'hx-swap-oob="innerHTML:#toasts"' in html
    assert BeautifulSoup(html, "html.parser").select_one("#quick-what")["value"] == ""


def test_the_receiver_answers_in_the_row(app: CommunityFlask, owner: Actor, member: Actor) -> None:
    give_id = log_give(owner, member.person_id, story="the slides").give.id
    portal = Portal(app, member)
    page = portal.get("/gives")
    assert "Yes, thank you" in words_of(page)
    part = portal.post(f"/gives/{give_id}/acknowledgement", partial=True)
    assert part.status_code == 200
    assert f'id="give-{give_id}"' in part.get_data(as_text=True)
    assert "With thanks" in words_of(part)
    assert seen(owner, give_id).state == "acknowledged"


def test_the_row_alone_is_the_row_in_its_page(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    give_id = say_thanks(owner, member.person_id, story="the slides").give.id
    portal = Portal(app, owner)
    portal.get("/gives/new")
    in_page = BeautifulSoup(portal.get("/gives").get_data(as_text=True), "html.parser")
    part = portal.post(f"/gives/{give_id}/sharing", {"visibility": "team"}, partial=True).get_data(
        as_text=True
    )
    alone = BeautifulSoup(part, "html.parser").select_one(f"#give-{give_id}")
    row = in_page.select_one(f"#give-{give_id}")
    assert [row.get_text(" ", strip=True)] == [alone.get_text(" ", strip=True)]


@pytest.mark.parametrize(
    ("verb", "form", "state"),
    [
        ("acknowledgement", {"thanks": "so good", "impact": "large"}, "acknowledged"),
        ("amendment", {"kind": "time", "size": "small"}, "amended"),
        ("dispute", {"reason": "it was Ivy"}, "disputed"),
    ],
)
def test_each_answer_is_a_plain_form_and_can_be_undone(
    app: CommunityFlask, owner: Actor, member: Actor, verb: str, form: dict[str, str], state: str
) -> None:
    give_id = log_give(owner, member.person_id).give.id
    portal = Portal(app, member)
    page = BeautifulSoup(portal.get(f"/gives/{give_id}").get_data(as_text=True), "html.parser")
    assert page.select_one(f'form[action$="/gives/{give_id}/{verb}"]')
    assert portal.post(f"/gives/{give_id}/{verb}", form).status_code == 303
    assert seen(member, give_id).state == state
    assert portal.post(f"/gives/{give_id}/undo").status_code == 303
    assert seen(member, give_id).state == "logged"


def test_an_answer_out_of_turn_is_refused_with_the_page(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    give_id = log_give(owner, member.person_id).give.id
    portal = Portal(app, owner)
    portal.get(f"/gives/{give_id}")
    response = portal.post(f"/gives/{give_id}/acknowledgement")
    assert response.status_code == 403
    assert "can answer this" in words_of(response)
    assert portal.post(f"/gives/{give_id}/acknowledgement", partial=True).status_code == 409


def test_a_correction_puts_another_entry_in_its_place(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    give_id = say_thanks(owner, member.person_id, story="an hour").give.id
    portal = Portal(app, owner)
    portal.get(f"/gives/{give_id}")
    form = {"story": "two hours", "kind": "time", "size": "large", "way": "replace"}
    response = portal.post(f"/gives/{give_id}/correction", form)
    assert response.status_code == 303
    page = words_of(portal.get(response.headers["Location"]))
    assert "two hours" in page
    assert "In place of" in page
    assert seen(owner, give_id).state == "corrected"


def test_a_correction_may_only_take_out(app: CommunityFlask, owner: Actor, member: Actor) -> None:
    give_id = say_thanks(owner, member.person_id).give.id
    portal = Portal(app, member)
    portal.get(f"/gives/{give_id}")
    assert portal.post(f"/gives/{give_id}/correction", {"way": "remove"}).status_code == 303
    assert "Corrected, counts no more" in words_of(portal.get(f"/gives/{give_id}"))


def test_the_author_says_who_may_see_it(app: CommunityFlask, owner: Actor, member: Actor) -> None:
    friend = make_member(owner, "Kofi Asante")
    circle = make_circle(owner, friend)
    give_id = log_give(owner, member.person_id).give.id
    portal = Portal(app, owner)
    page = portal.get(f"/gives/{give_id}")
    assert circle.name in words_of(page)
    assert f"{member.name} will see this" in words_of(page)
    form = {"visibility": "circle", "visibility_circle": str(circle.id)}
    assert portal.post(f"/gives/{give_id}/sharing", form).status_code == 303
    assert seen(again(friend), give_id) is not None
    assert Portal(app, member).get(f"/gives/{give_id}").status_code == 200


def test_an_entry_tells_its_history_to_its_two_people(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    give_id = log_give(owner, member.person_id).give.id
    acknowledge(member, give_id)
    page = words_of(Portal(app, owner).get(f"/gives/{give_id}"))
    assert "You noted it" in page
    assert f"{member.name} said: yes, thank you" in page
    third = make_member(owner, "Kofi Asante")
    assert "noted it" not in words_of(Portal(app, third).get(f"/gives/{give_id}"))


def test_nobody_reads_what_another_gave_in_sum(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    third = make_member(owner, "Kofi Asante")
    say_thanks(owner, member.person_id)
    assert "You were helped" in words_of(Portal(app, owner).get("/gives"))
    page = words_of(Portal(app, third).get(f"/gives?from={member.person_id}"))
    assert f"{member.name} helped {owner.name}" in page
    assert "You helped" not in page
    assert "You were helped" not in page


def test_filters_are_in_the_address(portal: Portal, owner: Actor, member: Actor) -> None:
    say_thanks(owner, member.person_id, story="alpha", kind="time")
    log_give(owner, member.person_id, story="beta", kind="advice")
    slug = slugs.slug(member.person_id, member.name)
    assert "beta" in words_of(portal.get("/gives?from=me"))
    assert "alpha" not in words_of(portal.get("/gives?from=me"))
    assert "alpha" in words_of(portal.get(f"/gives?with={slug}&kind=time"))
    assert "Nothing here fits this choice" in words_of(portal.get("/gives?since=2199-01-01"))
    assert portal.get("/gives?kind=money").status_code == 422
    part = portal.get("/gives?to=me", partial=True).get_data(as_text=True)
    assert 'id="gives"' in part
    assert "<html" not in part


def test_the_history_shows_more_on_a_button(portal: Portal, owner: Actor, member: Actor) -> None:
    for number in range(31):
        say_thanks(owner, member.person_id, story=f"entry {number}")
    first = BeautifulSoup(portal.get("/gives").get_data(as_text=True), "html.parser")
    assert len(first.select("#gives-rows > li")) == 30
    rest = portal.get(first.select_one("#show-more a")["href"])
    assert len(BeautifulSoup(rest.get_data(), "html.parser").select("#gives-rows > li")) == 1


def test_an_empty_history_shows_how_it_begins(portal: Portal) -> None:
    assert "The history begins with a sentence" in words_of(portal.get("/gives"))


def test_the_sentence_can_begin_with_a_person_or_an_entry(
    portal: Portal, owner: Actor, member: Actor
) -> None:
    give_id = say_thanks(owner, member.person_id, story="an idea").give.id
    slug = slugs.slug(member.person_id, member.name)
    page = portal.get(f"/gives/new?to={slug}&because={give_id}")
    soup = BeautifulSoup(page.get_data(as_text=True), "html.parser")
    assert soup.select_one("input[name=who_id]")["value"] == str(member.person_id)
    assert soup.select_one("input[name=because]")["value"] == str(give_id)
    third = make_member(owner, "Zora Third")
    form = {"mode": "helped", "who": third.name, "what": "the same", "because": str(give_id)}
    done = portal.post("/gives", form)
    assert "Because of" in words_of(portal.get(done.headers["Location"]))
    assert portal.get("/gives/new?because=nonsense").status_code == 404


def test_pages_keep_to_their_statements(portal: Portal, owner: Actor, member: Actor) -> None:
    give_id = say_thanks(owner, member.person_id).give.id
    for path, most in (("/gives", 7), ("/gives/new", 8), (f"/gives/{give_id}", 8)):
        with counting() as sent:
            portal.get(path)
        assert len(sent) <= most, sent


def test_nothing_on_the_pages_says_debt(portal: Portal, owner: Actor, member: Actor) -> None:
    give_id = say_thanks(owner, member.person_id).give.id
    for path in ("/gives", "/gives/new", f"/gives/{give_id}"):
        words = words_of(portal.get(path)).lower()
        for word in ("debt", "owe", "taker", "lapsed", "one-sided", "ledger", "acknowledge"):
            assert not re.search(rf"\b{word}", words), (path, word)


def test_a_strangers_entry_is_not_there(
    app: CommunityFlask, owner: Actor, member: Actor, stranger: Actor
) -> None:
    give_id = log_give(owner, member.person_id).give.id
    portal = Portal(app, stranger)
    portal.get("/gives/new")
    assert portal.get(f"/gives/{give_id}").status_code == 404
    assert portal.post(f"/gives/{give_id}/retraction").status_code in (404, 422)
    assert seen(owner, give_id).state == "logged"


def test_an_entrys_page_links_only_to_earlier_ones_its_reader_may_see(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    private = {"audience": "private", "people": [], "circle_id": None}
    hidden = say_thanks(owner, make_person(owner).id, visibility=private).give.id
    give = log_give(owner, member.person_id, inspired_by_id=hidden).give.id
    assert str(hidden) in Portal(app, owner).get(f"/gives/{give}").text
    page = Portal(app, member).get(f"/gives/{give}").text
    assert str(hidden) not in page
    assert "Because of" not in page


def test_the_history_is_a_table_too(portal: Portal, owner: Actor, member: Actor) -> None:
    say_thanks(owner, member.person_id, story="=1+1")
    log_give(owner, member.person_id, story="two hours")
    third = make_member(owner, "Zora Third")
    log_give(
        member, third.person_id, story="between two others", visibility={"audience": "private"}
    )
    answer = portal.get("/gives.csv?from=me")
    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(answer.get_data().decode("utf-8-sig").splitlines()))
    assert [row[4] for row in rows[1:]] == ["two hours"], "the filter of the list holds"
    everything = portal.get("/gives.csv").get_data().decode()
    assert "between two others" not in everything, "the rights of the list hold"
    assert "'=1+1" in everything, "no cell is run as a formula"
    page = portal.get("/gives?from=me").text
    assert 'href="/t/' in page
    assert "/gives.csv?from=me" in page
    assert portal.get("/gives.csv?kind=nonsense").status_code == 422


def test_taking_the_history_out_is_in_the_audit_once_a_day(
    portal: Portal, owner: Actor, member: Actor
) -> None:
    log_give(owner, member.person_id, story="two hours")
    for _time in range(2):
        portal.get("/gives.csv").close()
    with acting(owner) as unit:
        wanted = select(JournalEntry.actor_id).where(JournalEntry.verb == "export")
        assert list(unit.session.scalars(wanted)) == [owner.person_id]
