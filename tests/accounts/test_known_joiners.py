"""Who joins and is known already: only by an invitation of owners and stewards, and not more of them than that."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from community.accounts.actions import invitations, joining, membership
from community.accounts.actions.joining import Yes
from community.core import clock, db
from community.identity.models import Actor
from community.notifications.models import Notice
from community.people import actions as people
from community.people.models import Person, PersonEmail
from community.web.session import CommunityFlask
from tests.factories.accounts import address_of
from tests.factories.identity import acting, again, make_member
from tests.factories.invitations import (
    YES,
    invited,
    join_by,
    new_address,
    token_of,
)
from tests.factories.ledger import log_give, say_thanks, seen
from tests.factories.people import make_note, make_person
from tests.web_client import Api

TEAM = {"audience": "team", "people": [], "circle_id": None}
PRIVATE = {"audience": "private", "people": [], "circle_id": None}


def test_whom_the_team_knows_by_the_address_becomes_that_person_if_they_say_so(
    owner: Actor,
) -> None:
    address = new_address()
    known = make_person(owner, "Mara E.", email=address)
    _made, token = invited(owner, email=address)
    with db.transaction():
        offer = joining.read_offer(token, None)
    assert offer.known_as is not None
    assert offer.known_as.id == known.id
    joined = join_by(token, yes=Yes("Mara Ellison", is_known_person=True))
    assert joined.actor.person_id == known.id
    assert again(joined.actor).name == "Mara Ellison"
    with acting(owner) as unit:
        person = unit.session.get_one(Person, (owner.team_id, known.id))
        count = unit.session.scalar(
            select(func.count()).select_from(PersonEmail).where(PersonEmail.value == address)
        )
    assert (person.author_id, person.source, count) == (known.id, "member", 1)


def test_nobody_is_taken_for_somebody_unasked(owner: Actor) -> None:
    address = new_address()
    known = make_person(owner, "Mara E.", email=address)
    _made, token = invited(owner, email=address)
    assert join_by(token).actor.person_id != known.id


@pytest.mark.parametrize("columns", [{"audience": "private"}, {"deleted_at": "now"}])
def test_a_person_not_visible_to_all_is_never_offered(
    owner: Actor, columns: dict[str, str]
) -> None:
    address = new_address()
    values = {k: db_now() if v == "now" else v for k, v in columns.items()}
    make_person(owner, "Mara Hidden", email=address, **values)
    _made, token = invited(owner, email=address)
    with db.transaction():
        assert joining.read_offer(token, None).known_as is None
    joined = join_by(token, yes=replace(YES, is_known_person=True))
    assert joined.actor.name == "Mara Ellison"


def test_whoever_puts_their_address_on_somebody_and_is_asked_in_is_not_them(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    """The chain of a member who would read what colleagues keep about somebody outside."""
    outsider = make_person(owner, "Bruno Outside", email=new_address("bruno"))
    note = make_note(
        owner, outsider.id, "For us.", audience="people", audience_people=[owner.person_id]
    )
    mine = new_address("second-self")
    with acting(member):
        people.edit_person(member, outsider.id, emails=[{"value": mine, "label": ""}])
    _made, token = invited(member, email=mine, role="guest")
    with db.transaction():
        assert joining.read_offer(token, None).known_as is None
    joined = join_by(token, yes=replace(YES, is_known_person=True)).actor
    assert joined.person_id != outsider.id
    assert Api(app, joined).get(f"/notes/{note.id}").status_code == 404


@pytest.mark.parametrize("by", ["owner", "steward", "member"])
def test_only_whom_an_owner_or_steward_invites_is_known(
    owner: Actor, member: Actor, by: str
) -> None:
    address = new_address()
    make_person(owner, "Mara E.", email=address)
    who = {"owner": owner, "member": member}.get(by) or make_member(owner, role="steward")
    _made, token = invited(who, email=address, role="guest")
    with db.transaction():
        assert (joining.read_offer(token, None).known_as is not None) is (by != "member")


def test_who_invited_must_still_be_steward_when_somebody_known_joins(owner: Actor) -> None:
    address, steward = new_address(), make_member(owner, role="steward")
    known = make_person(owner, "Mara E.", email=address)
    _made, token = invited(steward, email=address, role="guest")
    with acting(owner):
        membership.change_role(owner, steward.person_id, role="member")
    joined = join_by(token, yes=replace(YES, is_known_person=True))
    assert joined.actor.person_id != known.id


def test_an_address_that_came_later_or_from_who_invites_makes_nobody_known(owner: Actor) -> None:
    steward = make_member(owner, role="steward")
    later, known = new_address("later"), make_person(owner, "Mara E.", email=new_address())
    _made, token = invited(owner, email=later)
    own = new_address("own")
    with acting(steward):
        given = [{"value": value, "label": ""} for value in (later, own)]
        people.edit_person(steward, known.id, emails=given)
    _made, token_of_own = invited(steward, email=own)
    for each in (token, token_of_own):
        with db.transaction():
            assert joining.read_offer(each, None).known_as is None
    other = new_address("other")
    with acting(steward):
        people.edit_person(steward, known.id, emails=[{"value": other, "label": ""}])
    sent, _token = invited(steward, email=other)
    with acting(owner):
        invitations.mail_anew(owner, sent.id)
    anew = token_of(owner, sent.id)
    with db.transaction():
        assert joining.read_offer(anew, None).known_as is None


def test_what_was_narrowed_before_they_joined_is_not_told_to_the_joiner(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    address = new_address()
    known = make_person(owner, "Mara E.", email=address)
    few = {"audience": "people", "audience_people": [member.person_id]}
    narrowed = make_note(owner, known.id, "For one.", **few)
    shared = make_note(owner, known.id, "For all.", audience="team")
    kept = log_give(member, known.id, story="Kept for me", visibility=PRIVATE)
    given = log_give(member, known.id, story="For all to see", visibility=TEAM)
    thanked = say_thanks(member, known.id, story="Thanks, to myself", visibility=PRIVATE)
    _made, token = invited(owner, email=address)
    actor = join_by(token, yes=replace(YES, is_known_person=True)).actor
    assert actor.person_id == known.id
    api, owners = Api(app, actor), Api(app, owner)
    after = make_note(owner, known.id, "Since they are here.", **few)
    told = {
        f"/notes/{note.id}": api.get(f"/notes/{note.id}").status_code
        for note in (narrowed, shared, after)
    }
    assert list(told.values()) == [404, 200, 200]
    sees = [
        owners.get(f"/notes/{note.id}").json["subject_sees"] for note in (narrowed, shared, after)
    ]
    assert sees == [False, True, True]
    gives = [entry.give.id for entry in (kept, given, thanked)]
    assert [seen(actor, give_id) is not None for give_id in gives] == [False, True, False]
    assert all(seen(member, give_id) for give_id in gives)
    assert "For one." not in api.get("/me/about").get_data(as_text=True)
    shown = {"audience": "people", "people": [str(known.id)]}
    owners.patch(f"/notes/{narrowed.id}", {"visibility": shown})
    assert api.get(f"/notes/{narrowed.id}").status_code == 200
    with acting(actor) as unit:
        kinds = unit.session.scalars(
            select(Notice.kind).where(
                Notice.member_id == actor.member_id, Notice.thing_id == narrowed.id
            )
        )
        assert kinds.all() == ["note_about_you"]


def db_now() -> object:
    with db.transaction():
        return clock.now()


def test_whoever_comes_back_by_an_invitation_is_who_they_were(owner: Actor, member: Actor) -> None:
    address = address_of(member)
    with acting(member):
        membership.leave_team(member)
    _made, token = invited(owner, email=address, role="guest")
    joined = join_by(token, member)
    assert joined.actor.person_id == member.person_id
    assert again(joined.actor).is_guest
