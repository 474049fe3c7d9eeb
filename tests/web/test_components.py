"""The macros of the portal: what they escape, name and connect."""

import re

import pytest
from bs4 import BeautifulSoup

from community.web.display import TINTS, initials, tint, web_address
from tests.web.drawing import NASTY, draw, only
from tests.web.pattern_data import PATTERNS, render
from tests.web.pattern_env import environment


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Noor Haddad", "NH"),
        ("Ana María de la Cruz", "AC"),
        ("mononym", "M"),
        ("  ", "?"),
        ("李 小龙", "李小"),
        ("Émile (Milo)", "É"),
        ("Dr. Änne Maria Großmann", "ÄG"),
        ("Prof. Dr. Ivy Okonjo", "IO"),
        ("Frau Mara Ellison", "ME"),
        ("Dr. Who", "W"),
        ("Sir", "S"),
        ("Drew Barry", "DB"),
    ],
)
def test_initials_are_the_first_and_last_words(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://www.linkedin.com/in/l%C3%BCdenscheid/", "linkedin.com/in/lüdenscheid"),
        ("http://hale.example/a?b=c", "hale.example/a?b=c"),
        ("https://hale.example/%FF", "hale.example/%FF"),
        ("https://hale.example/%E2%80%AEtxt", "hale.example/%E2%80%AEtxt"),
        ("https://hale.example/a%20b", "hale.example/a%20b"),
    ],
)
def test_a_web_address_is_shown_in_its_letters_and_hides_nothing(address: str, shown: str) -> None:
    assert web_address(address) == shown


def test_a_tint_stays_the_same_and_all_are_used() -> None:
    found = [tint(number) for number in range(200)]
    assert found == [tint(number) for number in range(200)]
    assert set(found) == set(range(1, TINTS + 1))


FIELD = '{% from "components/field.html" import field %}{{ field(f) }}'


def test_a_refused_field_is_tied_to_its_message_and_hint() -> None:
    soup = draw(
        FIELD,
        f={
            "name": "email",
            "label": "E-mail",
            "value": NASTY,
            "errors": ["No address."],
            "hint": "One is enough.",
        },
    )
    control = only(soup, "input")
    assert control["aria-invalid"] == "true"
    described = [soup.find(id=name) for name in str(control["aria-describedby"]).split()]
    assert [part.get_text() for part in described if part] == ["One is enough.", "No address."]
    assert control["value"] == NASTY
    assert only(soup, "label")["for"] == control["id"]
    assert soup.find("script") is None


def test_an_optional_field_says_so_and_a_required_one_does_not() -> None:
    needed = draw(FIELD, f={"name": "a", "label": "Name", "required": True})
    free = draw(FIELD, f={"name": "a", "label": "Name"})
    assert only(needed, "label").get_text(strip=True) == "Name"
    assert only(needed, "input").has_attr("required")
    assert "optional" in only(free, "label").get_text()


@pytest.mark.parametrize("kind", ["radio", "picks", "select"])
def test_a_choice_keeps_what_was_chosen(kind: str) -> None:
    f = {
        "name": "size",
        "label": "Size",
        "type": kind,
        "value": 2,
        "options": [(1, "One"), (2, "Two")],
    }
    soup = draw(FIELD, f=f)
    chosen = soup.select("[checked], [selected]")
    assert [choice["value"] for choice in chosen] == ["2"]


def test_several_choices_are_a_group_with_a_name() -> None:
    f = {
        "name": "kinds",
        "label": "Kinds",
        "type": "checks",
        "value": ["a", "c"],
        "options": [("a", "A"), ("b", "B"), ("c", "C")],
    }
    soup = draw(FIELD, f=f)
    assert only(soup, "fieldset legend").get_text(strip=True) == "Kinds"
    assert [box["value"] for box in soup.select("input[checked]")] == ["a", "c"]


def test_a_bound_field_shows_what_was_typed() -> None:
    class Typed:
        def value(self, name: str, default: str = "") -> str:
            return {"name": "Mara"}.get(name, default)

        def of(self, name: str) -> list[str]:
            return ["Too short."] if name == "name" else []

    source = '{% from "components/field.html" import bound %}{{ bound(form, f) }}'
    soup = draw(source, form=Typed(), f={"name": "name", "label": "Name"})
    assert only(soup, "input")["value"] == "Mara"
    assert only(soup, ".error").get_text() == "Too short."


PICKER = (
    '{% from "components/audience.html" import audience_picker %}'
    '{{ audience_picker("people", people=people, circles=circles, picked=[2]) }}'
)


def test_the_audience_picker_offers_circles_only_where_there_are_some() -> None:
    people = [(1, "Ivy"), (2, "Daniel")]
    without = draw(PICKER, people=people, circles=[])
    with_one = draw(PICKER, people=people, circles=[(9, "Founders")])
    choices = '[name="audience"]'
    assert [c["value"] for c in without.select(choices)] == ["private", "people", "team"]
    assert [c["value"] for c in with_one.select(choices)] == ["private", "people", "circle", "team"]
    assert only(without, f"{choices}[checked]")["value"] == "people"
    assert only(without, '[name="audience_people"][checked]')["value"] == "2"


def test_a_large_team_is_a_list_and_not_a_thousand_boxes() -> None:
    soup = draw(PICKER, people=[(n, f"P{n}") for n in range(200)], circles=[])
    assert only(soup, "select[multiple] option[selected]")["value"] == "2"
    assert soup.select('[type="checkbox"]') == []


def test_a_row_says_its_audience_unless_it_is_the_team() -> None:
    badge = (
        '{% from "components/audience.html" import audience_badge %}{{ audience_badge(a, names) }}'
    )
    assert draw(badge, a="team", names=[]).get_text(strip=True) == ""
    assert draw(badge, a="private", names=[]).get_text(strip=True) == "Only you"
    assert draw(badge, a="people", names=[NASTY]).find("script") is None
    assert "You and Ivy" in draw(badge, a="people", names=["Ivy"]).get_text()


def test_what_people_typed_is_escaped_in_a_row() -> None:
    source = (
        '{% from "components/rows.html" import row %}'
        '{% call row(name, href="/p", key="1", text=name, chips=[(name, "info")]) %}x{% endcall %}'
    )
    soup = draw(source, name=NASTY)
    assert soup.find("script") is None
    assert only(soup, ".row-title a").get_text() == NASTY


def test_a_toast_undoes_by_a_plain_form() -> None:
    source = '{% from "components/toast.html" import toast %}{{ toast(flash) }}'
    flash = {"text": "Sent.", "undo": {"url": "/gives/1/undo", "label": "Undo"}}
    form = only(draw(source, flash=flash), "form")
    assert (form["method"], form["action"]) == ("post", "/gives/1/undo")
    assert only(form, "[name=csrf_token]")
    assert draw(source, flash={"text": "Saved.", "undo": None}).find("form") is None


def test_a_part_brings_its_toast_out_of_band() -> None:
    part = environment().get_template("components/toast_reply.html")
    soup = BeautifulSoup(part.render(flash={"text": NASTY, "undo": None}), "html.parser")
    assert only(soup, "[hx-swap-oob]")["hx-swap-oob"] == "innerHTML:#toasts"
    assert soup.find("script") is None


def test_the_last_page_of_a_list_has_no_button() -> None:
    source = '{% from "components/more.html" import show_more %}{{ show_more(href, target="#l") }}'
    assert draw(source, href="").find("a") is None
    assert only(draw(source, href="/people?after=x"), "a")["href"] == "/people?after=x"


QUICK = (
    '{% from "components/quick.html" import quick %}'
    '{% call quick("/gives", ["Mara"], [("intro", "Intro")], values, errors) %}{% endcall %}'
)


def test_the_sentence_is_thanks_first() -> None:
    soup = draw(QUICK, values={}, errors={})
    assert only(soup, "[name=mode][checked]")["value"] == "thank"
    assert [m["value"] for m in soup.select("[name=mode]")] == ["thank", "helped"]


def test_a_refused_sentence_keeps_its_words() -> None:
    values = {"mode": "helped", "who": "Mraa", "what": NASTY, "kind": "intro"}
    soup = draw(QUICK, values=values, errors={"who": ["Nobody by that name."]})
    who = only(soup, "[name=who]")
    message = soup.find(id=str(who["aria-describedby"]))
    assert message
    assert message.get_text() == "Nobody by that name."
    assert (who["value"], only(soup, "[name=what]")["value"]) == ("Mraa", NASTY)
    assert only(soup, "[name=mode][checked]")["value"] == "helped"


@pytest.mark.parametrize("name", PATTERNS)
def test_no_page_prints_a_thing_instead_of_its_words(name: str) -> None:
    assert not re.search(r"built-in method|object at 0x|Undefined|\bNone\b", render(name))


def test_htmx_attributes_come_from_the_agreed_list_only() -> None:
    source = '{% from "components/hx.html" import hx %}<a{{ hx(spec) }}></a>'
    link = only(draw(source, spec={"get": '/x?"', "target": "#t", "on": "alert(1)"}), "a")
    assert dict(link.attrs) == {"hx-get": '/x?"', "hx-target": "#t"}
    assert only(draw(source, spec=None), "a").attrs == {}


def test_a_mail_says_why_one_gets_it_in_both_parts() -> None:
    for kind in ("html", "txt"):
        source = (
            f'{{% extends "email/base.{kind}" %}}{{% block body %}}Mara says thanks.{{% endblock %}}'
            "{% block reason %}Because Mara named you.{% endblock %}"
        )
        text = environment().from_string(source)
        said = text.render(team_name="Northlight", unsubscribe_url="https://x.test/u")
        for words in (
            "Mara says thanks.",
            "Because Mara named you.",
            "https://x.test/u",
            "Northlight",
        ):
            assert words in said
