"""Who erases whom, and what becomes of accounts, addresses and the audit."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from community.accounts.actions import membership
from community.accounts.actions.forgetting import forget_what_is_over
from community.accounts.actions.teams import add_member
from community.accounts.models import Credential
from community.core import db, mail, queue
from community.core.errors import AppError, Conflict, NotAllowed, NotFound, RuleBroken
from community.core.mail import MailFailed
from community.core.outbox import OutboxRow
from community.identity.models import Actor, User, UserEmail
from community.journal.models import JournalEntry
from community.ledger.actions import Letter
from community.ledger.actions.outside import tell_key
from community.notifications.models import MailSuppression, NotificationPreference
from community.notifications.queries import why_suppressed
from community.people import actions as people_actions
from community.people.models import Note, Person
from community.records import actions
from tests.factories.identity import acting, make_team
from tests.factories.ledger import log_give
from tests.factories.people import make_note, make_person
from tests.records.doing import SECRET, prepared, work

pytestmark = pytest.mark.usefixtures("in_application")


def test_only_an_owner_erases_and_the_name_is_typed(
    owner: Actor, member: Actor, steward: Actor
) -> None:
    mara = make_person(owner, "Mara Ellison")
    for actor in (member, steward):
        with acting(actor), pytest.raises(NotAllowed):
            actions.erase_person(actor, mara.id, name="Mara Ellison")
    with pytest.raises(RuleBroken), acting(owner):
        actions.erase_person(owner, mara.id, name="Mara")
    with acting(owner) as unit:
        assert unit.session.get_one(Person, (owner.team_id, mara.id)).name == "Mara Ellison"


def test_a_member_is_not_erased_before_they_left(owner: Actor, member: Actor) -> None:
    with acting(owner), pytest.raises(Conflict):
        actions.erase_person(owner, member.person_id, name=member.name)
    with acting(owner):
        membership.remove_member(owner, member.person_id)
    with acting(owner):
        actions.erase_person(owner, member.person_id, name=member.name)
    with acting(owner) as unit:
        assert unit.session.get_one(User, member.user_id).disabled_at is not None


def test_the_account_of_somebody_in_another_team_stays(owner: Actor, member: Actor) -> None:
    other = make_team()
    with db.transaction(other.team_id) as unit:
        unit.session.execute(
            text(
                "INSERT INTO memberships (team_id, id, user_id, role, state, default_audience,"
                " agreed_number, joined_at, created_at, updated_at, version) VALUES"
                " (:team, :id, :user, 'member', 'active', 'private', 0, now(), now(), now(), 1)"
            ),
            {"team": other.team_id, "id": db.new_id(), "user": member.user_id},
        )
    with acting(owner):
        membership.remove_member(owner, member.person_id)
    with acting(owner):
        actions.erase_person(owner, member.person_id, name=member.name)
    with acting(owner) as unit:
        assert unit.session.get_one(User, member.user_id).disabled_at is None
        addresses = text("SELECT count(*) FROM user_emails WHERE user_id = :user")
        assert unit.session.scalar(addresses, {"user": member.user_id}) == 1


def test_an_erased_person_is_in_no_list_and_cannot_be_restored(owner: Actor) -> None:
    mara = make_person(owner, "Mara Ellison", email="mara@example.org")
    note = make_note(owner, mara.id, SECRET)
    with acting(owner):
        actions.erase_person(owner, mara.id, name="mara ellison")
    with acting(owner), pytest.raises(NotFound):
        people_actions.restore_person(owner, mara.id)
    with acting(owner) as unit:
        row = unit.session.get_one(Person, (owner.team_id, mara.id))
        assert (row.name, row.sought, row.sort_key) == ("Erased person", "", "")
        assert unit.session.get(Note, (owner.team_id, note.id)) is None


def test_who_wanted_no_more_mail_gets_none_after_an_erasure(owner: Actor) -> None:
    mara = make_person(owner, "Mara Ellison", email="no-more@example.org")
    with acting(owner):
        db.add(MailSuppression(address="no-more@example.org", reason="asked for no more"))
    with acting(owner):
        actions.erase_person(owner, mara.id, name="Mara Ellison")
    with acting(owner) as unit:
        stored = unit.session.scalars(
            select(MailSuppression.address).where(MailSuppression.team_id == owner.team_id)
        ).all()
        assert stored
        assert not any("@" in address for address in stored)
        assert why_suppressed("no-more@example.org") == "no_more"
        assert why_suppressed("other@example.org") is None


def test_the_audit_of_an_erasure_names_nobody(owner: Actor) -> None:
    mara = make_person(owner, "Mara Ellison")
    with acting(owner):
        asked = actions.erase_person(owner, mara.id, name="Mara Ellison")
    with acting(owner) as unit:
        entry = unit.session.scalars(
            select(JournalEntry).where(
                JournalEntry.thing_id == asked.id, JournalEntry.verb == "erase"
            )
        ).one()
    assert entry.about_id is None
    assert entry.fields == []


def test_of_two_owners_who_erase_at_once_one_does(owner: Actor) -> None:
    mara, done = make_person(owner, "Mara Ellison"), []
    asked = prepared(owner, mara, "erasure")

    def complete() -> None:
        try:
            with acting(owner):
                done.append(actions.complete_request(owner, asked.id, name="Mara Ellison"))
        except AppError:
            pass

    threads = [threading.Thread(target=complete) for _n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1


def test_who_comes_back_after_an_erasure_begins_anew(owner: Actor, member: Actor) -> None:
    other = make_team()
    with db.transaction(other.team_id):
        add_member(member.user_id, member.name)
    with acting(owner):
        membership.remove_member(owner, member.person_id)
    with acting(owner):
        actions.erase_person(owner, member.person_id, name=member.name)
    with db.transaction(owner.team_id):
        back = add_member(member.user_id, "Lena Anew")
    assert (back.name, back.person_id == member.person_id) == ("Lena Anew", False)


def test_what_somebody_had_in_an_earlier_membership_goes_too(owner: Actor, member: Actor) -> None:
    make_person(member, "Seen Person")
    with acting(member):
        db.add(
            NotificationPreference(
                member_id=member.member_id, kind="k", channel="app", enabled=False
            )
        )
    for _time in range(2):
        with acting(owner):
            membership.remove_member(owner, member.person_id)
        if _time == 0:
            with db.transaction(owner.team_id):
                assert add_member(member.user_id, member.name).person_id == member.person_id
    with acting(owner):
        actions.erase_person(owner, member.person_id, name=member.name)
    with acting(owner) as unit:
        assert (
            unit.session.get(NotificationPreference, (owner.team_id, member.member_id, "k", "app"))
            is None
        )


def test_an_erasure_drops_the_mail_that_was_owed_to_them(owner: Actor) -> None:
    mara = make_person(owner, "Mara Ellison", email="mara@example.org")
    entry = log_give(
        owner, mara.id, tell_outsider=Letter("Thank you", "It was a pleasure to help.")
    )
    with acting(owner):
        actions.erase_person(owner, mara.id, name="Mara Ellison")
    with acting(owner) as unit:
        row = unit.session.scalars(
            select(OutboxRow).where(OutboxRow.key == tell_key(entry.give.id))
        ).one()
        assert (row.state, row.next_at) == ("cancelled", None)


def erased_member(owner: Actor, member: Actor) -> str:
    """Erase somebody who was in the team; returns the address of their account."""
    with acting(owner) as unit:
        address = unit.session.scalars(
            select(UserEmail.address).where(UserEmail.user_id == member.user_id)
        ).one()
        membership.remove_member(owner, member.person_id)
    with acting(owner):
        actions.erase_person(owner, member.person_id, name=member.name)
    return address


def kept(owner: Actor, address: str) -> tuple[int, int, int]:
    """How often the address is kept to be mailed, as refused, and in an error."""
    with acting(owner) as unit:
        waiting = select(Credential.id).where(Credential.address == address)
        refused = select(MailSuppression.id).where(MailSuppression.address == address)
        errors = select(OutboxRow.id).where(OutboxRow.last_error.contains(address))
        found = [len(unit.session.scalars(rows).all()) for rows in (waiting, refused, errors)]
    return found[0], found[1], found[2]


def test_who_is_erased_is_told_by_mail_and_their_address_goes_with_it(
    owner: Actor, member: Actor
) -> None:
    address = erased_member(owner, member)
    assert kept(owner, address)[0] == 1
    assert work(owner.team_id, queue.MAIL) == 1
    letters = [path.read_text() for path in mail.settings().mailbox.glob("erased-*.eml")]
    (letter,) = [text for text in letters if address in text]
    assert f"Your data at {owner.team_name} was erased" in letter
    assert kept(owner, address) == (0, 0, 0)


@pytest.mark.parametrize("for_good", [True, False])
def test_an_address_that_takes_no_word_of_an_erasure_is_forgotten_too(
    owner: Actor, member: Actor, monkeypatch: pytest.MonkeyPatch, for_good: bool
) -> None:
    address = erased_member(owner, member)

    def refuse(message: mail.Mail) -> None:
        raise MailFailed(f"550 {message.to}", permanent=for_good, bad_address=for_good)

    with monkeypatch.context() as patch:
        patch.setattr(mail, "send", refuse)
        if for_good:
            assert work(owner.team_id, queue.MAIL) == 1
        else:
            with pytest.raises(MailFailed):
                work(owner.team_id, queue.MAIL)
            with acting(owner) as unit:
                forget_what_is_over(unit.now + timedelta(days=3))
    assert kept(owner, address) == (0, 0, 0)


def test_somebody_outside_is_told_of_their_erasure_by_nobody(owner: Actor) -> None:
    mara = make_person(owner, "Mara Ellison", email="mara@example.org")
    with acting(owner):
        actions.erase_person(owner, mara.id, name="Mara Ellison")
    assert work(owner.team_id, queue.MAIL) == 0
