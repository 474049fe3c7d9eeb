"""Nothing that people read is left in English: every page and mail in a language of brackets.

Each translated text comes out as ⟦text⟧. What then stands outside the brackets must be data of
the team, an address, a time, a key or code.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import babel.dates
import pytest
from babel.support import NullTranslations
from bs4 import BeautifulSoup, Comment, Doctype, NavigableString, Tag
from sqlalchemy import text
from werkzeug.test import TestResponse

from community.accounts.actions import membership, team_life
from community.accounts.actions.security_mail import tell
from community.accounts.notices.security import EVENTS
from community.core import hold, i18n, mail, outbox, queue
from community.core.mail import Mail
from community.exchange.portal.bringing import ENCODINGS
from community.ledger import actions as ledger
from community.notifications.catalogue import PLAIN
from community.notifications.formats import mailbox
from community.people import actions as people
from community.records import actions as records
from community.web import letters
from tests.contract.conftest import admin, world  # noqa: F401
from tests.contract.makers import PROOFS
from tests.contract.route import Route
from tests.contract.table import ROUTES
from tests.contract.things import word
from tests.contract.world import World
from tests.factories import accounts
from tests.factories.identity import acting, make_member
from tests.factories.invitations import make_invitation
from tests.web_client import Portal

CODE = Path(__file__).parents[2] / "community"
# The readable document is as English as the code it describes; health is for programs.
PAGES = [
    route
    for route in ROUTES
    if route.reads and not route.rule.startswith(("/api/", "/healthz", "/readyz", "/metrics"))
]
READ_ALOUD = ("title", "placeholder", "aria-label", "alt", "aria-description")
SILENT = ("script", "style", "time", "kbd", "code", "svg")
# Babel's own words: they come in the reader's language without our catalogue.
BABEL = [
    name
    for names in (babel.dates.get_month_names, babel.dates.get_day_names)
    for width in ("wide", "abbreviated")
    for name in names(width, locale="en").values()
]
# The product, languages by their own names, encodings.
NAMES = ["Community", "English", *(name for _code, name in ENCODINGS)]
_LETTER = re.compile(r"[^\W\d_]")
_ADDRESS = re.compile(r"https?://\S*|[\w.+-]+@[\w.-]+|/[\w/.#?=&{}%-]+")

# What is left of a word that the test world made up, where a search marks its beginning.
_MADE = re.compile(r"\b\d+q[0-9a-f]{8,}")


class Brackets(NullTranslations):
    """A language in which every text stands in brackets."""

    def ugettext(self, message: object) -> str:
        return f"⟦{message}⟧"

    def ungettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"

    def upgettext(self, _context: str, message: object) -> str:
        return f"⟦{message}⟧"


@pytest.fixture
def brackets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Speak it for the time of a test."""
    language = Brackets()
    monkeypatch.setattr(i18n, "_catalogue", lambda _locale: language)


@contextmanager
def _all_rows(world: World) -> Iterator[Any]:
    with world._admin.connect() as connection:
        yield connection


_DATA = """
    SELECT name FROM persons UNION SELECT call_name FROM persons UNION SELECT name FROM teams
    UNION SELECT name FROM circles UNION SELECT name FROM api_tokens UNION SELECT name FROM passkeys
    UNION SELECT body FROM notes UNION SELECT text FROM facts UNION SELECT title FROM moments
    UNION SELECT text FROM profile_parts UNION SELECT name FROM organisations
    UNION SELECT about FROM organisations UNION SELECT name FROM custom_fields
    UNION SELECT unnest(choices) FROM custom_fields UNION SELECT name FROM relation_kinds
    UNION SELECT name FROM saved_views UNION SELECT words FROM handovers
    UNION SELECT story FROM give_words UNION SELECT thanks FROM give_words
    UNION SELECT dispute_reason FROM give_words UNION SELECT reason FROM disputes
    UNION SELECT unnest(tags) FROM persons
    UNION SELECT filename FROM import_batches UNION SELECT data->>'name' FROM import_rows
    UNION SELECT words FROM subject_requests UNION SELECT reason FROM subject_requests
    UNION SELECT purpose FROM consents UNION SELECT how FROM consents
"""


def _data(world: World) -> list[str]:
    """What people wrote."""
    with _all_rows(world) as connection:
        found = {value for value in connection.scalars(text(_DATA)) if value}
    # A person is also called by the first of their names, a search marks one of them, a file has
    # its own header, and mails that other tests had sent lie in the mailbox as they were written.
    found |= {value.split()[0] for value in found} | {"Name", "Email"}
    found |= {part for value in found for part in value.split() if part.startswith("Vexara")}
    # Words around a match, of which a search shows a few.
    found |= {part for value in found for part in value.split() if value.startswith("Quillon")}
    found |= {kept.subject for kept in mailbox.newest(mail.settings().mailbox)}
    return sorted(found)


def outside_brackets(said: str, depth: int = 0) -> tuple[str, int]:
    """What of a text stands in no brackets, and how many are open at its end."""
    kept = []
    for sign in said:
        depth += (sign == "⟦") - (sign == "⟧")
        if depth == 0 and sign != "⟧":
            kept.append(sign)
    return "".join(kept), depth


def english(said: str, data: list[str]) -> str:
    """What of a text is neither data nor without letters."""
    if not _LETTER.search(said):
        return ""
    left = _MADE.sub(" ", _ADDRESS.sub(" ", said))
    known = sorted({*data, *BABEL, *NAMES}, key=len, reverse=True)
    left = re.sub(rf"(?<!\w)(?:{'|'.join(map(re.escape, known))})(?!\w)", " ", left)
    return " ".join(left.split()) if _LETTER.search(left) else ""


def english_in(said: str, data: list[str]) -> str:
    """The same of a text that stands alone."""
    return english(outside_brackets(said)[0], data)


def english_of(html: str, data: list[str]) -> list[str]:
    """The texts and attributes of a page that are in nobody's language."""
    page = BeautifulSoup(html, "html.parser")
    found, depth = [], 0
    for node in page.find_all(string=True):
        if isinstance(node, NavigableString) and not isinstance(node, (Comment, Doctype)):
            # A translated sentence may hold tags, so its brackets span several texts.
            left, depth = outside_brackets(str(node), depth)
            if not any(p.name in SILENT or _is_avatar(p) for p in node.parents):
                found.append(english(left, data))
    assert depth == 0
    for tag in page.find_all(True):
        for name in READ_ALOUD:
            if tag.name not in SILENT and tag.get(name):
                found.append(english_in(str(tag[name]), data))
    return [text for text in found if text]


def assert_no_english(response: TestResponse, data: list[str]) -> None:
    """A page without a text that cannot be translated.

    A redirection is read by nobody, and a file has the columns that programs look for.
    """
    is_file = response.headers.get("Content-Disposition", "").startswith("attachment")
    if response.status_code not in (302, 303) and not is_file:
        found = english_of(response.get_data(as_text=True), data)
        assert not found, " | ".join(found)


def _is_avatar(tag: Tag) -> bool:
    return "avatar" in (tag.get("class") or [])


@pytest.mark.parametrize("route", PAGES, ids=str)
def test_a_page_is_translated_whole(world: World, route: Route, brackets: None) -> None:
    thing = world.named_by(route)
    for query in (route.query, *route.queries):
        if route.public:
            response = Portal(world.app).get("/" + route.path(thing.path))
        else:
            actor = world.people[route.by] if route.by else thing.maker
            response = world.send(actor, route, thing, query=query)
        if response.mimetype == "text/html":
            assert_no_english(response, [*_data(world), *TOLD])


ACTS = [
    route
    for route in ROUTES
    if not route.reads
    and not route.public
    and not route.is_api
    and not route.spends
    # These answer a script of ours.
    and not route.rule.endswith("/options")
]


@pytest.mark.parametrize("route", ACTS, ids=str)
def test_what_an_act_answers_is_translated_whole(
    world: World,
    route: Route,
    brackets: None,
) -> None:
    """The message after an act, and the form that comes back when it was sent empty."""
    thing = world.named_by(route)
    actor = world.people[route.by] if route.by else thing.maker
    other = world.named_by(route)
    empty = world.send(actor, route, other, body={})
    world.send(actor, route, thing)
    data = [
        *_data(world),
        *thing.secrets,
        *other.secrets,
        *map(str, route.body(world, thing).values()),
    ]
    assert_no_english(empty, data)
    after = world.portal(actor).get("/settings/keyboard")
    assert_no_english(after, data)


@pytest.mark.parametrize("path", ["/nothing-here", "/gives?since=yesterday", "/people?after=x"])
def test_an_error_is_translated_whole(world: World, path: str, brackets: None) -> None:
    response = world.portal(world.people["author"]).get(path)
    assert response.status_code >= 400
    assert_no_english(response, _data(world))


def test_errors_of_the_api_are_translated(world: World, brackets: None) -> None:
    api = world.api(world.people["author"])
    answers = [
        api.get("/nothing-here"),
        api.post("/people", {"nmae": 1, "emails": [{"value": "x"}], "tags": "no list"}),
        api.post("/people", {"birthday": {"month": 2}, "positions": [{}], "links": [{"value": 7}]}),
        api.post("/gives", {"receiver_id": "x", "size": "huge", "happened_on": "1-1-1"}),
        api.open("PATCH", "/me", json={}),
        api.open("POST", "/people", data="{", content_type="application/json"),
        api.get("/people?limit=0&cursor=x&archived=perhaps"),
    ]
    for answer in answers:
        said = [answer.json["detail"], *(error["message"] for error in answer.json["errors"])]
        assert [english_in(sentence, []) for sentence in said] == [""] * len(said)


MAILS = {
    f"{path.parents[2].name}/email/{path.parent.name}"
    for path in CODE.rglob("templates/*/email/*/subject.txt")
}


def test_every_mail_is_translated_whole(
    world: World,
    brackets: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World(world.app, world._admin)  # in which nobody has switched a mail off
    written, sent = set[str](), list[Mail]()
    write = letters.write

    def note(template: str, **values: Any) -> letters.Letter:
        written.add(template)
        return write(template, **values)

    monkeypatch.setattr(letters, "write", note)
    monkeypatch.setattr(mail, "send", sent.append)
    held = hold.period()
    hold.configure(0)
    _tell_of_gives(world)
    _tell_of_the_rest(world)
    _tell_of_ways_in(world)
    _tell_of_coming_and_going(world)
    while _deliver(world):
        continue
    hold.configure(int(held.total_seconds()))
    with world.app.app_context():
        values = {
            "actor": world.people["owner"],
            "sentence": "⟦Work was given up.⟧",
            "reason": "⟦You own it.⟧",
            "team_name": "Northlight",
            **dict.fromkeys(("url", "unsubscribe_url", "settings_url"), "http://localhost/x"),
        }
        plain = note(PLAIN, locale="en", zone="UTC", **values)
    assert written == MAILS
    data = [*_data(world), *TOLD]
    found = {
        message.reference: [
            *_of_text(message.subject, message.text, data),
            *english_of(message.html, data),
        ]
        for message in sent
    }
    found["plain"] = [*_of_text(plain.subject, plain.text, data), *english_of(plain.html, data)]
    assert {name: left for name, left in found.items() if left} == {}


TOLD = ("Vexara", "A word about last week", "I noted that I could help.", "sixty days")


def _of_text(subject: str, body: str, data: list[str]) -> list[str]:
    left = [english_in(part, data) for part in (subject, body)]
    return [part for part in left if part]


def _deliver(world: World) -> int:
    """Do what is owed to our team; what other tests owe goes back."""
    ours, done = world.people["owner"].team_id, 0
    others: list[outbox.Claim] = []
    with world.app.app_context():
        for name in (queue.WORK, queue.MAIL):
            while claims := outbox.load(outbox.claim(name)):
                others += [claim for claim in claims if claim.team_id != ours]
                for claim in claims:
                    if claim.team_id == ours:
                        outbox.handler(claim.job)(claim)
                        done += 1
        outbox.release(others)
    return done


def _tell_of_gives(world: World) -> None:
    author, named = world.people["author"], world.people["named"]
    for answer, more in (
        (ledger.acknowledge, {"thanks": word()}),
        (ledger.amend, {"kind": "advice"}),
        (ledger.dispute, {"reason": word()}),
    ):
        give = world.fresh("give", "team")
        with acting(named):
            answer(named, give.id, **more)
    with acting(author):
        draft = ledger.Draft(giver_id=named.person_id, story=word())
        thanks = ledger.say_thanks(author, draft).entry
    with acting(author):
        ledger.correct(author, thanks.give.id, replacement=None)
    with acting(author):
        ledger.say_thanks(author, ledger.Draft(giver_id=named.person_id, story=word()))
    world.fresh("give", "team")
    PROOFS["answer_link"](world, "")
    unreached = PROOFS["answer_link"](world, "")
    with acting(author):
        ledger.could_not_reach(unreached.id)


def _tell_of_the_rest(world: World) -> None:
    author, other = world.people["author"], world.people["other"]
    with acting(author):
        shown = {"audience": "team", "people": [], "circle_id": None}
        people.add_note(author, other.person_id, body=word(), visibility=shown)
    wanted = {"items": [{"kind": "import_done", "app": True, "mail": True}]}
    assert world.api(author).put("/notification_preferences", wanted).status_code == 200
    file = {"file": (BytesIO(b"Name,Email\nIda Imported,ida@example.org\n"), "people.csv")}
    assert world.api(author).open("POST", "/imports", data=file).status_code == 202


def _tell_of_coming_and_going(world: World) -> None:
    owner = world.people["owner"]
    make_invitation(owner, f"{word('invited').lower()}@example.org")
    leaver = make_member(owner, "Lea Leaver")
    with acting(owner):
        membership.remove_member(owner, leaver.person_id)
    _deliver(world)
    with acting(owner):
        records.erase_person(owner, leaver.person_id, name=leaver.name)
    _deliver(world)
    with acting(owner):
        team_life.end_team(owner)


def _tell_of_ways_in(world: World) -> None:
    who = make_member(world.people["owner"], "Petra Portal")
    address, portal = accounts.address_of(who), Portal(world.app, who)
    portal.get("/settings/profile")
    portal.post("/settings/email", {"email": f"{word('new').lower()}@example.org"})
    link = accounts.newest_link(who.user_id, "confirm_email")
    portal.post("/settings/password/link")
    portal.get("//login")
    portal.post("//login", {"email": address})
    _deliver(world)
    portal.post(f"//login/{link}")
    portal.get("/settings/sessions")
    portal.post("/settings/password", {"password": "meadow-lantern-otter-19"})
    with acting(who):
        for event in EVENTS:
            tell(who.user_id, event, detail="Vexara")
