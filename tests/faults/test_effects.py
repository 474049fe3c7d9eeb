"""P4, P5, P9, P10, P11: every mail that is owed arrives, whatever happens to those who bring it.

The workers and the clock are killed with -9, Valkey forgets, dies and stays away, and the mail
server is down, slow or says no. Thousands by `make faults`, a few in the checks.
"""

import random
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from statistics import quantiles

import pytest

from community.identity.models import Actor
from tests.factories.accounts import address_of
from tests.factories.identity import make_member, make_team
from tests.faults.conftest import Figures
from tests.faults.load import Client, Tally, giving
from tests.faults.rig import CLOSED_PORT, FULL, Rig, eventually

ROUNDS = 50 if FULL else 1
MAILS = 1_000 if FULL else 20
MAILS_A_MODE = 200 if FULL else 3
DEATHS_WHILE_SENDING = 10 if FULL else 1
# Slower than the listener takes mails between two kills, so that what waits can be told from
# what is lost within HEALED_SECONDS.
PAUSE_SECONDS = 0.4 if FULL else 0.1
AWAY_SECONDS = 600.0 if FULL else 3.0
HEALED_SECONDS = 120.0
PAGES = ("/", "/people", "/gives", "/more", "/search?q=noor", "/settings/notifications")
RESOURCES = ("/me", "/people", "/gives", "/reciprocity/me", "/notices")


@pytest.fixture(scope="module")
def owner(rig: Rig) -> Actor:
    """The owner of a team on the installation, with web, a mail worker and the clock running."""
    with rig.core():
        made = make_team()
    for name in ("web", "mail", "clock"):
        rig.start(name)
    return made


@pytest.fixture
def members(rig: Rig, owner: Actor) -> list[Actor]:
    """Members nobody has written to yet, one for each mail of a mode."""
    with rig.core():
        return [make_member(owner) for _ in range(MAILS_A_MODE)]


@pytest.fixture
def addresses(rig: Rig, members: list[Actor]) -> set[str]:
    """Where their mail goes."""
    with rig.core():
        return {address_of(member) for member in members}


@pytest.fixture(autouse=True)
def healthy_listener(rig: Rig) -> Iterator[None]:
    """Each test finds a mail server that takes everything."""
    yield
    rig.listener.mode = "ok"
    rig.listener.modes_by_address.clear()


@pytest.mark.timeout(3600 if FULL else 300)
def test_every_mail_arrives_whoever_is_killed_and_whatever_the_queue_forgets(
    rig: Rig, owner: Actor, figures: Figures
) -> None:
    with rig.core():
        pairs = [(make_member(owner), make_member(owner)) for _ in range(2)]
    clients = [
        (Client(rig, rig.token(one), number), str(other.person_id))
        for number, (one, other) in enumerate(pairs, 1)
    ]
    rig.listener.mode = "slow"
    rig.listener.slow_seconds = 0.02
    with giving(clients, PAUSE_SECONDS) as tallies:
        for _ in range(ROUNDS):
            _harm(rig)
        while sum(len(tally.gives) for tally in tallies) < MAILS and not tallies[0].wrong:
            time.sleep(0.1)
    healed = eventually(lambda: _due(rig, owner) == 0, "no mail is due", HEALED_SECONDS)
    _check_arrivals(rig, owner, tallies, healed, figures)


def _harm(rig: Rig) -> None:
    for harm in random.sample([_kill_mail, _kill_clock, Rig.flush_queue, _kill_valkey], 4):
        time.sleep(random.uniform(0.2, 1.0))
        harm(rig)


def _kill_mail(rig: Rig) -> None:
    rig.kill("mail")
    _let_leases_pass(rig)
    rig.start("mail")


def _let_leases_pass(rig: Rig) -> None:
    """The checks do not sit out the minute that a dead worker's leases last; `make faults` does."""
    if not FULL:
        rig.rows(
            "UPDATE outbox SET lease_until = clock_timestamp()"
            " WHERE queue = 'mail' AND lease_until > clock_timestamp()"
        )


def _kill_clock(rig: Rig) -> None:
    rig.kill("clock")
    rig.start("clock")


def _kill_valkey(rig: Rig) -> None:
    rig.kill("valkey")
    time.sleep(random.uniform(0.2, 1.0))
    rig.valkey.start()


def _due(rig: Rig, owner: Actor) -> int:
    """Mails that are owed and not done, due or leased."""
    return int(
        rig.value(
            "SELECT count(*) FROM outbox WHERE team_id = %s AND queue = 'mail'"
            " AND next_at IS NOT NULL",
            owner.team_id,
        )
    )


def _check_arrivals(
    rig: Rig, owner: Actor, tallies: list[Tally], healed: float, figures: Figures
) -> None:
    gives = {id_ for tally in tallies for id_ in tally.gives.values()}
    notices = rig.rows(
        "SELECT thing_id::text, id::text FROM notices WHERE team_id = %s AND kind = 'give_logged'"
        " AND thing_id::text = ANY(%s)",
        owner.team_id,
        list(gives),
    )
    arrived: dict[str, list[str]] = defaultdict(list)
    for message in rig.listener.arrived:
        arrived[message["References"]].append(message["Message-ID"])
    mails = {give_id: arrived[f"<give-{give_id}@localhost>"] for give_id in gives}
    lost = [give_id for give_id, ids in mails.items() if not ids]
    renamed = [give_id for give_id, ids in mails.items() if len(set(ids)) > 1]
    said = figures(
        acknowledged=len(gives),
        kills=dict(rig.kills),
        notices=len(notices),
        mails=sum(map(len, mails.values())),
        repeated=sum(len(ids) - 1 for ids in mails.values() if ids),
        lost=len(lost),
        repeats_with_another_id=len(renamed),
        all_out_after_seconds=round(healed, 1),
    )
    assert [each for tally in tallies for each in tally.wrong] == [], said
    assert len(gives) >= MAILS, said
    assert sorted(give_id for give_id, _ in notices) == sorted(gives), said
    assert (lost, renamed) == ([], []), said
    assert all(set(mails[give]) == {f"<notice-{id_}@localhost>"} for give, id_ in notices), said
    assert rig.differences(owner) == [], said


@pytest.mark.timeout(1800 if FULL else 240)
def test_who_dies_between_the_servers_yes_and_the_commit_repeats_with_the_same_message_id(
    rig: Rig, owner: Actor
) -> None:
    with rig.core():
        member = make_member(owner)
    for _ in range(DEATHS_WHILE_SENDING):
        rig.listener.mode, rig.listener.slow_seconds = "slow", 1.0
        before, tried = len(rig.listener.arrived), len(rig.listener.tried)
        (give_id,) = _log_to_all(rig, owner, [member])
        eventually(lambda: len(rig.listener.tried) > tried, "the mail is being sent")  # noqa: B023
        with rig.connect(autocommit=False) as line:
            # The worker sends, hears yes, and cannot close its row.
            line.execute("SELECT 1 FROM outbox WHERE next_at IS NOT NULL FOR UPDATE")
            eventually(lambda: len(rig.listener.arrived) > before, "the mail is taken")  # noqa: B023
            rig.kill("mail")
        assert not _all(rig, owner, [give_id], "done")
        _let_leases_pass(rig)
        rig.listener.mode = "ok"
        rig.start("mail")
        eventually(lambda: _all(rig, owner, [give_id], "done"), "it is sent again", HEALED_SECONDS)  # noqa: B023
        about = [
            m for m in rig.listener.arrived if m["References"] == f"<give-{give_id}@localhost>"
        ]
        assert len(about) == 2
        assert len({message["Message-ID"] for message in about}) == 1


def _log_to_all(rig: Rig, owner: Actor, members: list[Actor]) -> list[str]:
    client, tally = Client(rig, rig.token(owner), random.randint(1000, 9000)), Tally()
    ids = [client.log_give(str(member.person_id), tally) for member in members]
    assert tally.wrong == []
    return ids


def _outbox(rig: Rig, owner: Actor, give_ids: list[str]) -> list[tuple[str, int, float]]:
    """State, attempts, and in how many seconds the next comes, of the mails about these gives."""
    return rig.rows(  # type: ignore[return-value]
        "SELECT o.state, o.attempt, coalesce(extract(epoch FROM o.next_at - clock_timestamp()), 0)"
        " FROM outbox o JOIN notices n ON n.team_id = o.team_id AND o.key = 'mail:' || n.key"
        " WHERE o.team_id = %s AND n.thing_id::text = ANY(%s)",
        owner.team_id,
        give_ids,
    )


def _all(rig: Rig, owner: Actor, give_ids: list[str], state: str) -> bool:
    rows = _outbox(rig, owner, give_ids)
    return len(rows) == len(give_ids) and all(row[0] == state for row in rows)


def _arrived_at(rig: Rig, addresses: set[str]) -> list[str]:
    return sorted(each for each in rig.listener.recipients if each in addresses)


def _check_put_off(rig: Rig, owner: Actor, give_ids: list[str]) -> None:
    """Tried once, not lost, and owed again in half a minute or a little more."""

    def put_off() -> bool:
        rows = _outbox(rig, owner, give_ids)
        assert {row[0] for row in rows} == {"due"}, rows
        return all(attempt == 1 and wait > 0 for _, attempt, wait in rows)

    eventually(put_off, "each was tried once and put off")
    waits = [float(wait) for _, _, wait in _outbox(rig, owner, give_ids)]
    assert len(waits) == len(give_ids)
    assert max(waits) <= 37.5


def _let_wait_pass(rig: Rig, owner: Actor) -> None:
    rig.rows(
        "UPDATE outbox SET next_at = clock_timestamp() WHERE team_id = %s AND queue = 'mail'"
        " AND next_at IS NOT NULL",
        owner.team_id,
    )


@pytest.mark.timeout(1200 if FULL else 240)
def test_a_slow_mail_server_gets_every_mail_once(
    rig: Rig, owner: Actor, members: list[Actor], addresses: set[str]
) -> None:
    rig.listener.mode, rig.listener.slow_seconds = "slow", 0.5
    ids = _log_to_all(rig, owner, members)
    eventually(lambda: _all(rig, owner, ids, "done"), "all are sent", 600 if FULL else 90)
    assert _arrived_at(rig, addresses) == sorted(addresses)


@pytest.mark.timeout(1200 if FULL else 240)
@pytest.mark.parametrize("mode", ["4xx", "down"])
def test_what_the_mail_server_does_not_take_now_is_put_off_and_arrives_later(
    rig: Rig, owner: Actor, members: list[Actor], addresses: set[str], mode: str
) -> None:
    if mode == "down":
        rig.stop("mail")
        rig.start("mail", SMTP_PORT=str(CLOSED_PORT))
    else:
        rig.listener.mode = mode
    ids = _log_to_all(rig, owner, members)
    _check_put_off(rig, owner, ids)
    assert _arrived_at(rig, addresses) == []
    if mode == "down":
        rig.stop("mail")
        rig.start("mail")
    rig.listener.mode = "ok"
    _let_wait_pass(rig, owner)
    eventually(lambda: _all(rig, owner, ids, "done"), "all are sent")
    assert _arrived_at(rig, addresses) == sorted(addresses)
    assert {row[1] for row in _outbox(rig, owner, ids)} == {2}


@pytest.mark.timeout(1200 if FULL else 240)
def test_an_address_refused_for_good_is_not_tried_again(
    rig: Rig, owner: Actor, members: list[Actor], addresses: set[str]
) -> None:
    rig.listener.modes_by_address = dict.fromkeys(addresses, "5xx")
    first = _log_to_all(rig, owner, members)
    eventually(lambda: _all(rig, owner, first, "dead"), "each is given up")
    suppressed = rig.rows("SELECT address FROM mail_suppressions WHERE team_id = %s", owner.team_id)
    assert {address for (address,) in suppressed} == addresses
    rig.listener.modes_by_address = {}
    second = _log_to_all(rig, owner, members)
    eventually(lambda: _all(rig, owner, second, "cancelled"), "nothing is sent again")
    assert sorted(each for each in rig.listener.tried if each in addresses) == sorted(addresses)
    assert _arrived_at(rig, addresses) == []


@pytest.mark.timeout(1800 if FULL else 240)
def test_pages_and_api_answer_while_the_queue_is_away(
    rig: Rig, owner: Actor, figures: Figures
) -> None:
    with rig.core():
        other = make_member(owner)
    visitor = _Visitor(rig, owner, other)
    before = visitor.look_around(AWAY_SECONDS / 4)
    assert set(visitor.statuses) <= {200, 201}, visitor.statuses
    rig.kill("valkey")
    try:
        away = visitor.look_around(AWAY_SECONDS)
    finally:
        rig.valkey.start()
    said = figures(
        requests=len(away),
        statuses=dict(visitor.statuses),
        p95_ms_before=round(_p95(before) * 1000),
        p95_ms_away=round(_p95(away) * 1000),
    )
    assert set(visitor.statuses) <= {200, 201}, said
    eventually(lambda: _due(rig, owner) == 0, "the mails written meanwhile are out", 120)
    assert rig.differences(owner) == [], said


class _Visitor:
    """Reads every page and resource in turn, and logs a give each time round."""

    def __init__(self, rig: Rig, owner: Actor, other: Actor) -> None:
        self.browser = Client(rig, "", 9_100)
        self.browser.headers = {"Cookie": f"community={rig.cookie(owner)}"}
        self.api = Client(rig, rig.token(owner), 9_101)
        self.home = f"/t/{owner.team_slug}"
        self.receiver_id = str(other.person_id)
        self.statuses: dict[int, int] = defaultdict(int)

    def look_around(self, seconds: float) -> list[float]:
        """Go round until the time is over, once at least; how long each answer took."""
        ends, took = time.monotonic() + seconds, []
        while not took or time.monotonic() < ends:
            took += [self._ask(self.browser, "GET", f"{self.home}{page}") for page in PAGES]
            took += [self._ask(self.api, "GET", f"/api/v1{name}") for name in RESOURCES]
            body = {"receiver_id": self.receiver_id, "kind": "other", "story": str(uuid.uuid4())}
            took.append(self._ask(self.api, "POST", "/api/v1/gives", body))
        return took

    def _ask(self, client: Client, method: str, path: str, body: object = None) -> float:
        began = time.monotonic()
        answer = client.send(method, path, body)
        self.statuses[answer.status] += 1
        assert answer.status in (200, 201), (method, path, answer.status, answer.body[:500])
        return time.monotonic() - began


def _p95(took: list[float]) -> float:
    return quantiles(took, n=20)[-1]
