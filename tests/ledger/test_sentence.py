"""The sentence, what it leaves unsaid, and what an entry and the history tell of it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from community.core import clock, db, slugs
from community.identity.models import Actor
from community.ledger.actions import lapse_unanswered
from community.people.models import Person, PersonEmail
from community.people.queries import find_named
from community.web.session import CommunityFlask
from tests.factories.identity import acting, again, make_member
from tests.factories.ledger import days_ago, log_give, say_thanks, seen
from tests.factories.people import make_person
from tests.web_client import Api, Portal, soup_of, words_of


def facts_of(response: Any) -> dict[str, str]:
    """What the page of an entry says of it, by its words."""
    terms = soup_of(response).select("dl.facts > div")
    return {t.dt.get_text(" ", strip=True): t.dd.get_text(" ", strip=True) for t in terms}


def log(portal: Portal, **form: str) -> Any:
    """Send the sentence, and open the page it leads to."""
    sent = portal.post("/gives", {"what": "the slides", **form})
    assert sent.status_code == 303, words_of(sent)
    return portal.get(sent.headers["Location"])


@pytest.mark.parametrize("mode", ["thank", "helped"])
def test_a_chosen_size_is_told_as_size_and_never_as_what_it_meant(
    portal: Portal, member: Actor, mode: str
) -> None:
    facts = facts_of(log(portal, mode=mode, who=member.name, size="large"))
    assert facts["How much it was"] == "A day or more"
    assert "What it meant" not in facts


def test_a_thanks_asks_what_it_meant_and_help_how_much_it_was(
    portal: Portal, owner: Actor, member: Actor
) -> None:
    facts = facts_of(log(portal, mode="thank", who=member.name, impact="large"))
    assert facts["What it meant"] == "It changed things"
    assert "How much it was" not in facts
    facts = facts_of(log(portal, mode="helped", who=member.name, impact="large"))
    assert "What it meant" not in facts
    form = soup_of(portal.get("/gives/new"))
    assert form.select_one(".if-thank input[name=impact]")
    assert form.select_one(".if-helped input[name=size]")


@pytest.mark.parametrize("mode", ["thank", "helped"])
def test_a_page_tells_no_size_that_nobody_said(
    app: CommunityFlask, portal: Portal, member: Actor, mode: str
) -> None:
    page = log(portal, mode=mode, who=member.name)
    assert "How much it was" not in facts_of(page)
    colleague = Portal(app, member)
    assert "How much it was" not in facts_of(colleague.get(page.request.path))
    said = facts_of(log(portal, mode=mode, who=member.name, size="medium"))
    assert said["How much it was"] == "About an hour"


def test_minutes_stand_alone_where_no_size_was_said(portal: Portal, member: Actor) -> None:
    facts = facts_of(log(portal, mode="helped", who=member.name, minutes="25"))
    assert facts["How much it was"] == "25 minutes"


def test_a_correction_keeps_unsaid_what_was_unsaid(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    give_id = say_thanks(owner, member.person_id, impact="large").give.id
    form = {"story": "two hours", "kind": "time", "size": "", "impact": "", "way": "replace"}
    by_giver = Portal(app, member)
    assert not soup_of(by_giver.get(f"/gives/{give_id}")).select("#correct-impact")
    by_receiver = Portal(app, owner)
    page = soup_of(by_receiver.get(f"/gives/{give_id}"))
    assert page.select_one("#correct-size option[selected]")["value"] == ""
    assert page.select_one("#correct-impact option[selected]")["value"] == "large"
    sent = by_receiver.post(f"/gives/{give_id}/correction", {**form, "impact": "large"})
    facts = facts_of(by_receiver.get(sent.headers["Location"]))
    assert facts["What it meant"] == "It changed things"
    assert "How much it was" not in facts


def test_what_the_receiver_said_of_it_is_not_the_givers_size(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    give_id = say_thanks(owner, member.person_id, impact="large").give.id
    giver = Portal(app, member)
    giver.get(f"/gives/{give_id}")
    form = {"story": "two hours", "kind": "time", "size": "", "way": "replace"}
    sent = giver.post(f"/gives/{give_id}/correction", form)
    assert not {"What it meant", "How much it was"} & set(
        facts_of(giver.get(sent.headers["Location"]))
    )


def test_a_size_said_in_an_answer_goes_with_the_answer(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    give_id = log_give(owner, member.person_id).give.id
    portal = Portal(app, member)
    portal.get(f"/gives/{give_id}")
    portal.post(f"/gives/{give_id}/amendment", {"size": "medium"})
    assert facts_of(portal.get(f"/gives/{give_id}"))["How much it was"] == "About an hour"
    portal.post(f"/gives/{give_id}/undo")
    assert "How much it was" not in facts_of(portal.get(f"/gives/{give_id}"))


def test_the_history_counts_apart_what_was_thanked_for(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    for number in range(5):
        log_give(owner, member.person_id, story=f"told {number}")
    with acting(owner):
        lapse_unanswered(clock.now() + timedelta(days=31))
    for number in range(2):
        log_give(owner, member.person_id, story=f"later {number}")
    portal = Portal(app, member)
    page = soup_of(portal.get("/gives?to=me&thanked=no"))
    figures = {f.dt.get_text(): f.dd.get_text(" ", strip=True) for f in page.select(".figures div")}
    assert figures == {"Waiting for your answer": "2", "From longer ago": "5 not answered"}
    older = [row for row in page.select("#gives-rows > li") if "From longer ago" in row.get_text()]
    assert len(older) == 5
    assert all("Yes, thank you" in row.get_text() for row in older)
    say_thanks(member, owner.person_id)
    page = soup_of(portal.get("/gives?to=me"))
    figures = {f.dt.get_text(): f.dd.get_text(" ", strip=True) for f in page.select(".figures div")}
    assert figures["You were helped"] == "1 time, with thanks"
    mine = words_of(Portal(app, owner).get("/gives?from=me"))
    assert "Waiting for their answer 2" in mine


def test_the_mail_part_refuses_all_at_once_each_beside_its_field(
    portal: Portal, owner: Actor
) -> None:
    make_person(owner, "Mara Ellison", email="mara@example.org")
    form = {"mode": "helped", "who": "Mara Ellison", "what": "a lead", "whole": "1", "tell": "yes"}
    page = soup_of(portal.post("/gives", form))
    for name, said in (
        ("subject", "Write a subject for the mail to them."),
        ("body", "Write what the mail to them should say."),
    ):
        assert page.get_text().count(said) == 1
        assert page.select_one(f"#f-{name}-error").get_text() == said
    assert page.select_one("details details:has(#f-tell)").has_attr("open")
    assert not page.select("#quick .sentence ~ p.error")


def test_the_mail_part_waits_for_somebody_outside(
    portal: Portal, owner: Actor, member: Actor
) -> None:
    page = soup_of(portal.get("/gives/new"))
    part = page.select_one("details details:has(#f-tell)")
    assert "Only for somebody outside the team" in part.summary.get_text()
    assert not part.has_attr("open")
    assert part.find_parent(class_="if-helped"), "a thanks has no such part"
    assert "optional" not in part.get_text()
    outsider = make_person(owner, "Mara Ellison")
    for person_id, name, there in (
        (outsider.id, outsider.name, True),
        (member.person_id, member.name, False),
    ):
        page = soup_of(portal.get(f"/gives/new?to={slugs.slug(person_id, name)}"))
        assert bool(page.select("#f-tell")) is there


def test_a_colleague_is_not_written_to_and_the_message_stands_once(
    portal: Portal, member: Actor
) -> None:
    letter = {"tell": "yes", "subject": "Hello", "body": "I did it."}
    form = {"mode": "helped", "who": member.name, "what": "a lead", "whole": "1", **letter}
    page = soup_of(portal.post("/gives", form))
    said = "Only somebody outside the team whom you helped is told by mail."
    assert page.get_text().count(said) == 1
    assert page.select_one("#f-tell-error").get_text() == said


def test_the_form_says_who_will_see_it_before_anybody_chooses(portal: Portal, owner: Actor) -> None:
    page = soup_of(portal.get("/gives/new"))
    assert page.select_one("input[name=visibility][checked]")["value"] == "team"
    assert "Nobody else in the team" in page.select_one("#f-visibility").get_text()
    texts = [label.get_text(strip=True) for label in page.select("#f-size label, label")]
    assert texts.count("Minutes") == 0
    known = make_person(owner, "Quiet Friend", audience="private")
    page = soup_of(portal.get(f"/gives/new?to={slugs.slug(known.id, known.name)}"))
    assert page.select_one("input[name=visibility][checked]")["value"] == "private"


@pytest.mark.parametrize(
    ("who", "form", "audience"),
    [
        ("team", {"visibility": "team"}, "team"),
        ("private", {"visibility": "team"}, "private"),
        ("private", {"visibility": "team", "shown_audience": "private"}, "team"),
        ("team", {"visibility": "private"}, "private"),
        ("team", {"visibility": "team", "no_reply": "yes"}, "private"),
    ],
)
def test_who_sees_it_follows_the_person_until_somebody_chooses(
    portal: Portal, owner: Actor, who: str, form: dict[str, str], audience: str
) -> None:
    person = make_person(owner, "Mara Ellison", audience=who)
    whom = {"mode": "helped", "who": person.name, "what": "a lead", "whole": "1"}
    sent = portal.post("/gives", {"shown_audience": "team", **whom, **form})
    assert sent.status_code == 303, words_of(sent)
    found = seen(owner, UUID(sent.headers["Location"].rpartition("/")[2]))
    assert found is not None
    assert found.audience == audience


def test_chosen_people_stay_chosen_when_the_sentence_comes_back(
    portal: Portal, owner: Actor, member: Actor
) -> None:
    friend = make_member(owner, "Kofi Asante")
    form = {"who": member.name, "whole": "1", "visibility": "people"}
    page = soup_of(portal.post("/gives", {**form, "visibility_people": str(friend.person_id)}))
    chosen = [box["value"] for box in page.select("input[name=visibility_people][checked]")]
    assert chosen == [str(friend.person_id)]


def test_a_misspelt_name_offers_the_near_ones_first(portal: Portal, owner: Actor) -> None:
    hana = make_member(owner, "Hana Novak")
    form = {"mode": "thank", "who": "Hana Nova", "what": "a lead"}
    response = portal.post("/gives", form)
    assert response.status_code == 422
    assert "Did you mean one of these?" in words_of(response)
    page = soup_of(response)
    near = page.select("input[name=who_id]")
    assert [option["value"] for option in near] == [str(hana.person_id)]
    assert not near[0].has_attr("checked")
    first = page.select_one("#quick form button")
    assert first.get("name") is None, "Enter must not add a person"
    assert page.select_one("button[name=add]").get_text(strip=True) == "Add Hana Nova"
    assert portal.post("/gives", {**form, "who_id": str(hana.person_id)}).status_code == 303


def test_an_entry_names_its_day_with_the_year(portal: Portal, owner: Actor, member: Actor) -> None:
    day = days_ago(owner, 0)
    facts = facts_of(log(portal, mode="thank", who=member.name))
    assert facts["Day"].endswith(str(day.year))


def test_a_guest_who_is_a_party_reads_whom_the_entry_is_with(
    app: CommunityFlask, owner: Actor
) -> None:
    guest = make_member(owner, "Gus Guest", role="guest")
    for give_id in (
        log_give(owner, guest.person_id).give.id,
        say_thanks(guest, owner.person_id).give.id,
    ):
        portal = Portal(app, guest)
        page = portal.get(f"/gives/{give_id}")
        assert page.status_code == 200
        assert facts_of(page)["From"] == owner.name
        # No link of the entry leads where the guest may not go.
        links = [a["href"] for a in soup_of(page).select("dl.facts a[href]")]
        base = portal.path("/")
        paths = [link[len(base) - 1 :] for link in links]
        assert all(portal.get(path).status_code in (200, 302) for path in paths), links
        assert owner.name in words_of(portal.get("/gives"))


@pytest.mark.parametrize("to", ["zzzz", "nobody-here", "00000000-0000-0000-0000-000000000000"])
def test_a_link_to_nobody_brings_the_sentence_and_says_so_beside_the_name(
    portal: Portal, to: str
) -> None:
    answer = portal.get(f"/gives/new?to={to}&mode=helped")
    assert answer.status_code == 200
    page = soup_of(answer)
    name = page.select_one("#quick-who")
    assert (name["value"], name["aria-invalid"]) == ("", "true")
    said = page.find(id=name["aria-describedby"]).get_text()
    assert said == "Whom this link means is not here any more, or not yours to see. Who was it?"
    assert page.select_one('[name="mode"][value="helped"]').has_attr("checked")


def test_a_link_to_somebody_hidden_says_the_same_as_one_to_nobody(
    portal: Portal, member: Actor
) -> None:
    hidden = make_person(member, "Quiet Friend", audience="private")
    answer = portal.get(f"/gives/new?to={slugs.slug(hidden.id, hidden.name)}")
    assert answer.status_code == 200
    assert "Quiet Friend" not in answer.text
    assert "not here any more, or not yours to see" in words_of(answer)


def test_somebody_outside_is_not_said_to_see_what_they_have_no_account_to_see(
    app: CommunityFlask, portal: Portal, owner: Actor, member: Actor
) -> None:
    """Neither on the entry, nor where one chooses who sees it, nor beside how it stands."""
    private = {"audience": "private", "people": [], "circle_id": None}
    outsider = make_person(owner, "Mara Ellison", audience="private")
    for person_id, name, said, mine in (
        (outsider.id, outsider.name, "Only you", "Only me"),
        (member.person_id, member.name, "Only the two of you", "Only the two of us"),
    ):
        slug = slugs.slug(person_id, name)
        give = say_thanks(owner, person_id, visibility=private).give.id
        page = soup_of(portal.get(f"/gives/{give}"))
        assert said in list(page.select_one("h1").parent.stripped_strings)
        assert page.select_one("#sharing summary").get_text(strip=True) == said
        form = soup_of(portal.get(f"/gives/new?to={slug}")).select_one("#f-visibility")
        for picker in (page.select_one("#f-visibility"), form):
            assert picker.select_one("label").get_text(strip=True) == mine
        pair = soup_of(portal.get(f"/people/{slug}")).select_one("#pair").get_text()
        assert f"{said} see this." in pair
    for path in (f"/people/{slugs.slug(outsider.id, outsider.name)}", "/reciprocity"):
        assert "the two of you" not in words_of(portal.get(path)), path
    form_page = words_of(portal.get(f"/gives/new?to={slugs.slug(outsider.id, outsider.name)}"))
    assert "two of you" not in form_page


@pytest.mark.parametrize("written", ["Zoë Ärmel", "zoe armel", " ZOË  ARMEL ", "Zozo", "zözö"])
def test_oneself_is_not_to_be_thanked_and_gets_no_double(
    app: CommunityFlask, owner: Actor, written: str
) -> None:
    me = make_member(owner, "Zoë Ärmel")
    with acting(me) as unit:
        unit.session.get_one(Person, (me.team_id, me.person_id)).call_name = "Zozo"
    portal = Portal(app, again(me))
    portal.get("/gives/new")
    for mode in ("thank", "helped"):
        form = {"mode": mode, "who": written, "what": "the hike"}
        for sent in (form, {**form, "add": "yes"}):
            page = portal.post("/gives", sent)
            assert page.status_code == 422
            assert "Giver and receiver must be two people" in words_of(page)
            assert not soup_of(page).select("button[name=add]")
    with acting(owner):
        assert [o.id for o in find_named(owner, "Zoë Ärmel")] == [me.person_id]


def test_a_namesake_of_oneself_is_who_is_meant(portal: Portal, owner: Actor) -> None:
    namesake = make_person(owner, owner.name)
    page = log(portal, mode="thank", who=owner.name)
    assert slugs.short_id(namesake.id) in page.get_data(as_text=True)


def test_namesakes_are_told_apart_wherever_a_name_is_chosen(
    app: CommunityFlask, portal: Portal, owner: Actor
) -> None:
    """In the names proposed, among those a name may mean, on Today, and in what a search finds."""
    ours = make_person(owner, "Kim Lee", email="kim@example.org")
    mine = make_person(owner, "Kim Lee", audience="private")
    make_person(owner, "Mara Ellison", email="mara@example.org")
    labels = {"Kim Lee (kim@example.org)": ours, "Kim Lee (Only you)": mine}
    home = soup_of(portal.get("/"))
    proposed = [option["value"] for option in home.select("#quick-people option")]
    assert set(labels) <= set(proposed)
    assert "Mara Ellison" in proposed
    rows = home.select("#recent-people li .row-main")
    said = {" ".join(row.stripped_strings) for row in rows}
    assert {"Kim Lee kim@example.org", "Kim Lee Only you", "Mara Ellison"} <= said
    asked = soup_of(portal.post("/gives", {"mode": "thank", "who": "Kim Lee", "what": "a lead"}))
    picks = [radio.parent.get_text(strip=True) for radio in asked.select("input[name=who_id]")]
    assert sorted(picks) == sorted(labels)
    for label, person in labels.items():
        page = log(portal, mode="thank", who=label)
        assert slugs.short_id(person.id) in page.get_data(as_text=True), label
    hits = Api(app, owner).get("/search?q=Kim Lee").json["items"]
    assert {hit["text"] for hit in hits if hit["title"] == "Kim Lee"} == {
        "kim@example.org",
        "Only you",
    }


def test_colleagues_of_one_name_are_told_apart_in_an_audience(
    portal: Portal, owner: Actor, member: Actor
) -> None:
    for number in (1, 2):
        namesake = make_member(owner, "Kim Lee")
        with acting(namesake):
            db.add(PersonEmail(person_id=namesake.person_id, value=f"kim{number}@example.org"))
    page = soup_of(portal.get("/gives/new"))
    boxes = page.select("input[name=visibility_people]")
    names = {box.parent.get_text(strip=True) for box in boxes}
    assert names == {"Kim Lee (kim1@example.org)", "Kim Lee (kim2@example.org)", member.name}
