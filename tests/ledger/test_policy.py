"""Who sees which give, and who may do what: one table."""

from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from community.core.paging import PageRequest
from community.identity.models import Actor, Circle, Visibility
from community.ledger import actions, policy, queries
from community.ledger.queries import GiveFilter, MySums
from tests.factories.identity import acting, again, make_circle, make_member
from tests.factories.ledger import acknowledge, log_give, seen
from tests.factories.people import make_person


@dataclass
class Team:
    """A giver, a receiver, and everybody else."""

    giver: Actor
    receiver: Actor
    owner: Actor
    steward: Actor
    friend: Actor
    guest: Actor
    circle: Circle

    def readers(self, give_id: UUID) -> set[str]:
        """Who sees the give: alone, and in the list alike."""
        found = set()
        for name in ("giver", "receiver", "owner", "steward", "friend", "guest"):
            reader = getattr(self, name)
            alone = seen(reader, give_id) is not None
            with acting(reader):
                page = queries.find_gives(reader, GiveFilter(), PageRequest())
                listed = give_id in {give.id for give in page.items}
            assert alone or not listed, name
            if alone:
                found.add(name)
        return found


@pytest.fixture
def team(owner: Actor) -> Team:
    """One of each."""
    giver, receiver = make_member(owner, "Ivy Okonjo"), make_member(owner, "Mara Ellison")
    friend = make_member(owner, "Kofi Asante")
    circle = make_circle(giver, friend)
    return Team(
        again(giver),
        receiver,
        owner,
        make_member(owner, role="steward"),
        again(friend),
        make_member(owner, role="guest"),
        circle,
    )


TWO = {"giver", "receiver"}
ALL = {"giver", "receiver", "owner", "steward", "friend"}


def test_a_team_give_is_read_by_the_team_but_no_guest(team: Team) -> None:
    assert team.readers(log_give(team.giver, team.receiver.person_id).give.id) == ALL


def test_no_role_opens_a_private_give(team: Team) -> None:
    private = {"audience": "private", "people": [], "circle_id": None}
    entry = log_give(team.giver, team.receiver.person_id, visibility=private)
    assert team.readers(entry.give.id) == TWO


def test_named_people_read_it_besides_the_two(team: Team) -> None:
    named = {"audience": "people", "people": [team.friend.person_id], "circle_id": None}
    entry = log_give(team.giver, team.receiver.person_id, visibility=named)
    assert team.readers(entry.give.id) == {*TWO, "friend"}


def test_a_circle_reads_its_own(team: Team) -> None:
    circle = {"audience": "circle", "people": [], "circle_id": team.circle.id}
    entry = log_give(team.giver, team.receiver.person_id, visibility=circle)
    assert team.readers(entry.give.id) == {*TWO, "friend"}


def test_no_reply_is_the_givers_alone(team: Team) -> None:
    assert team.readers(log_give(team.giver, team.receiver.person_id, no_reply=True).give.id) == {
        "giver"
    }


@pytest.mark.parametrize("then", ["dispute", "correct", "retract"])
def test_what_was_doubted_or_taken_back_is_the_twos_again(team: Team, then: str) -> None:
    give_id = log_give(team.giver, team.receiver.person_id).give.id
    with acting(team.receiver):
        if then == "dispute":
            actions.dispute(team.receiver, give_id)
        if then == "correct":
            actions.acknowledge(team.receiver, give_id)
            actions.correct(team.receiver, give_id)
    if then == "retract":
        with acting(team.giver):
            actions.retract(team.giver, give_id)
    assert team.readers(give_id) == TWO


def test_a_guest_reads_what_concerns_them(team: Team) -> None:
    give_id = log_give(team.giver, team.guest.person_id).give.id
    give = seen(team.guest, give_id)
    assert give is not None
    assert give.giver_name == "Ivy Okonjo"


def test_nobody_reads_of_a_person_they_may_not_see(team: Team) -> None:
    hidden = make_person(team.giver, "Canary Hidden", audience="private")
    everyone = {"audience": "team", "people": [], "circle_id": None}
    entry = log_give(team.giver, hidden.id, visibility=everyone)
    assert team.readers(entry.give.id) == {"giver"}


def test_a_give_to_somebody_private_is_private_by_itself(team: Team) -> None:
    hidden = make_person(team.giver, audience="private", source="import")
    assert log_give(team.giver, hidden.id).state.audience == "private"
    shown = make_person(team.giver)
    assert log_give(team.giver, shown.id).state.audience == "team"


@pytest.mark.parametrize(
    ("who", "rights"),
    [
        ("giver", {"can_retract", "can_correct", "can_share"}),
        ("receiver", {"can_answer", "can_correct"}),
        ("owner", set()),
        ("steward", set()),
        ("friend", set()),
        ("guest", set()),
    ],
)
def test_rights_follow_the_side_not_the_role(team: Team, who: str, rights: set[str]) -> None:
    state = log_give(team.giver, team.receiver.person_id).state
    names = ("can_answer", "can_retract", "can_correct", "can_share")
    assert {n for n in names if getattr(policy, n)(getattr(team, who), state)} == rights


def test_sums_are_of_ones_own_entries_only(team: Team) -> None:
    give_id = log_give(team.giver, team.receiver.person_id).give.id
    log_give(team.giver, team.receiver.person_id, no_reply=True)
    with acting(team.giver):
        told = queries.sum_mine(team.giver, GiveFilter())
    acknowledge(team.receiver, give_id)
    with acting(team.giver):
        thanked = queries.sum_mine(team.giver, GiveFilter())
    with acting(team.owner):
        others = queries.sum_mine(team.owner, GiveFilter(giver_id=team.giver.person_id))
    nothing = MySums(given=0, received=0, to_answer=0, asked=0, older=0, noted=0)
    assert told == replace(nothing, asked=1, noted=1)
    assert thanked == replace(nothing, given=1, noted=1)
    assert others == nothing


def test_visibility_of_people_with_nobody_named_is_private() -> None:
    assert Visibility("people").columns()["audience"] == "private"
