"""Loading the Actor: one statement, the team that is set, active members only."""

import pytest
from sqlalchemy import text

from community.core import db
from community.core.errors import NotFound
from community.identity import queries
from community.identity.models import Actor
from tests.conftest import counting
from tests.factories.accounts import address_of
from tests.factories.identity import acting, again, make_circle


def test_an_actor_is_loaded_in_one_statement(owner: Actor) -> None:
    circle = make_circle(owner)
    with acting(owner), counting() as sent:
        actor = queries.find_actor(owner.team_id, owner.user_id)
    assert len(sent) == 1
    assert actor is not None
    assert (actor.circle_ids, actor.kept_circle_ids) == ((circle.id,), ())
    assert actor.is_me(actor.person_id)
    assert not actor.is_me(None)


def test_the_actor_of_another_team_is_not_found(owner: Actor, stranger: Actor) -> None:
    with acting(stranger):
        assert queries.find_actor(owner.team_id, owner.user_id) is None
        assert queries.find_actor_of_member(owner.member_id) is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE memberships SET state = 'removed' WHERE id = :member",
        "UPDATE teams SET deleted_at = now() WHERE id = :team",
        "UPDATE users SET disabled_at = now() WHERE id = :user",
    ],
)
def test_who_is_out_is_no_actor(owner: Actor, statement: str) -> None:
    ids = {"member": owner.member_id, "team": owner.team_id, "user": owner.user_id}
    with acting(owner) as unit:
        unit.session.execute(text(statement), ids)
    with acting(owner):
        assert queries.find_actor(owner.team_id, owner.user_id) is None
        assert queries.find_actor_of_member(owner.member_id) is None


def test_ids_merged_into_me_are_mine(owner: Actor, member: Actor) -> None:
    with acting(owner) as unit:
        unit.session.execute(
            text("UPDATE persons SET canonical_id = :to WHERE id = :from"),
            {"to": owner.person_id, "from": member.person_id},
        )
    assert set(again(owner).person_ids) == {owner.person_id, member.person_id}


def test_a_team_is_found_by_slug_and_key_until_it_is_deleted(owner: Actor) -> None:
    with acting(owner) as unit:
        by_slug = queries.find_team(owner.team_slug)
        by_key = queries.find_team_by_key(owner.team_key)
        assert by_slug is by_key is queries.get_team(owner)
        unit.session.execute(
            text("UPDATE teams SET deleted_at = now() WHERE id = :id"), {"id": owner.team_id}
        )
    with db.transaction():
        assert queries.find_team(owner.team_slug) is None
        assert queries.find_team_by_key(owner.team_key) is None
        assert owner.team_id not in queries.team_ids()


def test_a_user_is_found_by_their_address(owner: Actor) -> None:
    address = address_of(owner)
    with db.transaction():
        found = queries.find_user_by_email(address)
        assert found is not None
        assert found.id == owner.user_id
        assert queries.find_user_by_email("nobody@example.org") is None


def test_a_membership_of_another_team_is_not_found(owner: Actor, stranger: Actor) -> None:
    with acting(owner):
        assert queries.get_membership(owner, owner.member_id).user_id == owner.user_id
        with pytest.raises(NotFound):
            queries.get_membership(owner, stranger.member_id)
