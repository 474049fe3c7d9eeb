"""Whether somebody signs in with an address is not to be learnt from how long the answer takes."""

import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from community.accounts.actions.entry import enter
from community.accounts.models import Credential
from community.core import clock, db, tokens
from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.factories.accounts import address_of, make_app, make_password
from tests.factories.identity import make_member
from tests.faults.conftest import Figures
from tests.faults.sizes import TIMINGS, TOLD_APART
from tests.web_client import BASE_URL, Portal

# Each account takes ten tries an hour.
_TRIES_EACH = 8


Known = Callable[[Actor], object]


def _nothing(_actor: Actor) -> None:
    """Somebody who signs in by mailed links alone."""


@dataclass(frozen=True)
class Way:
    """A form that takes an address: where it goes, what else it carries, and what the known have."""

    path: str
    fields: tuple[tuple[str, str], ...] = ()
    known: Known = make_password
    name: str = ""

    def __str__(self) -> str:
        return f"{self.path} {self.name}".strip()


_WRONG = (("password", "not-the-right-words-19"),)
WAYS = (
    Way("/login"),
    Way("/login/reset"),
    Way("/login/password", _WRONG),
    Way("/login/password", _WRONG, _nothing, "of who has none"),
    Way(
        "/login/password",
        _WRONG,
        lambda actor: (make_password(actor), make_app(actor)),
        "beside a factor",
    ),
)


def told_apart(known: list[float], unknown: list[float]) -> float:
    """How often a known user's answer is on the same side of an unknown one's (area under ROC)."""
    ranked = sorted([(t, 1) for t in known] + [(t, 0) for t in unknown])
    places = [place for place, (_time, is_known) in enumerate(ranked, 1) if is_known]
    above = sum(places) - len(known) * (len(known) + 1) / 2
    area = above / (len(known) * len(unknown))
    return max(area, 1 - area)


def test_the_measure_tells_what_differs_from_what_does_not() -> None:
    dice = random.Random(7)
    same = [[dice.gauss(10, 1) for _ in range(1000)] for _ in range(2)]
    assert told_apart(*same) < 0.55
    assert told_apart(same[0], [t + 2 for t in same[1]]) > 0.85


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("way", WAYS, ids=str)
def test_an_unknown_address_takes_as_long_as_a_known_one(
    app: CommunityFlask, owner: Actor, figures: Figures, way: Way
) -> None:
    addresses = _known(owner, way, TIMINGS // 2)
    portal = Portal(app)
    portal.get("/login")
    ask = _asker(portal.client, portal._csrf, way)
    for address in addresses[:2]:
        ask(address)
    times: dict[bool, list[float]] = {True: [], False: []}
    # In turn, so that a slow moment of the machine strikes both.
    for address in addresses:
        pair = [(True, address), (False, f"nobody-{uuid.uuid4().hex[:10]}@example.org")]
        random.shuffle(pair)
        for is_known, one in pair:
            times[is_known].append(ask(one))
    area = told_apart(times[True], times[False])
    said = figures(way=str(way), timings=TIMINGS, area=round(area, 3))
    assert area <= TOLD_APART, said


@pytest.mark.timeout(1800)
def test_half_a_sign_in_that_is_over_takes_as_long_as_one_that_never_was(
    app: CommunityFlask, owner: Actor, figures: Figures
) -> None:
    """The second step, for whoever tries secrets: nothing tells that somebody was there before."""
    portal = Portal(app)
    portal.get("/login")
    spent = [_spent_half(owner) for _ in range(-(-TIMINGS // 2 // _TRIES_EACH))]
    times: dict[bool, list[float]] = {True: [], False: []}
    for half in spent * _TRIES_EACH:
        pair = [(True, half), (False, tokens.secret())]
        random.shuffle(pair)
        for was_there, secret in pair:
            times[was_there].append(_second_step(portal, secret))
    area = told_apart(times[True], times[False])
    said = figures(way="/login/second", timings=TIMINGS, area=round(area, 3))
    assert area <= TOLD_APART, said


def _spent_half(owner: Actor) -> str:
    person = make_member(owner)
    make_app(person)
    with db.transaction():
        half = enter(person.user_id).secret
    with db.transaction() as unit:
        over = {"used_at": clock.now()}
        unit.session.execute(
            update(Credential).where(Credential.user_id == person.user_id).values(over)
        )
    return half


def _second_step(portal: Portal, half: str) -> float:
    portal.client.set_cookie("community-half", half, domain="localhost")
    data = {"code": f"{random.randrange(10**6):06}", "csrf_token": portal._csrf}
    begun = time.perf_counter()
    answer = portal.client.post("/login/second", data=data, base_url=BASE_URL)
    spent = time.perf_counter() - begun
    assert answer.status_code == 404, answer.text
    return spent


def _known(owner: Actor, way: Way, tries: int) -> list[str]:
    people = [make_member(owner) for _ in range(-(-tries // _TRIES_EACH))]
    for person in people:
        way.known(person)
    return [address_of(person) for person in people for _ in range(_TRIES_EACH)][:tries]


def _remote() -> str:
    part = uuid.uuid4().hex
    return f"2001:db8:{part[:4]}:{part[4:8]}::1"


def _asker(client: FlaskClient, csrf: str, way: Way) -> Callable[[str], float]:
    def ask(address: str) -> float:
        data = {"email": address, "csrf_token": csrf, **dict(way.fields)}
        begun = time.perf_counter()
        answer = client.post(
            way.path,
            data=data,
            base_url=BASE_URL,
            environ_overrides={"REMOTE_ADDR": _remote()},
        )
        spent = time.perf_counter() - begun
        assert answer.status_code in (303, 422), answer.text
        return spent

    return ask
