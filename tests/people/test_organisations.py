"""Organisations: who adds and sees them, and which positions are at them."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from community.core.errors import NotAllowed, NotFound, RuleBroken, Stale
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.people import actions, policy, queries
from community.people.models import Organisation, Position
from community.people.queries import OrganisationFilter
from tests.conftest import counting
from tests.factories.identity import acting, make_member
from tests.factories.people import make_organisation, make_person, merge
from tests.people.doing import AUDIENCES, add, edit, journal, row

PRIVATE = AUDIENCES["private"]


def at(organisation: str, **more: Any) -> dict[str, Any]:
    return {"organisation": organisation, "title": "", "from_on": None, "to_on": None, **more}


def places(actor: Actor, person_id: UUID) -> list[tuple[str, UUID | None]]:
    found = orjson.loads(row(actor, person_id).positions)
    ids = [UUID(p["organisation_id"]) if p["organisation_id"] else None for p in found]
    return list(zip([p["organisation"] for p in found], ids, strict=True))


def names(actor: Actor, **wanted: Any) -> list[str]:
    with acting(actor):
        page = queries.find_organisations(actor, OrganisationFilter(**wanted), PageRequest())
        return [found.name for found in page.items]


def people_at(actor: Actor, organisation_id: UUID) -> list[str]:
    with acting(actor):
        page = queries.find_people_at(actor, organisation_id, PageRequest())
        return [found.name for found in page.items]


def test_a_typed_name_means_the_organisation_of_that_name_whatever_its_case(owner: Actor) -> None:
    hale = make_organisation(owner, "Hale Studio")
    mara = add(owner, positions=[at("hale  STUDIO"), at("Elsewhere")])
    assert dict(places(owner, mara)) == {"hale  STUDIO": hale.id, "Elsewhere": None}
    edit(owner, mara, positions=[at("Elsewhere"), at("Hale Studio", title="Designer")])
    assert dict(places(owner, mara)) == {"Elsewhere": None, "Hale Studio": hale.id}
    items = [{"name": "Oskar Blom", "external_id": "7", "positions": [at("Hale Studio")]}]
    with acting(owner):
        oskar = actions.upsert_people(owner, items)[0][0].id
    assert places(owner, oskar) == [("Hale Studio", hale.id)]
    assert people_at(owner, hale.id) == ["Mara Ellison", "Oskar Blom"]


def test_a_text_is_made_an_organisation_in_one_act_for_everybody(owner: Actor) -> None:
    member = make_member(owner)
    mara = add(owner, positions=[at("Café Nørre"), at("Café Nørrebro")])
    hidden = add(owner, "Oskar Blom", positions=[at("cafe norre")], visibility=PRIVATE)
    with acting(member):
        made = actions.create_organisation(member, name="CAFÉ NØRRE")
    assert dict(places(owner, mara)) == {"Café Nørre": made.id, "Café Nørrebro": None}
    assert places(owner, hidden) == [("cafe norre", made.id)]
    assert people_at(member, made.id) == ["Mara Ellison"]
    with acting(owner):
        actions.edit_organisation(owner, made.id, name="Café Nørrebro")
    assert dict(places(owner, mara))["Café Nørrebro"] == made.id
    assert journal(owner, made.id)[0] == ("add", [])


def test_a_hidden_organisation_is_in_no_list_page_or_position_of_others(owner: Actor) -> None:
    member = make_member(owner)
    secret = make_organisation(owner, "Stealth", audience="private")
    mara = add(owner, positions=[at("Stealth")])
    assert people_at(owner, secret.id) == ["Mara Ellison"]
    assert places(member, mara) == [("Stealth", None)]
    assert (names(owner), names(member)) == (["Stealth"], [])
    with acting(member):
        assert [found.organisation_id for found in queries.find_positions(member, mara)] == [None]
        with pytest.raises(NotFound):
            queries.get_organisation(member, secret.id)
        with pytest.raises(NotFound):
            actions.delete_organisation(member, secret.id)
        assert queries.find_organisation_names(member) == []


def test_what_only_some_see_takes_no_position_from_what_the_team_sees(owner: Actor) -> None:
    member = make_member(owner)
    mara = add(owner, positions=[at("Acme")])

    def made(actor: Actor, visibility: dict[str, Any] | None = None) -> UUID:
        with acting(actor):
            return actions.create_organisation(actor, name="Acme", visibility=visibility).id

    def shown(actor: Actor) -> UUID | None:
        return places(actor, mara)[0][1]

    hidden, also = made(owner, PRIVATE), made(member, PRIVATE)
    assert (shown(owner), shown(member)) == (None, None)
    assert (people_at(owner, hidden), people_at(member, also)) == (["Mara Ellison"],) * 2
    first = made(owner)
    assert (shown(owner), shown(member)) == (first, first)
    with acting(owner):
        actions.edit_organisation(owner, first, visibility=PRIVATE)
    second = made(member)
    assert (shown(owner), shown(member)) == (second, second)
    with acting(owner):
        actions.edit_organisation(owner, first, visibility=AUDIENCES["team"])
    assert shown(member) == second
    with acting(member):
        actions.delete_organisation(member, second)
    assert (shown(owner), shown(member)) == (first, first)
    with acting(owner):
        actions.delete_organisation(owner, first)
    edit(member, mara, positions=[at("Acme", title="Designer")])
    assert (shown(owner), shown(member)) == (None, None)
    with acting(owner):
        actions.restore_organisation(owner, first)
    assert (shown(member), people_at(member, first)) == (first, ["Mara Ellison"])


def test_the_people_of_an_organisation_are_those_one_sees_each_as_who_they_became(
    owner: Actor,
) -> None:
    member = make_member(owner)
    hale = make_organisation(owner)
    seen, gone = make_person(owner, "Mara Ellison"), make_person(owner, "M. Ellison")
    hidden = make_person(member, "Oskar Blom", audience="private")
    # What the merged one was there the kept one is now, as a merge gives it to them.
    for person in (seen, gone, hidden):
        with acting(member) as unit:
            unit.session.add(Position(person_id=person.id, organisation_id=hale.id))
    merge(owner, gone, seen)
    assert people_at(owner, hale.id) == ["Mara Ellison"]
    assert people_at(member, hale.id) == ["Mara Ellison", "Oskar Blom"]
    with acting(owner):
        holders = queries.find_holders(owner, [seen.id, hidden.id])
    assert [found.id for found in holders] == [owner.person_id]


RIGHTS = [
    ("owner", "team", True, True),
    ("steward", "team", True, True),
    ("member", "team", True, False),
    ("guest", "team", False, False),
    ("owner", "private", False, False),
]


def test_who_may_do_what_to_somebody_elses(owner: Actor) -> None:
    author = make_member(owner)
    for role, audience, may_edit, may_delete in RIGHTS:
        actor = owner if role == "owner" else make_member(owner, role=role)
        thing = Organisation(author_id=author.person_id, audience=audience)
        assert policy.can_edit_organisation(actor, thing) is may_edit, role
        assert policy.can_delete_organisation(actor, thing) is may_delete, role
    mine = Organisation(author_id=author.person_id, audience="private")
    assert policy.can_edit_organisation(author, mine)
    assert policy.can_delete_organisation(author, mine)


def test_refusals_say_why_and_change_nothing(owner: Actor) -> None:
    member, guest = make_member(owner), make_member(owner, role="guest")
    hale = make_organisation(owner)
    with acting(guest), pytest.raises(NotAllowed):
        actions.create_organisation(guest, name="Hers")
    with acting(member):
        with pytest.raises(NotAllowed):
            actions.delete_organisation(member, hale.id)
        with pytest.raises(NotAllowed) as refused:
            actions.edit_organisation(member, hale.id, visibility=PRIVATE)
        assert refused.value.code == "not_the_author"
        with pytest.raises(Stale):
            actions.edit_organisation(member, hale.id, version=7, about="x")
    assert names(member) == ["Hale Studio"]


def test_what_is_archived_or_deleted_comes_back_with_its_people(owner: Actor) -> None:
    hale = make_organisation(owner)
    mara = add(owner, positions=[at("Hale Studio")])
    with acting(owner):
        actions.archive_organisation(owner, hale.id)
    assert (names(owner), names(owner, archived=True)) == ([], ["Hale Studio"])
    assert names(owner, archived=None, q="hále") == ["Hale Studio"]
    with acting(owner):
        actions.unarchive_organisation(owner, hale.id)
        actions.delete_organisation(owner, hale.id)
    assert names(owner, archived=None) == []
    assert places(owner, mara) == [("Hale Studio", None)]
    with acting(owner):
        actions.restore_organisation(owner, hale.id)
    assert places(owner, mara) == [("Hale Studio", hale.id)]
    told = [verb for verb, _fields in journal(owner, hale.id)]
    assert told == ["archive", "unarchive", "delete", "restore"]


def test_a_deletion_is_undone_within_thirty_days_by_who_might_have_done_it(owner: Actor) -> None:
    member, hale = make_member(owner), make_organisation(owner)
    with acting(owner) as unit:
        deleted = actions.delete_organisation(owner, hale.id)
        assert not policy.can_restore_organisation(member, deleted, unit.now)
        assert policy.can_restore_organisation(owner, deleted, unit.now + timedelta(days=29))
        assert not policy.can_restore_organisation(owner, deleted, unit.now + timedelta(days=31))
    with acting(member), pytest.raises(NotFound):
        actions.restore_organisation(member, hale.id)


def test_a_new_position_ends_the_one_before_and_leaves_it_in_history(owner: Actor) -> None:
    mara = add(
        owner,
        positions=[at("Hale", from_on=date(2020, 3, 1)), at("Later", from_on=date(2027, 1, 1))],
    )
    with acting(owner):
        new = actions.add_position(
            owner, mara, organisation="Orbit", from_on=date(2026, 5, 1), closes_current=True
        )
    with acting(owner):
        found = {p.organisation: (p.from_on, p.to_on) for p in queries.find_positions(owner, mara)}
        actions.edit_position(owner, mara, new.id, title="Lead")
    assert found["Hale"] == (date(2020, 3, 1), date(2026, 5, 1))
    assert found["Orbit"] == (date(2026, 5, 1), None)
    assert found["Later"] == (date(2027, 1, 1), None), "what begins later does not end before it"
    with acting(owner):
        assert [hit.id for hit in queries.search_people(owner, "Orbit")] == [mara]
        with pytest.raises(RuleBroken) as refused:
            actions.edit_position(owner, mara, new.id, to_on=date(2026, 4, 1))
        assert refused.value.field == "to_on"
    with acting(owner):
        actions.remove_position(owner, mara, new.id)
        with pytest.raises(NotFound):
            actions.remove_position(owner, mara, new.id)
    assert "Orbit" not in dict(places(owner, mara))
    assert journal(owner, mara)[-1] == ("edit", ["positions"])


def test_the_list_and_the_person_cost_as_many_statements_as_before(owner: Actor) -> None:
    make_organisation(owner)
    mara = add(owner, positions=[at("Hale Studio")])
    with acting(owner), counting() as statements:
        queries.find_organisations(owner, OrganisationFilter(q="hale"), PageRequest())
        queries.get_person_row(owner, mara)
    assert len(statements) == 2
