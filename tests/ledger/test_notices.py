"""What people hear of the ledger, in which words, and only while they may."""

from collections.abc import Callable
from typing import Any

import pytest

from community.core import mail
from community.identity.models import Actor
from community.ledger import actions, notices
from community.notifications import catalogue
from community.notifications.actions import MAIL_JOB
from community.web.session import CommunityFlask
from tests.factories.accounts import address_of
from tests.factories.identity import acting, make_member
from tests.factories.ledger import acknowledge, log_give, say_thanks
from tests.factories.outbox import do_owed
from tests.factories.people import make_person


def read(kind: str, reader: Actor, give_id: Any) -> str | None:
    """A notice's sentence as its reader sees it, or None."""
    with acting(reader):
        found = catalogue.kind(kind).read(reader, [give_id])
    return found[give_id].sentence if give_id in found else None


@pytest.fixture(autouse=True)
def app_is_there(app: CommunityFlask) -> None:
    """The catalogue is filled by the application."""


def test_every_kind_has_its_mail(app: CommunityFlask) -> None:
    for kind in notices.KINDS:
        for part in ("subject.txt", "body.txt", "body.html"):
            assert app.jinja_env.get_template(f"{kind.template}/{part}")


Story = Callable[[Actor, Actor], tuple[str, Actor, Any]]


def _logged(ivy: Actor, mara: Actor) -> tuple[str, Actor, Any]:
    return "give_logged", mara, log_give(ivy, mara.person_id, story="the slides").give.id


def _thanked(ivy: Actor, mara: Actor) -> tuple[str, Actor, Any]:
    return "thanks_received", ivy, say_thanks(mara, ivy.person_id, story="the slides").give.id


def _acknowledged(ivy: Actor, mara: Actor) -> tuple[str, Actor, Any]:
    give_id = log_give(ivy, mara.person_id, story="the slides").give.id
    acknowledge(mara, give_id, thanks="just in time")
    return "give_acknowledged", ivy, give_id


def _amended(ivy: Actor, mara: Actor) -> tuple[str, Actor, Any]:
    give_id = log_give(ivy, mara.person_id, story="the slides").give.id
    with acting(mara):
        actions.amend(mara, give_id, size="large")
    return "give_amended", ivy, give_id


def _disputed(ivy: Actor, mara: Actor) -> tuple[str, Actor, Any]:
    give_id = log_give(ivy, mara.person_id, story="the slides").give.id
    with acting(mara):
        actions.dispute(mara, give_id, reason="that was Kofi")
    return "give_disputed", ivy, give_id


def _corrected(ivy: Actor, mara: Actor) -> tuple[str, Actor, Any]:
    give_id = say_thanks(mara, ivy.person_id, story="the slides").give.id
    with acting(mara):
        actions.correct(mara, give_id)
    return "give_corrected", ivy, give_id


@pytest.mark.parametrize(
    ("story", "sentence"),
    [
        (_logged, "Ivy Okonjo says they helped you: the slides"),
        (_thanked, "Mara Ellison thanked you for this: the slides"),
        (_acknowledged, "Mara Ellison says: yes, thank you. “just in time”"),
        (_amended, "Mara Ellison thanks you and remembers it a little differently: the slides"),
        (_disputed, "Mara Ellison remembers this differently: the slides"),
        (_corrected, "Mara Ellison corrected an entry between you: the slides"),
    ],
)
def test_each_act_is_told_to_the_other_in_one_line(
    app: CommunityFlask, owner: Actor, sent: list[mail.Mail], story: Story, sentence: str
) -> None:
    ivy, mara = make_member(owner, "Ivy Okonjo"), make_member(owner, "Mara Ellison")
    kind, reader, give_id = story(ivy, mara)
    writer = mara if reader is ivy else ivy
    assert read(kind, reader, give_id) == sentence
    do_owed(app, owner, MAIL_JOB)
    (letter,) = [letter for letter in sent if letter.subject == sentence]
    assert (letter.to, letter.to_name) == (address_of(reader), reader.name)
    assert (letter.from_name, letter.reply_to) == (owner.team_name, address_of(writer))
    for body in (letter.text, letter.html or ""):
        assert f"Hello {reader.call_name}," in body
        assert "the slides" in body
        assert f"/t/{owner.team_slug}/gives/{give_id}" in body
        assert "You get this because" in body
    assert "List-Unsubscribe-Post" in letter.headers
    for word in ("debt", "owe ", "lapsed", "taker"):
        assert word not in letter.text.lower()


def test_the_mail_of_a_give_offers_both_answers(
    app: CommunityFlask, owner: Actor, sent: list[mail.Mail]
) -> None:
    ivy, mara = make_member(owner, "Ivy Okonjo"), make_member(owner, "Mara Ellison")
    log_give(ivy, mara.person_id, story="a & b <c>")
    do_owed(app, owner, MAIL_JOB)
    assert "Yes, thank you: http" in sent[0].text
    assert "Not how I remember it: http" in sent[0].text
    assert "a & b <c>" in sent[0].text
    assert "a &amp; b &lt;c&gt;" in (sent[0].html or "")


def test_a_give_without_words_is_told_of_too(
    app: CommunityFlask, owner: Actor, sent: list[mail.Mail]
) -> None:
    ivy, mara = make_member(owner, "Ivy Okonjo"), make_member(owner, "Mara Ellison")
    log_give(ivy, mara.person_id, story="")
    do_owed(app, owner, MAIL_JOB)
    assert sent[0].subject == "Ivy Okonjo says they helped you"


def test_what_was_taken_back_is_not_mailed(
    app: CommunityFlask, owner: Actor, sent: list[mail.Mail]
) -> None:
    ivy, mara = make_member(owner, "Ivy Okonjo"), make_member(owner, "Mara Ellison")
    give_id = log_give(ivy, mara.person_id).give.id
    with acting(ivy):
        actions.retract(ivy, give_id)
    do_owed(app, owner, MAIL_JOB)
    assert sent == []
    assert read("give_logged", mara, give_id) is None


def test_what_was_answered_already_is_not_asked_again(
    app: CommunityFlask, owner: Actor, sent: list[mail.Mail]
) -> None:
    ivy, mara = make_member(owner, "Ivy Okonjo"), make_member(owner, "Mara Ellison")
    give_id = log_give(ivy, mara.person_id).give.id
    acknowledge(mara, give_id)
    do_owed(app, owner, MAIL_JOB)
    assert [letter.to for letter in sent] == [address_of(ivy)]


def test_a_long_story_is_cut_in_the_subject_only(
    app: CommunityFlask, owner: Actor, sent: list[mail.Mail]
) -> None:
    ivy, mara = make_member(owner, "Ivy Okonjo"), make_member(owner, "Mara Ellison")
    log_give(ivy, mara.person_id, story="word " * 100 + "end")
    do_owed(app, owner, MAIL_JOB)
    assert len(sent[0].subject) < 180
    assert "end" in sent[0].text


def test_reading_many_costs_one_statement(owner: Actor, member: Actor) -> None:
    ids = [log_give(owner, member.person_id).give.id for _ in range(3)]
    with acting(member):
        found = catalogue.kind("give_logged").read(member, ids)
    assert set(found) == set(ids)


def test_nobody_is_told_of_a_person_outside(
    app: CommunityFlask, owner: Actor, sent: list[mail.Mail]
) -> None:
    say_thanks(owner, make_person(owner).id)
    do_owed(app, owner, MAIL_JOB)
    assert sent == []
