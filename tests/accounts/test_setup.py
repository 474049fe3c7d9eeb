"""Set-up: one link, one team, once."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from community.accounts.actions import setup
from community.accounts.actions.teams import NewTeam
from community.core import db
from community.core.errors import Conflict, NotFound, RuleBroken
from community.core.paging import PageRequest
from community.identity.models import Team, User
from community.people import queries as people
from tests.factories.accounts import open_session
from tests.factories.identity import make_team

pytestmark = pytest.mark.usefixtures("fresh_database")


def _owner(password: str | None = None) -> setup.FirstOwner:
    return setup.FirstOwner("Noor Haddad", f"noor-{uuid.uuid4().hex[:8]}@example.org", password)


def _team(**changes: str) -> NewTeam:
    return NewTeam(
        **{"name": "Northlight", "slug": "northlight", "zone": "Europe/Berlin", **changes}
    )


def _issue() -> str:
    with db.transaction():
        return setup.issue_setup_link()


def test_the_link_makes_team_owner_and_session() -> None:
    secret = _issue()
    with db.transaction():
        actor, cookie = setup.set_up(secret, _team(), _owner("meadow-lantern-otter-19"))
    assert (actor.role, actor.team_slug, actor.name) == ("owner", "northlight", "Noor Haddad")
    assert (actor.zone, actor.team_zone) == ("Europe/Berlin", "Europe/Berlin")
    assert actor.call_name == "Noor"
    assert open_session(cookie).user_id == actor.user_id


def test_the_first_owner_can_be_found_by_the_address_they_typed() -> None:
    secret = _issue()
    with db.transaction():
        new = _owner()
        actor, _cookie = setup.set_up(secret, _team(), new)
        person = people.get_person(actor, actor.person_id, parts=("emails",))
        assert [email.value for email in person.emails] == [new.email]
        found = people.find_people(actor, people.Filter(q=new.email), PageRequest())
        assert [row.id for row in found.items] == [actor.person_id]


def test_a_second_team_is_not_set_up() -> None:
    secret = _issue()
    with db.transaction():
        setup.set_up(secret, _team(), _owner())
    with db.transaction(), pytest.raises((NotFound, Conflict)):
        setup.set_up(secret, _team(slug="another"), _owner())
    with db.transaction(), pytest.raises(Conflict) as refused:
        setup.issue_setup_link()
    assert refused.value.code == "already_set_up"


def test_a_sample_team_does_not_count() -> None:
    sample = make_team()
    with db.transaction() as unit:
        unit.session.get_one(Team, sample.team_id).is_demo = True
    secret = _issue()
    with db.transaction():
        assert setup.find_setup_link(secret)


def test_only_the_newest_link_works() -> None:
    old, new = _issue(), _issue()
    with db.transaction(), pytest.raises(NotFound) as refused:
        setup.find_setup_link(old)
    assert refused.value.code == "link_used"
    with db.transaction():
        assert setup.find_setup_link(new)


def test_two_at_once_make_one_team() -> None:
    secret = _issue()

    def run(slug: str) -> bool:
        try:
            with db.transaction():
                setup.set_up(secret, _team(slug=slug), _owner())
        except (NotFound, Conflict):
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(run, ["one-team", "two-team", "three-team", "four-team"]))
    assert sorted(made) == [False, False, False, True]
    with db.transaction() as unit:
        assert unit.session.scalar(select(func.count()).select_from(Team)) == 1
        assert unit.session.scalar(select(func.count()).select_from(User)) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"slug": "No Slug"}, "slug"),
        ({"slug": "ab"}, "slug"),
        ({"slug": "-north-"}, "slug"),
        ({"zone": "Mars/Olympus"}, "zone"),
    ],
)
def test_a_bad_field_is_named_and_the_link_stays_good(changes: dict[str, str], field: str) -> None:
    secret = _issue()
    with pytest.raises(RuleBroken) as refused, db.transaction():
        setup.set_up(secret, _team(**changes), _owner())
    assert refused.value.field == field
    with db.transaction():
        setup.set_up(secret, _team(), _owner())


def test_a_common_first_password_is_refused() -> None:
    secret = _issue()
    with pytest.raises(RuleBroken) as refused, db.transaction():
        setup.set_up(secret, _team(), _owner("passwordpassword"))
    assert refused.value.field == "password"


def test_a_sign_in_link_sets_nothing_up() -> None:
    with db.transaction(), pytest.raises(NotFound):
        setup.find_setup_link("x" * 75)
