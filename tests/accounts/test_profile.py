"""The own profile and the team's settings: who changes them, and what changes with them."""

import pytest
from sqlalchemy import select

from community.accounts.actions import profile, teams
from community.accounts.queries.profile import Profile, get_profile
from community.core import db
from community.core.errors import NotAllowed, RuleBroken, Stale
from community.identity.models import Actor
from community.journal.models import JournalEntry
from community.people.models import PersonChange
from tests.conftest import counting
from tests.factories.identity import acting, again, make_member


def _profile(actor: Actor) -> Profile:
    with acting(actor):
        return get_profile(actor)


def test_every_own_field_can_be_changed_and_read_back(owner: Actor) -> None:
    changes = {
        "name": "Noor Haddad-Brandt",
        "call_name": "Noo",
        "zone": "Europe/Berlin",
        "hotkeys": False,
        "default_audience": "team",
        "quiet_hours": {"from": "22:00", "until": "07:00"},
        "capacity": {"hours_per_month": 8, "times_per_month": None},
    }
    with acting(owner):
        profile.change_profile(owner, changes)
    found = _profile(owner)
    assert {name: getattr(found, name) for name in changes} == changes
    assert again(owner).name == "Noor Haddad-Brandt"


def test_the_profile_is_one_statement(owner: Actor) -> None:
    with acting(owner), counting() as sent:
        get_profile(owner)
    assert len(sent) == 1


def test_a_new_name_is_sought_and_spared_by_undone_imports(owner: Actor) -> None:
    with acting(owner):
        profile.change_profile(owner, {"name": "Nûr Haddad"})
    with acting(owner) as unit:
        change = unit.session.scalars(
            select(PersonChange).where(PersonChange.person_id == owner.person_id)
        ).one()
    assert change.fields == ["name"]
    assert change.changed_by_id == owner.person_id


def test_the_journal_holds_the_fields_and_not_their_values(owner: Actor) -> None:
    with acting(owner):
        profile.change_profile(owner, {"zone": "Europe/Berlin", "hotkeys": True})
    with acting(owner) as unit:
        entry = unit.session.scalars(
            select(JournalEntry).where(JournalEntry.verb == "change_profile")
        ).one()
    assert entry.fields == ["zone"]


def test_changing_nothing_writes_nothing(owner: Actor) -> None:
    before = _profile(owner)
    with acting(owner):
        profile.change_profile(owner, {"zone": before.zone, "name": before.name})
    assert _profile(owner).version == before.version


def test_a_stale_change_is_refused(owner: Actor) -> None:
    version = _profile(owner).version
    with acting(owner):
        profile.change_profile(owner, {"call_name": "N"}, version=version)
    with acting(owner), pytest.raises(Stale):
        profile.change_profile(owner, {"call_name": "M"}, version=version)


def test_the_zone_is_the_users_so_their_profile_changes_in_every_team(
    owner: Actor, stranger: Actor
) -> None:
    member = make_member(owner)
    with db.transaction(stranger.team_id, member.user_id):
        there = teams.add_member(member.user_id, member.name)
    before = _profile(there)
    with acting(member):
        profile.change_profile(member, {"zone": "Asia/Tokyo"})
    after = _profile(there)
    assert after.zone == "Asia/Tokyo"
    assert after.version > before.version


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"locale": "xx"}, "locale"),
        ({"default_audience": "people"}, "default_audience"),
    ],
)
def test_what_does_not_exist_is_refused_by_field(
    owner: Actor, changes: dict[str, str], field: str
) -> None:
    with acting(owner), pytest.raises(RuleBroken) as refused:
        profile.change_profile(owner, changes)
    assert refused.value.field == field


def test_only_owners_change_the_team(owner: Actor, member: Actor) -> None:
    with acting(owner):
        team = profile.change_team(owner, {"name": "Southlight", "zone": "Europe/Paris"})
    assert (team.name, team.zone) == ("Southlight", "Europe/Paris")
    with acting(member), pytest.raises(NotAllowed):
        profile.change_team(member, {"name": "Mine"})
    with acting(owner), pytest.raises(Stale):
        profile.change_team(owner, {"name": "Third"}, version=1)
