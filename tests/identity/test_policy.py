"""Who sees an item by its audience: a table of reader and item, in SQL and for one loaded item."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from community.core import db
from community.identity import policy
from community.identity.models import Actor, Visibility
from community.people.models import Person
from tests.factories.identity import acting, again, make_circle, make_member
from tests.factories.people import make_person

# Who reads → what they see of an item with each audience that an author gave.
TABLE = {
    "author": {"private", "people", "circle", "team"},
    "named": {"people", "team"},
    "in the circle": {"circle", "team"},
    "other member": {"team"},
    "steward": {"team"},
    "owner": {"team"},
    "named guest": {"people"},
    "guest in the circle": set(),
    "other guest": set(),
    "owner of another team": set(),
}
AUDIENCES = ("private", "people", "circle", "team")


def _cast(owner: Actor, stranger: Actor) -> dict[str, Actor]:
    roles = {"steward": "steward", **dict.fromkeys(TABLE, "member")}
    roles |= {name: "guest" for name in TABLE if "guest" in name}
    roles["steward"] = "steward"
    cast = {name: make_member(owner, role=role) for name, role in roles.items()}
    return {**cast, "owner": owner, "owner of another team": stranger}


@pytest.fixture
def scene(owner: Actor, stranger: Actor) -> tuple[dict[str, Actor], dict[str, Person]]:
    """Every reader, and one item of the author's for each audience."""
    cast = _cast(owner, stranger)
    circle = make_circle(cast["in the circle"], cast["guest in the circle"])
    named = [cast["named"].person_id, cast["named guest"].person_id]
    given = {
        "private": Visibility("private"),
        "people": Visibility("people", tuple(named)),
        "circle": Visibility("circle", circle_id=circle.id),
        "team": Visibility("team"),
    }
    items = {
        audience: make_person(cast["author"], **visibility.columns())
        for audience, visibility in given.items()
    }
    return {name: again(actor) for name, actor in cast.items()}, items


def test_every_reader_sees_what_the_table_says(
    scene: tuple[dict[str, Actor], dict[str, Person]],
) -> None:
    cast, items = scene
    ids = {item.id: audience for audience, item in items.items()}
    for name, actor in cast.items():
        with acting(actor) as unit:
            visible = unit.session.scalars(
                select(Person.id).where(Person.id.in_(ids), policy.in_audience(actor, Person))
            ).all()
        assert {ids[found] for found in visible} == TABLE[name], name


def test_rows_of_another_team_stay_hidden_where_the_filter_is_forgotten(
    scene: tuple[dict[str, Actor], dict[str, Person]], stranger: Actor
) -> None:
    items = scene[1]
    with acting(stranger) as unit:
        ids = [item.id for item in items.values()]
        assert unit.session.scalars(select(Person.id).where(Person.id.in_(ids))).all() == []


def test_what_was_merged_into_me_is_mine(owner: Actor, member: Actor) -> None:
    item = make_person(owner, audience="private")
    merged = replace(member, person_ids=(*member.person_ids, owner.person_id))
    assert policy.can_widen(merged, item)
    for actor, seen in ((merged, [item.id]), (member, [])):
        with acting(actor) as unit:
            wanted = select(Person.id).where(Person.id == item.id)
            found = unit.session.scalars(wanted.where(policy.in_audience(actor, Person)))
            assert found.all() == seen


def test_only_the_author_widens(scene: tuple[dict[str, Actor], dict[str, Person]]) -> None:
    cast, items = scene
    widening = {name for name, actor in cast.items() if policy.can_widen(actor, items["team"])}
    assert widening == {"author"}


@pytest.mark.parametrize(
    ("given", "audience", "people"),
    [
        (Visibility("people"), "private", 0),
        (Visibility("team", people=(db.new_id(),)), "team", 0),
        (Visibility("people", people=(db.new_id(),)), "people", 1),
    ],
)
def test_people_with_nobody_named_is_private(given: Visibility, audience: str, people: int) -> None:
    columns = given.columns()
    assert (columns["audience"], len(columns["audience_people"])) == (audience, people)
    assert columns["circle_id"] is None


@pytest.mark.parametrize(
    ("role", "changes_team", "sees_members"),
    [
        ("owner", True, True),
        ("steward", False, True),
        ("member", False, True),
        ("guest", False, False),
    ],
)
def test_a_role_may_do_to_the_team_what_the_product_says(
    owner: Actor, role: str, changes_team: bool, sees_members: bool
) -> None:
    actor = replace(owner, role=role)
    assert policy.can_change_team(actor) is changes_team
    assert policy.can_see_members(actor) is sees_members


@pytest.mark.parametrize(
    ("role", "invites"),
    [
        ("owner", {"owner", "steward", "member", "guest"}),
        ("steward", {"member", "guest"}),
        ("member", {"guest"}),
        ("guest", set()),
    ],
)
def test_a_role_invites_as_the_product_says(owner: Actor, role: str, invites: set[str]) -> None:
    actor = replace(owner, role=role)
    asked = ("owner", "steward", "member", "guest")
    assert {r for r in asked if policy.can_invite(actor, r)} == invites
