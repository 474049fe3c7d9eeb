"""Invitations: bound to the address, once, for a week, and only while the inviter may."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from community.accounts.actions import invitations, membership
from community.accounts.models import ActionLink, Invitation
from community.core import clock, db
from community.core.errors import (
    AppError,
    Conflict,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooManyTries,
)
from community.core.outbox import OutboxRow
from community.identity.models import Actor, Membership, User
from community.journal.models import JournalEntry
from community.people.models import PersonEmail
from tests.factories.accounts import address_of, session_of
from tests.factories.identity import acting, make_member
from tests.factories.invitations import (
    age_invitation,
    invited,
    join_by,
    make_invitation,
    new_address,
    state_of,
    token_of,
)


def _refusal(token: str, user: Actor | None = None) -> AppError:
    with pytest.raises(AppError) as refused:
        join_by(token, user)
    return refused.value


def test_somebody_new_joins_with_the_address_as_the_role_and_is_signed_in(owner: Actor) -> None:
    made, token = invited(owner, role="steward")
    joined = join_by(token)
    assert joined.actor.role == "steward"
    assert joined.actor.name == "Mara Ellison"
    assert joined.actor.team_id == owner.team_id
    assert joined.secret is not None
    assert session_of(joined.secret) is not None
    assert state_of(owner, made.id) == "accepted"
    with acting(owner) as unit:
        emails = unit.session.scalars(
            select(PersonEmail.value).where(PersonEmail.person_id == joined.actor.person_id)
        ).all()
    assert emails == [made.address]


def test_somebody_with_an_account_signs_in_first_and_joins_as_themselves(
    owner: Actor, stranger: Actor
) -> None:
    _made, token = invited(owner, email=address_of(stranger))
    with pytest.raises(NotSignedIn):
        join_by(token)
    joined = join_by(token, stranger)
    assert joined.actor.user_id == stranger.user_id
    assert joined.actor.team_id == owner.team_id
    assert joined.secret is None


def test_somebody_else_cannot_accept(owner: Actor, member: Actor, stranger: Actor) -> None:
    made, token = invited(owner)
    refused = _refusal(token, stranger)
    assert isinstance(refused, NotAllowed)
    assert made.address in str(refused.message)
    assert state_of(owner, made.id) == "pending"


def test_a_link_lets_in_once(owner: Actor) -> None:
    _made, token = invited(owner)
    join_by(token)
    assert _refusal(token).code == "invitation_accepted"


def test_of_twenty_uses_at_once_one_joins(owner: Actor) -> None:
    made, token = invited(owner)

    def use(_number: int) -> str:
        try:
            join_by(token)
        except Conflict as refused:
            return str(refused.code)
        return "joined"

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(use, range(20)))
    assert answers == ["invitation_accepted"] * 19 + ["joined"]
    with acting(owner) as unit:
        there = unit.session.scalar(
            select(func.count()).select_from(Membership).where(Membership.team_id == owner.team_id)
        )
    assert there == 2
    assert state_of(owner, made.id) == "accepted"


def test_a_week_later_it_is_expired(owner: Actor) -> None:
    made, token = invited(owner)
    age_invitation(owner, made.id, days=6.9)
    assert state_of(owner, made.id) == "pending"
    age_invitation(owner, made.id, days=0.2)
    assert state_of(owner, made.id) == "expired"
    assert _refusal(token).code == "invitation_expired"


def test_what_was_taken_back_lets_nobody_in_and_its_mail_never_leaves(owner: Actor) -> None:
    made, token = invited(owner)
    with acting(owner):
        invitations.revoke_invitation(owner, made.id)
    assert _refusal(token).code == "invitation_revoked"
    with acting(owner) as unit:
        states = unit.session.scalars(
            select(OutboxRow.state).where(OutboxRow.job == invitations.MAIL_JOB)
        ).all()
    assert states == ["cancelled"]


def test_the_mail_waits_for_the_time_of_undoing(owner: Actor) -> None:
    make_invitation(owner)
    with acting(owner) as unit:
        row = unit.session.scalars(
            select(OutboxRow).where(OutboxRow.job == invitations.MAIL_JOB)
        ).one()
        assert row.next_at is not None
        assert row.next_at - row.created_at >= timedelta(seconds=59)
        assert set(row.args) == {"invitation_id", "link_id"}


def test_a_made_up_link_is_not_known(owner: Actor, stranger: Actor) -> None:
    _made, token = invited(owner)
    elsewhere = token.replace(owner.team_key, stranger.team_key)
    for forged in (token[:-1] + ("a" if token[-1] != "a" else "b"), elsewhere, "x" * 43, ""):
        assert isinstance(_refusal(forged), NotFound)


def test_a_link_is_bound_to_address_and_role(owner: Actor) -> None:
    made, token = invited(owner)
    for change in ({"address": new_address()}, {"role": "owner"}):
        with acting(owner) as unit:
            before = unit.session.get_one(Invitation, (owner.team_id, made.id))
            kept = {name: getattr(before, name) for name in change}
            unit.session.execute(
                update(Invitation).where(Invitation.id == made.id).values(**change)
            )
        assert isinstance(_refusal(token), NotFound)
        with acting(owner) as unit:
            unit.session.execute(update(Invitation).where(Invitation.id == made.id).values(**kept))
    assert join_by(token).actor.role == "member"


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("owner", {"owner", "steward", "member", "guest"}),
        ("steward", {"member", "guest"}),
        ("member", {"guest"}),
        ("guest", set()),
    ],
)
def test_a_role_invites_as_the_product_says(owner: Actor, role: str, may: set[str]) -> None:
    actor = make_member(owner, role=role)
    for asked in ("owner", "steward", "member", "guest"):
        if asked in may:
            assert make_invitation(actor, role=asked).role == asked
        else:
            with pytest.raises(NotAllowed):
                make_invitation(actor, role=asked)


def test_whoever_lost_the_right_lets_nobody_in(owner: Actor) -> None:
    steward = make_member(owner, role="steward")
    made, token = invited(steward)
    with acting(owner) as unit:
        unit.session.execute(
            update(Membership).where(Membership.id == steward.member_id).values(role="member")
        )
    assert _refusal(token).code == "invitation_void"
    assert state_of(owner, made.id) == "pending"


def test_whoever_left_lets_nobody_in(owner: Actor) -> None:
    steward = make_member(owner, role="steward")
    made, token = invited(steward)
    with acting(steward):
        membership.leave_team(steward)
    assert _refusal(token).code == "invitation_revoked"
    assert state_of(owner, made.id) == "revoked"


def test_removal_and_a_lower_role_take_back_what_is_beyond_them(owner: Actor) -> None:
    steward, gone = make_member(owner, role="steward"), make_member(owner, role="steward")
    beyond, within = make_invitation(steward), make_invitation(steward, role="guest")
    of_gone = make_invitation(gone, role="guest")
    with acting(owner):
        membership.change_role(owner, steward.person_id, "member")
        membership.remove_member(owner, gone.person_id)
    assert state_of(owner, beyond.id) == "revoked"
    assert state_of(owner, within.id) == "pending"
    assert state_of(owner, of_gone.id) == "revoked"


def test_a_fresh_link_closes_the_one_before(owner: Actor) -> None:
    made, old = invited(owner)
    age_invitation(owner, made.id, days=8)
    with acting(owner):
        invitations.mail_anew(owner, made.id)
    fresh = token_of(owner, made.id)
    assert fresh != old
    assert _refusal(old).code == "invitation_replaced"
    assert join_by(fresh).actor.role == "member"


def test_a_fresh_link_goes_out_in_the_name_of_whoever_sends_it(owner: Actor) -> None:
    steward = make_member(owner, role="steward")
    made = make_invitation(owner)
    with acting(steward):
        invitations.mail_anew(steward, made.id)
    with acting(owner):
        membership.remove_member(owner, steward.person_id)
    assert state_of(owner, made.id) == "revoked"


def test_who_was_invited_asks_for_a_fresh_link_and_gets_it_by_mail_only(owner: Actor) -> None:
    made, old = invited(owner)
    age_invitation(owner, made.id, days=8)
    with db.transaction():
        assert invitations.ask_for_fresh_link(old, remote="192.0.2.1") is None
    assert token_of(owner, made.id) != old
    assert state_of(owner, made.id) == "pending"


@pytest.mark.parametrize("case", ["pending", "revoked", "accepted", "void", "unknown"])
def test_asking_for_a_fresh_link_answers_alike_where_there_is_none(owner: Actor, case: str) -> None:
    steward = make_member(owner, role="steward")
    made, token = invited(steward)
    if case == "revoked":
        with acting(owner):
            invitations.revoke_invitation(owner, made.id)
    elif case == "accepted":
        join_by(token)
    elif case == "void":
        age_invitation(owner, made.id, days=8)
        with acting(owner) as unit:
            unit.session.execute(
                update(Membership).where(Membership.id == steward.member_id).values(role="guest")
            )
    elif case == "unknown":
        token = "cty_nosuchteam_" + "x" * 43
    before = _links(owner)
    with db.transaction():
        assert invitations.ask_for_fresh_link(token, remote="192.0.2.2") is None
    assert _links(owner) == before


def _links(owner: Actor) -> int:
    with acting(owner) as unit:
        return unit.session.scalar(select(func.count()).select_from(ActionLink)) or 0


def test_asking_again_and_again_is_counted(owner: Actor) -> None:
    _made, token = invited(owner)
    for _number in range(10):
        with db.transaction():
            invitations.ask_for_fresh_link(token, remote="198.51.100.7")
    with db.transaction(), pytest.raises(TooManyTries):
        invitations.ask_for_fresh_link(token, remote="198.51.100.7")


def test_an_address_is_invited_once_at_a_time(owner: Actor, member: Actor) -> None:
    made = make_invitation(owner)
    with pytest.raises(Conflict) as again_:
        make_invitation(owner, made.address)
    assert again_.value.code == "already_invited"
    with pytest.raises(Conflict) as inside:
        make_invitation(owner, address_of(member))
    assert inside.value.code == "already_member"
    age_invitation(owner, made.id, days=8)
    fresh = make_invitation(owner, made.address)
    assert state_of(owner, made.id) == "expired"
    with acting(owner), pytest.raises(Conflict):
        invitations.mail_anew(owner, made.id)
    assert state_of(owner, fresh.id) == "pending"


def test_a_member_invites_twenty_a_day_and_fresh_links_count(owner: Actor, member: Actor) -> None:
    for _number in range(19):
        make_invitation(member, role="guest")
    made = make_invitation(member, role="guest")
    with pytest.raises(TooManyTries):
        make_invitation(member, role="guest")
    with acting(member), pytest.raises(TooManyTries):
        invitations.mail_anew(member, made.id)
    age_invitation(member, made.id, days=1.1)
    make_invitation(member, role="guest")


def test_members_see_and_take_back_their_own_and_stewards_all(owner: Actor, member: Actor) -> None:
    other, steward = make_member(owner), make_member(owner, role="steward")
    made = make_invitation(member, role="guest")
    with acting(other), pytest.raises(NotFound):
        invitations.revoke_invitation(other, made.id)
    of_owner = make_invitation(owner, role="steward")
    with acting(steward), pytest.raises(NotAllowed):
        invitations.revoke_invitation(steward, of_owner.id)
    with acting(steward):
        invitations.revoke_invitation(steward, made.id)
    assert state_of(owner, made.id) == "revoked"


def test_another_teams_invitation_is_not_found(owner: Actor, stranger: Actor) -> None:
    theirs = make_invitation(stranger)
    for act in (invitations.revoke_invitation, invitations.mail_anew):
        with acting(owner), pytest.raises(NotFound):
            act(owner, theirs.id)


def test_who_has_joined_cannot_be_uninvited(owner: Actor) -> None:
    made, token = invited(owner)
    join_by(token)
    with acting(owner), pytest.raises(Conflict):
        invitations.revoke_invitation(owner, made.id)


def test_a_disabled_account_does_not_join(owner: Actor, stranger: Actor) -> None:
    _made, token = invited(owner, email=address_of(stranger))
    with db.transaction() as unit:
        unit.session.execute(
            update(User).where(User.id == stranger.user_id).values(disabled_at=clock.now())
        )
    assert _refusal(token).code == "address_disabled"


def test_invitations_are_journalled_without_the_address(owner: Actor) -> None:
    made, token = invited(owner)
    join_by(token)
    with acting(owner) as unit:
        entries = unit.session.scalars(
            select(JournalEntry)
            .where(JournalEntry.thing_kind == "invitation", JournalEntry.thing_id == made.id)
            .order_by(JournalEntry.id)
        ).all()
    assert [entry.verb for entry in entries] == ["invite", "use_link", "accept"]
    assert all(not entry.fields for entry in entries)


def test_what_ended_a_month_ago_is_forgotten_with_its_links(owner: Actor) -> None:
    gone, kept = make_invitation(owner), make_invitation(owner)
    age_invitation(owner, gone.id, days=38)
    with acting(owner):
        assert invitations.forget_ended(clock.now()) == 1
    with acting(owner) as unit:
        left = unit.session.scalars(select(Invitation.id)).all()
        links = unit.session.scalars(select(ActionLink.thing_id)).all()
    assert left == [kept.id]
    assert set(links) == {kept.id}
