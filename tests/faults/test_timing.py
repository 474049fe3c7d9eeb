"""Whether somebody signs in with an address is not to be learnt from how long the answer takes."""

import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient

from community.identity.models import Actor
from community.web.session import CommunityFlask
from tests.factories.accounts import address_of, make_password
from tests.factories.identity import make_member
from tests.faults.sizes import TIMINGS, TOLD_APART
from tests.web_client import BASE_URL, Portal

# Each account takes ten tries an hour.
_TRIES_EACH = 8


@dataclass(frozen=True)
class Way:
    """A form that takes an address: where it goes, and what else it carries."""

    path: str
    fields: tuple[tuple[str, str], ...] = ()


WAYS = (
    Way("/login"),
    Way("/login/reset"),
    Way("/login/password", (("password", "not-the-right-words-19"),)),
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
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.path)
def test_an_unknown_address_takes_as_long_as_a_known_one(
    app: CommunityFlask, owner: Actor, way: Way
) -> None:
    addresses = _known(owner, TIMINGS // 2)
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
    assert told_apart(times[True], times[False]) <= TOLD_APART


def _known(owner: Actor, tries: int) -> list[str]:
    people = [make_member(owner) for _ in range(-(-tries // _TRIES_EACH))]
    for person in people:
        make_password(person)
    return [address_of(person) for person in people for _ in range(_TRIES_EACH)][:tries]


def _asker(client: FlaskClient, csrf: str, way: Way) -> Callable[[str], float]:
    def ask(address: str) -> float:
        part = uuid.uuid4().hex
        remote = f"2001:db8:{part[:4]}:{part[4:8]}::1"
        data = {"email": address, "csrf_token": csrf, **dict(way.fields)}
        begun = time.perf_counter()
        answer = client.post(
            way.path,
            data=data,
            base_url=BASE_URL,
            environ_overrides={"REMOTE_ADDR": remote},
        )
        spent = time.perf_counter() - begun
        assert answer.status_code in (303, 422), answer.text
        return spent

    return ask
