"""Leaving, removing, roles, circles: the last owner stays, and doors shut at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from community.accounts.actions import circles, membership, teams
from community.core import db
from community.core.errors import Conflict, NotAllowed, NotFound, Stale
from community.identity.models import Actor, CircleMember, Membership
from community.identity.queries import find_actor
from community.journal.models import JournalEntry
from community.people.models import Person
from tests.factories.accounts import (
    actor_by_token,
    address_of,
    make_session,
    make_token,
    own_addresses,
    session_of,
)
from tests.factories.identity import acting, again, make_circle, make_member


def _find(actor: Actor) -> Actor | None:
    with db.transaction(actor.team_id, actor.user_id):
        return find_actor(actor.team_id, actor.user_id)


def test_leaving_shuts_pages_tokens_and_circles_at_once(owner: Actor, member: Actor) -> None:
    make_circle(owner, member)
    cookie, token = make_session(member), make_token(member)
    with acting(member):
        membership.leave_team(member)
    assert _find(member) is None
    assert actor_by_token(token) is None
    assert session_of(cookie) is None
    with acting(owner) as unit:
        left = unit.session.scalar(
            select(func.count())
            .select_from(CircleMember)
            .where(CircleMember.member_id == member.member_id)
        )
        verbs = unit.session.scalars(
            select(JournalEntry.verb).where(JournalEntry.thing_id == member.member_id)
        ).all()
        person = unit.session.get_one(Person, (owner.team_id, member.person_id))
    assert left == 0
    assert verbs == ["leave"]
    assert person.name == member.name


def test_leaving_one_of_two_teams_keeps_the_session(owner: Actor, stranger: Actor) -> None:
    member = make_member(owner)
    with db.transaction(stranger.team_id, member.user_id):
        teams.add_member(member.user_id, member.name)
    cookie = make_session(member)
    with acting(member):
        membership.leave_team(member)
    assert session_of(cookie) is not None


def test_the_last_owner_cannot_leave(owner: Actor, member: Actor) -> None:
    with acting(owner), pytest.raises(Conflict) as refused:
        membership.leave_team(owner)
    assert refused.value.code == "last_owner"
    assert _find(owner) is not None


def test_an_owner_may_leave_once_another_is_there(owner: Actor, member: Actor) -> None:
    with acting(owner):
        membership.change_role(owner, member.person_id, "owner")
    with acting(owner):
        membership.leave_team(owner)
    assert _find(owner) is None
    assert again(member).is_owner


def test_two_owners_leaving_at_once_leave_one(owner: Actor) -> None:
    other = make_member(owner, role="owner")

    def leave(actor: Actor) -> bool:
        try:
            with acting(actor):
                membership.leave_team(actor)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        left = list(pool.map(leave, [owner, other]))
    assert sorted(left) == [False, True]


def test_the_last_owner_cannot_step_down(owner: Actor, member: Actor) -> None:
    with acting(owner), pytest.raises(Conflict) as refused:
        membership.change_role(owner, owner.person_id, "member")
    assert refused.value.code == "last_owner"


@pytest.mark.parametrize("role", ["steward", "member", "guest"])
def test_only_owners_change_roles_and_remove(owner: Actor, role: str) -> None:
    other, third = make_member(owner, role=role), make_member(owner)
    person = other.person_id if role == "guest" else third.person_id
    with acting(other), pytest.raises(NotAllowed):
        membership.change_role(other, person, "owner")
    with acting(other), pytest.raises(NotAllowed):
        membership.remove_member(other, person)


def test_another_teams_member_is_not_found(owner: Actor, stranger: Actor) -> None:
    with acting(owner), pytest.raises(NotFound):
        membership.change_role(owner, stranger.person_id, "guest")
    with acting(owner), pytest.raises(NotFound):
        membership.remove_member(owner, stranger.person_id)


def test_a_changed_role_ends_tokens_made_under_the_old_one(owner: Actor) -> None:
    steward = make_member(owner, role="steward")
    token = make_token(steward, "read", "admin")
    with acting(owner):
        membership.change_role(owner, steward.person_id, "guest")
    assert actor_by_token(token) is None


def test_a_role_is_changed_from_the_version_that_was_read(owner: Actor, member: Actor) -> None:
    with acting(owner) as unit:
        version = unit.session.get_one(Membership, (owner.team_id, member.member_id)).version
    with acting(owner):
        membership.change_role(owner, member.person_id, "steward", version=version)
    with acting(owner), pytest.raises(Stale):
        membership.change_role(owner, member.person_id, "guest", version=version)


def test_an_owner_does_not_remove_themselves(owner: Actor) -> None:
    with acting(owner), pytest.raises(Conflict, match="Leave the team"):
        membership.remove_member(owner, owner.person_id)


def test_who_comes_back_is_the_person_they_were(owner: Actor, member: Actor) -> None:
    with acting(member):
        membership.leave_team(member)
    with db.transaction(owner.team_id, owner.user_id):
        back = teams.add_member(member.user_id, "Another Name", role="guest")
    assert back.person_id == member.person_id
    assert back.name == member.name
    assert back.member_id != member.member_id
    assert back.is_guest


def test_who_comes_back_is_found_by_the_address_they_sign_in_with(
    owner: Actor, member: Actor
) -> None:
    with acting(member):
        membership.leave_team(member)
    with db.transaction(owner.team_id, owner.user_id):
        teams.add_member(member.user_id, member.name)
    assert own_addresses(member) == [address_of(member)]


def test_nobody_is_in_a_team_twice(owner: Actor, member: Actor) -> None:
    with acting(owner), pytest.raises(Conflict) as refused:
        teams.add_member(member.user_id, member.name)
    assert refused.value.code == "already_member"


def test_who_makes_a_circle_keeps_it_and_lets_others_in(owner: Actor, member: Actor) -> None:
    with acting(owner):
        circle = circles.create_circle(owner, name="Founders")
    with acting(owner):
        circles.add_to_circle(owner, circle.id, member.person_id)
        circles.add_to_circle(owner, circle.id, member.person_id)
    assert circle.id in again(owner).kept_circle_ids
    assert again(member).circle_ids == (circle.id,)
    assert again(member).kept_circle_ids == ()


def test_a_keeper_changes_their_circle_and_no_other(owner: Actor, member: Actor) -> None:
    third = make_member(owner)
    with acting(owner):
        mine = circles.create_circle(owner, name="Kept")
        other = circles.create_circle(owner, name="Not kept")
        circles.add_to_circle(owner, mine.id, member.person_id, is_keeper=True)
    keeper = again(member)
    with acting(keeper):
        circles.add_to_circle(keeper, mine.id, third.person_id)
    with acting(keeper), pytest.raises(NotAllowed):
        circles.add_to_circle(keeper, other.id, keeper.person_id)
    with acting(keeper), pytest.raises(NotAllowed):
        circles.create_circle(keeper, name="Third")


def test_a_member_takes_only_themselves_out_of_a_circle(owner: Actor, member: Actor) -> None:
    circle = make_circle(owner, member)
    actor = again(member)
    with acting(actor), pytest.raises(NotAllowed):
        circles.take_from_circle(actor, circle.id, owner.person_id)
    with acting(actor):
        circles.take_from_circle(actor, circle.id, actor.person_id)
    assert again(member).circle_ids == ()
    with acting(actor), pytest.raises(NotFound):
        circles.take_from_circle(actor, circle.id, actor.person_id)


def test_circle_names_are_used_once(owner: Actor) -> None:
    with acting(owner):
        circles.create_circle(owner, name="Founders")
        with pytest.raises(Conflict) as refused:
            circles.create_circle(owner, name="Founders")
    assert refused.value.field == "name"


def test_another_teams_circle_is_not_found(owner: Actor, stranger: Actor) -> None:
    theirs = make_circle(stranger)
    with acting(owner), pytest.raises(NotFound):
        circles.add_to_circle(owner, theirs.id, owner.person_id)
