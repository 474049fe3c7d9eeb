"""The world of the contract tests: a team of every role, a stranger, and everybody's clients."""

import re
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from community.core import db
from community.identity.models import Actor
from community.people.models import Person
from community.web.session import CommunityFlask
from tests.contract.makers import KINDS, PROOFS
from tests.contract.route import API, Route
from tests.contract.things import READERS, Thing, never_there, word
from tests.factories import identity
from tests.factories.people import make_person
from tests.web_client import Api, Portal

SCOPES = ("read", "write", "admin")
TEAM = ("author", "named", "other", "owner", "steward", "guest")
EVERYBODY = (*TEAM, "stranger")
# What reading may leave behind: when a browser or a token was last seen, and who opened whom.
_TRACES = {"sessions": "seen_at", "api_tokens": "last_used_at"}
_WRITTEN_AFTER = ("opened_by",)


def text_of(response: TestResponse) -> str:
    """What an answer says; of a picture, its letters."""
    return response.get_data().decode(errors="replace")


class World:
    """One team (`author`, `named`, `other`, `owner`, `steward`, `guest`) and a `stranger`."""

    def __init__(self, app: CommunityFlask, admin: Engine) -> None:
        self.app, self._admin = app, admin
        owner = identity.make_team("Northlight", owner_name="Olive Owner")
        author = identity.make_member(owner, "Ada Author")
        named = identity.make_member(owner, "Nils Named")
        self.circle_id = identity.make_circle(author, named).id
        self.people: dict[str, Actor] = {
            "author": identity.again(author),
            "named": identity.again(named),
            "other": identity.make_member(owner, "Otto Other"),
            "owner": owner,
            "steward": identity.make_member(owner, "Stella Steward", role="steward"),
            "guest": identity.make_member(owner, "Gus Guest", role="guest"),
            "stranger": identity.make_team("Elsewhere", owner_name="Sara Stranger"),
        }
        self._things: dict[tuple[str, str], Thing] = {}
        self._apis: dict[tuple[Any, tuple[str, ...]], Api] = {}
        self._portals: dict[UUID, Portal] = {}
        self._subjects: dict[UUID, Person] = {}
        self._spares: dict[UUID, list[Person]] = {}
        self._done: set[str] = set()

    def thing(self, kind: str, case: str) -> Thing:
        """A thing that no test changes."""
        if (kind, case) not in self._things:
            self._things[kind, case] = KINDS[kind].make(self, case)
        return self._things[kind, case]

    def absent(self, kind: str) -> Thing:
        """The address of a thing of a kind that never was."""
        return never_there(self.thing(kind, KINDS[kind].cases[0]))

    def fresh(self, kind: str, case: str) -> Thing:
        """A thing to act on."""
        return KINDS[kind].make(self, case)

    def subject(self, maker: Actor) -> Person:
        """Somebody outside whom all of the maker's team see, guests but their own."""
        if maker == self.people["guest"]:
            return self.guest_person
        if maker.team_id not in self._subjects:
            self._subjects[maker.team_id] = make_person(maker, "Petra Plain")
        return self._subjects[maker.team_id]

    def spare(self, maker: Actor) -> Person:
        """Somebody outside whom the team sees, and of whom nothing is said yet."""
        waiting = self._spares.setdefault(maker.team_id, [])
        return waiting.pop() if waiting else make_person(maker, f"Quillon {word()}")

    def lay_in_spares(self) -> None:
        """Enough of them that nobody new is seen when things about them are made."""
        for who in ("author", "stranger"):
            maker = self.people[who]
            kept = [self.spare(maker) for _number in range(2 * len(KINDS))]
            self._spares[maker.team_id] += kept

    def leaver(self) -> Actor:
        """A member whose membership, browsers or tokens will not outlast the test."""
        return identity.make_member(self.people["owner"], "Lea Leaver")

    @cached_property
    def nobody(self) -> Portal:
        """A browser that is not signed in."""
        return Portal(self.app)

    @cached_property
    def friend(self) -> Actor:
        """A member of the stranger's team."""
        return identity.make_member(self.people["stranger"], "Frida Friend")

    @cached_property
    def guest_person(self) -> Person:
        """Somebody outside whom the guest sees."""
        people = [self.people["guest"].person_id]
        return make_person(
            self.people["author"], "Gerda Plain", audience="people", audience_people=people
        )

    def once(self, what: str) -> bool:
        """Whether this is asked for the first time."""
        is_new = what not in self._done
        self._done.add(what)
        return is_new

    def new_name(self) -> str:
        """A name that nothing has yet."""
        return word("made").lower()

    def hidden_from(self, who: str) -> list[Thing]:
        """The unchanging things that somebody must not know of."""
        made = [self.thing(kind, case) for kind in KINDS for case in KINDS[kind].cases]
        return [thing for thing in made if who not in thing.readers]

    def hide_more(self, who: str) -> None:
        """More of everything that somebody must not know of."""
        for name, kind in KINDS.items():
            for case in kind.cases:
                if who not in self.thing(name, case).readers:
                    kind.make(self, case)

    def let_notices_arrive(self) -> None:
        """What is held back until it can no more be undone is there now, and not a minute later."""
        due = text("UPDATE notices SET visible_at = now() WHERE visible_at > now()")
        with self._admin.begin() as connection:
            connection.execute(due)

    def named_by(self, route: Route) -> Thing:
        """What a route's address names, made anew by whoever may do everything with it."""
        if route.of in PROOFS:
            return PROOFS[route.of](self, "")
        if route.of and not route.spends:
            return self.fresh(route.of, "team" if "team" in KINDS[route.of].cases else "private")
        if route.of:
            return self.fresh(route.of, "spent")
        actor = self.leaver() if route.spends else self.people[route.by or "author"]
        made_up = {"token": "x" * 43, "name": "none.eml", "filename": "none.css"}
        return Thing(actor, frozenset(), made_up)

    def shown(self, kind: str, who: str) -> Thing | None:
        """An unchanging thing that somebody may see without having made it, or else their own."""
        cases = KINDS[kind].cases
        for case in ("team", "people", "guest", "foreign", "private"):
            if case in cases and who in READERS[case]:
                return self.thing(kind, case)
        return None

    def api(self, actor: Actor, scopes: tuple[str, ...] = SCOPES) -> Api:
        """Somebody's program."""
        key = (actor.member_id, scopes)
        if key not in self._apis:
            self._apis[key] = Api(self.app, actor, scopes)
        return self._apis[key]

    def portal(self, actor: Actor) -> Portal:
        """Somebody's browser, which has had a form before."""
        if actor.member_id not in self._portals:
            portal = Portal(self.app, actor)
            portal.get("/settings/keyboard")
            self._portals[actor.member_id] = portal
        return self._portals[actor.member_id]

    def send(self, actor: Actor, route: Route, thing: Thing, **more: Any) -> TestResponse:
        """A valid request of somebody for a thing; `path`, `body`, `scopes`, `csrf`, `query` differ."""
        values = {"team": actor.team_slug, **thing.path, **more.pop("path", {})}
        path = route.path(values) + more.pop("query", route.query)
        body = more.pop("body", None)
        body = route.body(self, thing) if body is None and not route.reads else body
        if route.is_api:
            return self._program(actor, route, path.removeprefix(API), body, **more)
        portal = self.portal(actor)
        if route.reads:
            return portal.get(f"/{path}" if "<team>" not in route.rule else path, buffered=True)
        target = path if "<team>" in route.rule else f"/{path}"
        return portal.post(target, body, buffered=True, **more)

    def _program(
        self, actor: Actor, route: Route, path: str, body: Any, scopes: tuple[str, ...] = SCOPES
    ) -> TestResponse:
        api = self.api(actor, scopes)
        headers = {"If-Match": "*"} if route.method in ("PATCH", "PUT", "DELETE") else {}
        if route.method in ("POST", "PATCH", "PUT"):
            form = route.uploads
            sent: dict[str, Any] = {"data": body} if form else {"json": body}
            return api.open(route.method, path, headers=headers, buffered=True, **sent)
        if body:
            return api.open(route.method, path, headers=headers, buffered=True, json=body)
        return api.open(route.method, path, headers=headers, buffered=True)

    def fingerprint(self) -> dict[str, str]:
        """What stands in every table, of both teams; without the traces that reading may leave."""
        return self._fingerprint(self._teams)

    def fingerprint_of(self, who: str) -> dict[str, str]:
        """What stands in somebody's team."""
        found = self._fingerprint([self.people[who].team_id])
        tables = db.Base.metadata.tables
        return {name: said for name, said in found.items() if "team_id" in tables[name].c}

    def _fingerprint(self, teams: list[UUID]) -> dict[str, str]:
        with self._admin.connect() as connection:
            found = connection.execute(_fingerprint(), {"teams": teams})
            return {row.name: row.digest for row in found}

    @property
    def _teams(self) -> list[UUID]:
        return [self.people["owner"].team_id, self.people["stranger"].team_id]


def _fingerprint() -> Any:
    parts = []
    for table in db.Base.metadata.sorted_tables:
        if table.name in _WRITTEN_AFTER:
            continue
        where = "WHERE team_id = ANY(:teams)" if "team_id" in table.c else ""
        parts.append(
            f"SELECT '{table.name}' AS name, count(*) || ' ' || {_digest(table.name)} AS digest"
            f" FROM {table.name} t {where}"
        )
    return text(" UNION ALL ".join(parts))


def _digest(table: str) -> str:
    """What differs after any row was written, even with what it held; of traces: what rows hold."""
    if table not in _TRACES:
        return "coalesce(sum(xmin::text::bigint), 0)"
    row = f"(to_jsonb(t) - '{_TRACES[table]}')::text"
    return f"coalesce(md5(string_agg({row}, '' ORDER BY {row})), '')"


_PASSING = re.compile(
    r'name="(?:csrf_token|idempotency_key)" value="[^"]*"|"trace_id":"[^"]*"|(?<=<code>)[0-9a-f]{16}(?=</code>)'
)


def lasting(response: TestResponse, *sent: str) -> tuple[int, str]:
    """What an answer says, without the keys that are new in each and what was `sent`."""
    said = _PASSING.sub("", text_of(response))
    for value in sent:
        said = said.replace(value, "…")
    return response.status_code, said


def told(response: TestResponse) -> str:
    """The beginning of an answer's words, for the message of a failed test."""
    said = re.sub(r"<[^>]*>|\s+", " ", text_of(response))
    return f"{response.status_code} {' '.join(said.split())[:600]}"
