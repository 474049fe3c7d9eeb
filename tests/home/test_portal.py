"""Pages above all features."""

import pytest
from bs4 import BeautifulSoup

from community.core import slugs
from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import make_member
from tests.factories.ledger import log_give, say_thanks
from tests.factories.people import make_person
from tests.web_client import Api, Portal


def page(portal: Portal, path: str) -> str:
    """The page's text; it must be there."""
    response = portal.get(path)
    assert response.status_code == 200, response.get_data(as_text=True)[:2000]
    return response.get_data(as_text=True)


def test_today_offers_the_first_step_when_nobody_is_there(
    app: CommunityFlask, owner: Actor
) -> None:
    html = page(Portal(app, owner), "/")
    assert "Start with one person you care about" in html


def test_today_costs_few_statements(app: CommunityFlask, owner: Actor) -> None:
    make_person(owner)
    portal = Portal(app, owner)
    portal.get("/")
    with counting() as sent:
        portal.get("/")
    assert len(sent) <= 12, str(sent)


def test_a_person_page_costs_few_statements(app: CommunityFlask, owner: Actor) -> None:
    person = make_person(owner, "Mara Ellison", email="mara@example.org")
    portal = Portal(app, owner)
    path = f"/people/{slugs.slug(person.id, person.name)}"
    page(portal, path)
    with counting() as sent:
        page(portal, path)
    assert len(sent) <= 12, str(sent)


def test_the_name_in_an_address_is_only_decoration(app: CommunityFlask, owner: Actor) -> None:
    person = make_person(owner, "Mara Ellison")
    portal = Portal(app, owner)
    wrong = portal.get(f"/people/{slugs.slug(person.id, 'Somebody Else')}")
    assert wrong.status_code == 302
    assert wrong.headers["Location"].endswith(slugs.slug(person.id, person.name))


def test_anothers_private_person_is_not_there(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    person = make_person(member, "Quiet Friend", audience="private")
    portal = Portal(app, owner)
    assert portal.get(f"/people/{slugs.slug(person.id, person.name)}").status_code == 404
    assert "Quiet Friend" not in page(portal, "/search?q=quiet+friend")
    assert "Quiet Friend" not in page(portal, "/")


def test_search_forgives_typos_and_accents(app: CommunityFlask, owner: Actor) -> None:
    make_person(owner, "Inês Gonçalves")
    portal = Portal(app, owner)
    for words in ("ines goncalves", "Gonsalves"):
        assert "Inês Gonçalves" in page(portal, f"/search?q={words}")


def test_the_palette_brings_people_and_pages(app: CommunityFlask, owner: Actor) -> None:
    make_person(owner, "Settie Settler")
    html = page(Portal(app, owner), "/search/palette?q=sett")
    assert "Settie Settler" in html
    assert "Settings" in html


def test_more_and_help_lead_on(app: CommunityFlask, owner: Actor) -> None:
    portal = Portal(app, owner)
    assert "Reciprocity" in page(portal, "/more")
    assert "Thanks first" in page(portal, "/help")
    there = portal.get("//help").headers["Location"]
    assert there == f"/t/{owner.team_slug}/help"


def test_the_timeline_says_who_wrote_an_entry(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    thanks = say_thanks(owner, member.person_id).give.id
    told = log_give(member, owner.person_id).give.id
    api = Api(app, owner)
    for person in (owner, member):
        body = api.get(f"/people/{person.person_id}/timeline").get_json()
        by = {item["id"]: item["created_by_id"] for item in body["items"]}
        assert by == {str(thanks): str(owner.person_id), str(told): str(member.person_id)}
    give = api.get(f"/gives/{thanks}").get_json()
    assert give["created_by_id"] == str(owner.person_id)


@pytest.mark.parametrize(
    "path", ["/help", "/help/keyboard", "/nothing/like/this", "/people/nobody"]
)
def test_the_shell_stays_wherever_one_gets_to(app: CommunityFlask, owner: Actor, path: str) -> None:
    html = Portal(app, owner).get(path).text
    assert f'href="/t/{owner.team_slug}/people"' in html
    assert f'href="/t/{owner.team_slug}/search"' in html


def test_what_is_not_there_says_so_once_and_leads_to_search(
    app: CommunityFlask, owner: Actor
) -> None:
    answer = Portal(app, owner).get("/nothing")
    assert answer.status_code == 404
    main = BeautifulSoup(answer.text, "html.parser").select_one("main")
    assert main.get_text().count("not yours to see") == 1
    assert main.select_one(f'a[href="/t/{owner.team_slug}/search"]')


def test_a_stranger_learns_nothing_of_a_team_from_what_is_not_there(
    app: CommunityFlask, owner: Actor, stranger: Actor
) -> None:
    portal = Portal(app, stranger)
    paths = (f"//t/{owner.team_slug}/nothing", "//t/no-such-team/nothing")
    answers = [portal.get(path) for path in paths]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text == answers[1].text


def test_a_guest_is_offered_nothing_they_may_not_do(app: CommunityFlask, owner: Actor) -> None:
    for path in ("/", "/search?q=nobody"):
        assert "/people/new" in page(Portal(app, owner), path)
    guest = Portal(app, make_member(owner, "Gustav Gast", role="guest"))
    assert "/people/new" not in page(guest, "/search?q=nobody")
    html = page(guest, "/")
    assert "/people/new" not in html
    assert "/people/import" not in html
    for form in ("/people/new", "/people/paste"):
        assert guest.get(form).status_code == 403
