"""The palette: people, commands and pages for what is typed, in few and small answers."""

from bs4 import BeautifulSoup

from community.core import slugs
from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.identity import make_member
from tests.factories.people import make_person
from tests.web_client import Portal


def options(portal: Portal, q: str) -> dict[str, str]:
    """Where each option leads, by its words."""
    answer = portal.get(f"/search/palette?q={q}")
    assert answer.status_code == 200
    assert len(answer.data) <= 3_000, f"{q!r} is answered in {len(answer.data)} bytes"
    found = BeautifulSoup(answer.text, "html.parser").select("[role=option]")
    assert len({option["id"] for option in found}) == len(found)
    words = [option.select_one("span:not(.avatar)").get_text(" ", strip=True) for option in found]
    return {word: option["data-href"] for word, option in zip(words, found, strict=True)}


def test_recent_people_are_on_top_before_anything_is_typed(
    app: CommunityFlask, owner: Actor
) -> None:
    names = [f"Somebody Nicely Longnamed {number}" for number in range(7)]
    for name in names:
        make_person(owner, name)
    found = list(options(Portal(app, owner), ""))
    assert found[:5] == names[:1:-1]


def test_commands_are_found_by_their_words_and_lead_somewhere(
    app: CommunityFlask, owner: Actor
) -> None:
    portal, here = Portal(app, owner), f"/t/{owner.team_slug}"
    for typed, text in (
        ("add pers", "Add a person"),
        ("thanks", "Say thanks or log help"),
        ("csv", "Import people"),
        ("dark", "Theme: light or dark"),
        ("sign out", "Log out or change team"),
        ("export", "Export my data"),
    ):
        href = options(portal, typed)[text]
        assert (
            portal.get(href.removeprefix(here) if href.startswith(here) else f"/{href}").status_code
            == 200
        ), href


def test_a_command_takes_the_name_of_a_person(app: CommunityFlask, owner: Actor) -> None:
    mara = make_person(owner, "Mara Ellison")
    portal, slug = Portal(app, owner), slugs.slug(mara.id, mara.name)
    assert options(portal, "note about marra")["Note about Mara Ellison"].endswith(f"{slug}#note")
    assert options(portal, "thank ellison")["Thank Mara Ellison"].endswith(f"/gives/new?to={slug}")


def test_guests_are_offered_only_what_they_may(app: CommunityFlask, owner: Actor) -> None:
    make_person(owner, "Mara Ellison")
    portal = Portal(app, make_member(owner, "Gustav Gast", role="guest"))
    for typed in ("", "add person", "note mara", "import"):
        words = " ".join(options(portal, typed))
        assert "Add a person" not in words
        assert "Import" not in words
        assert "Mara" not in words.replace("note mara", "")


def test_an_answer_costs_few_statements(app: CommunityFlask, owner: Actor) -> None:
    make_person(owner, "Mara Ellison")
    portal = Portal(app, owner)
    for typed, most in (("", 4), ("mara", 4), ("thank mara", 5)):
        options(portal, typed)
        with counting() as sent:
            options(portal, typed)
        assert len(sent) <= most, f"{typed}: {sent}"
