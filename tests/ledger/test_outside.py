"""Somebody outside: told by the giver's choice alone, and answering by a link without an account."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from community.accounts.actions import team_life
from community.core import clock, db, mail
from community.core.mail import MailFailed
from community.core.outbox import MAX_ATTEMPTS, OutboxRow
from community.identity.models import Actor
from community.ledger import actions
from community.ledger.actions import Letter
from community.ledger.actions.outside import TELL_JOB
from community.ledger.models import GiveWords
from community.notifications.models import MailSuppression, Notice
from community.notifications.queries import why_suppressed
from community.web.session import CommunityFlask
from tests.factories.accounts import address_of
from tests.factories.identity import acting, again, make_circle, make_member
from tests.factories.ledger import log_give, seen
from tests.factories.outbox import do_owed, link_of, owed, state_of
from tests.factories.people import make_person
from tests.web_client import Portal, words_of

LETTER = Letter("A small thing", "Dear Mara,\n\nI sent you the contract.\nBest, Noor")
ADDRESS = "mara@example.org"


@pytest.fixture
def told(app: CommunityFlask, owner: Actor) -> UUID:
    """A give whose receiver outside is to be told."""
    outsider = make_person(owner, "Mara Ellison", email=ADDRESS)
    entry = log_give(owner, outsider.id, story="the contract", tell_outsider=LETTER)
    return entry.give.id


def test_the_mail_holds_the_givers_words_and_replies_go_to_them(
    app: CommunityFlask, owner: Actor, told: UUID, sent: list[mail.Mail]
) -> None:
    (row,) = owed(owner, TELL_JOB)
    assert set(row.args) == {"give_id", "link_id"}
    assert do_owed(app, owner, TELL_JOB) == 1
    (letter,) = sent
    assert (letter.to, letter.subject) == (ADDRESS, LETTER.subject)
    assert (letter.from_name, letter.reply_to) == (owner.team_name, address_of(owner))
    assert LETTER.body in letter.text
    assert "asked us to send it and wrote the words" in letter.text
    assert letter.headers["List-Unsubscribe"].endswith("/no-more>")
    assert state_of(owner, row.id) == "done"
    assert "http://localhost:8000/i/" in (letter.html or "")


def test_mail_of_a_deleted_team_waits_and_leaves_when_the_team_is_back(
    app: CommunityFlask, owner: Actor, told: UUID, sent: list[mail.Mail]
) -> None:
    (row,) = owed(owner, TELL_JOB)
    with acting(owner):
        team_life.end_team(owner)
    do_owed(app, owner, TELL_JOB)
    assert sent == []
    (waiting,) = owed(owner, TELL_JOB)
    assert (waiting.id, waiting.attempt, waiting.state) == (row.id, 0, "due")
    assert waiting.next_at is not None
    assert waiting.next_at > waiting.created_at + timedelta(minutes=50)
    with db.transaction(None, owner.user_id):
        team_life.restore_team(owner.user_id, owner.team_slug)
    do_owed(app, owner, TELL_JOB)
    assert [letter.to for letter in sent] == [ADDRESS]


def test_a_letter_that_waited_longer_than_its_link_lives_is_not_sent(
    app: CommunityFlask, owner: Actor, told: UUID, sent: list[mail.Mail]
) -> None:
    (row,) = owed(owner, TELL_JOB)
    with clock.shifted(timedelta(days=15)):
        do_owed(app, owner, TELL_JOB)
    assert sent == []
    assert state_of(owner, row.id) == "cancelled"
    assert seen(owner, told).told_at is None


def test_no_more_mail_is_said_to_a_deleted_team_too(
    app: CommunityFlask, owner: Actor, told: UUID, sent: list[mail.Mail]
) -> None:
    do_owed(app, owner, TELL_JOB)
    link = link_of(sent[0])
    with acting(owner):
        team_life.end_team(owner)
    browser = Portal(app)
    assert browser.get(link).status_code == 404
    assert browser.get(f"{link}/no-more").status_code == 200
    assert browser.post(f"{link}/no-more", {}, csrf=False).status_code == 200
    with db.transaction(owner.team_id):
        assert why_suppressed(ADDRESS) == "no_more"


def test_a_scanner_that_opens_the_link_changes_nothing(
    app: CommunityFlask, owner: Actor, told: UUID, sent: list[mail.Mail]
) -> None:
    do_owed(app, owner, TELL_JOB)
    browser, link = Portal(app), link_of(sent[0])
    for _ in range(2):
        page = browser.get(link)
        assert page.status_code == 200
    assert "Noor Haddad says they helped you" in words_of(page)
    assert LETTER.subject in words_of(page)
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "no-store"
    assert seen(owner, told).state == "logged"


def test_the_page_holds_the_approved_words_and_nothing_of_the_teams_own(
    app: CommunityFlask, owner: Actor, sent: list[mail.Mail]
) -> None:
    ivy = make_member(owner, "Ivy Okonjo")
    circle = make_circle(owner, ivy, name="Inner ring")
    outsider = make_person(owner, "Mara Ellison", email=ADDRESS)
    give = log_give(
        again(owner),
        outsider.id,
        kind="referral",
        size="large",
        minutes=480,
        story="read his tender for the city archive, with Ivy Okonjo",
        visibility={"audience": "circle", "people": [], "circle_id": circle.id},
        tell_outsider=LETTER,
    )
    do_owed(app, owner, TELL_JOB)
    link = link_of(sent[0])
    browser = Portal(app)
    asked = browser.get(link)
    shown = [asked, browser.get(f"{link}/no-more"), browser.post(link, {}, csrf=False)]
    assert LETTER.subject in words_of(asked)
    assert "I sent you the contract." in words_of(asked)
    shown += [browser.post(link, {"answer": "yes", "words": ""}, csrf=False), browser.get(link)]
    assert seen(owner, give.give.id).state == "acknowledged"
    for page in shown:
        html = page.get_data(as_text=True)
        for own in (
            "tender",
            "archive",
            "Ivy",
            circle.name,
            "Recommendation",
            "480",
            "A day",
            "Mara",
        ):
            assert own not in html.replace("Dear Mara", ""), own


@pytest.mark.parametrize(
    ("answer", "words", "said"),
    [
        ("yes", "so kind", "They will be glad to read it."),
        ("yes", "", "They will be glad to hear it."),
        ("no", "it was Ivy", "only they read it."),
        ("no", "", "only they hear of it."),
    ],
)
def test_the_thanks_for_an_answer_fits_it(
    app: CommunityFlask,
    owner: Actor,
    told: UUID,
    sent: list[mail.Mail],
    answer: str,
    words: str,
    said: str,
) -> None:
    do_owed(app, owner, TELL_JOB)
    page = Portal(app).post(link_of(sent[0]), {"answer": answer, "words": words}, csrf=False)
    assert said in words_of(page)


def test_help_for_somebody_outside_does_not_lapse(
    app: CommunityFlask, owner: Actor, told: UUID
) -> None:
    untold = log_give(owner, make_person(owner, "Kim Lee").id).give.id
    with acting(owner):
        assert actions.lapse_unanswered(clock.now() + timedelta(days=365)) == 0
    for give_id in (told, untold):
        give = seen(owner, give_id)
        assert give is not None
        assert (give.state, give.counted_value) == ("logged", 1.0)


@pytest.mark.parametrize(("answer", "state"), [("yes", "acknowledged"), ("no", "disputed")])
def test_the_answer_needs_no_account_and_counts_once(
    app: CommunityFlask, owner: Actor, told: UUID, sent: list[mail.Mail], answer: str, state: str
) -> None:
    do_owed(app, owner, TELL_JOB)
    browser, link = Portal(app), link_of(sent[0])
    response = browser.post(link, {"answer": answer, "words": "so kind"}, csrf=False)
    assert response.status_code == 200
    assert "You can close this page" in words_of(response)
    give = seen(owner, told)
    assert give is not None
    assert (give.state, give.awaiting) == (state, False)
    assert "so kind" in (give.thanks, give.dispute_reason)
    again = browser.post(link, {"answer": "no", "words": "twice"}, csrf=False)
    assert again.status_code == 200
    assert "You have already answered" in words_of(again)
    assert seen(owner, told).state == state
    with acting(owner) as unit:
        kinds = unit.session.scalars(select(Notice.kind).where(Notice.thing_id == told)).all()
    assert kinds == ["give_acknowledged" if answer == "yes" else "give_disputed"]


def test_an_answer_without_a_choice_comes_back(
    app: CommunityFlask, owner: Actor, told: UUID, sent: list[mail.Mail]
) -> None:
    do_owed(app, owner, TELL_JOB)
    response = Portal(app).post(link_of(sent[0]), {"words": "hm"}, csrf=False)
    assert response.status_code == 422
    assert seen(owner, told).state == "logged"


def test_a_link_of_what_was_taken_back_says_so(
    app: CommunityFlask, owner: Actor, told: UUID, sent: list[mail.Mail]
) -> None:
    do_owed(app, owner, TELL_JOB)
    with acting(owner):
        actions.retract(owner, told)
    response = Portal(app).post(link_of(sent[0]), {"answer": "yes"}, csrf=False)
    assert response.status_code == 410
    assert seen(owner, told).state == "retracted"


def test_an_expired_link_says_how_to_ask_again(
    app: CommunityFlask, owner: Actor, told: UUID, sent: list[mail.Mail]
) -> None:
    do_owed(app, owner, TELL_JOB)
    with clock.shifted(timedelta(days=15)):
        response = Portal(app).get(link_of(sent[0]))
    assert response.status_code == 410
    assert "ask the person who sent it" in words_of(response)


@pytest.mark.parametrize("token", ["x", "cty_nobody_" + "a" * 60, "cty__" + "a" * 60])
def test_a_link_that_is_not_ours_is_not_found(app: CommunityFlask, token: str) -> None:
    assert Portal(app).get(f"/i/{token}").status_code == 404
    assert Portal(app).post(f"/i/{token}", {"answer": "yes"}, csrf=False).status_code == 404


def test_undo_inside_the_hold_means_it_never_leaves(
    app: CommunityFlask, owner: Actor, told: UUID, sent: list[mail.Mail]
) -> None:
    with acting(owner):
        actions.undo(owner, told)
    assert do_owed(app, owner, TELL_JOB) == 0
    assert sent == []


def test_no_more_mail_is_said_once_for_the_team(
    app: CommunityFlask, owner: Actor, told: UUID, sent: list[mail.Mail]
) -> None:
    do_owed(app, owner, TELL_JOB)
    link = link_of(sent[0]) + "/no-more"
    assert Portal(app).get(link).status_code == 200
    with acting(owner) as unit:
        assert unit.session.scalars(select(MailSuppression.address)).all() == []
    person = make_person(owner, email=ADDRESS)
    later = log_give(owner, person.id, tell_outsider=LETTER).give.id
    one_click = {"List-Unsubscribe": "One-Click"}
    assert Portal(app).post(link, one_click, csrf=False).status_code == 200
    do_owed(app, owner, TELL_JOB)
    assert len(sent) == 1
    give = seen(owner, later)
    assert give is not None
    assert (give.awaiting, give.told_at, give.counted_value) == (False, None, 1.0)
    assert_told_why(app, owner, later, "They asked for no more mail from this team.")


def test_a_refused_address_is_told_to_the_giver_and_nobody_was_asked(
    app: CommunityFlask, owner: Actor, told: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_mail: mail.Mail) -> None:
        raise MailFailed("recipient refused: 550", permanent=True, bad_address=True)

    monkeypatch.setattr(mail, "send", refuse)
    (row,) = owed(owner, TELL_JOB)
    do_owed(app, owner, TELL_JOB)
    assert state_of(owner, row.id) == "dead"
    give = seen(owner, told)
    assert give is not None
    assert (give.state, give.awaiting) == ("logged", False)
    with acting(owner) as unit:
        (notice,) = unit.session.scalars(select(Notice).where(Notice.thing_id == told))
    assert (notice.kind, notice.member_id) == ("outsider_not_reached", owner.member_id)
    assert_told_why(app, owner, told, "Their address refused it for good.")


def test_a_server_that_is_away_is_tried_again(
    app: CommunityFlask, owner: Actor, told: UUID, away: None
) -> None:
    with pytest.raises(MailFailed):
        do_owed(app, owner, TELL_JOB)
    assert seen(owner, told).awaiting is True


def test_a_link_that_expired_unanswered_is_said_to_its_giver(
    app: CommunityFlask, owner: Actor, told: UUID
) -> None:
    def said(path: str) -> str:
        return words_of(Portal(app, owner).get(path))

    with clock.shifted(timedelta(days=13)):
        for path in ("/gives", f"/gives/{told}"):
            assert "Waiting for an answer" in said(path)
            assert "link has expired" not in said(path)
        assert "Waiting for their answer 1" in said("/gives")
    with clock.shifted(timedelta(days=14, minutes=1)):
        for path in ("/gives", f"/gives/{told}"):
            assert "Not answered, the link has expired" in said(path)
            assert "Waiting for" not in said(path)
        assert "From longer ago 1" in said("/gives")
        page = said(f"/gives/{told}")
        assert "The link in your mail was good for 14 days. Mara Ellison cannot answer" in page
        assert "Take it back" in page


def test_who_only_reads_of_it_is_told_no_more_than_that_nobody_answered(
    app: CommunityFlask, owner: Actor, member: Actor, told: UUID
) -> None:
    with clock.shifted(timedelta(days=15)):
        page = words_of(Portal(app, member).get(f"/gives/{told}"))
    assert "Not answered" in page
    assert "link" not in page


@pytest.mark.parametrize(
    "change",
    [
        {"told_body": "I sent you the contract, and you owe me."},
        {"told_subject": "Another thing"},
        {"told_address": "somebody.else@example.org"},
    ],
)
def test_a_link_is_void_once_it_is_about_other_words_or_another_address(
    app: CommunityFlask,
    owner: Actor,
    told: UUID,
    sent: list[mail.Mail],
    change: dict[str, str],
) -> None:
    do_owed(app, owner, TELL_JOB)
    browser, link = Portal(app), link_of(sent[0])
    assert browser.get(link).status_code == 200
    with acting(owner) as unit:
        words = unit.session.get_one(GiveWords, (owner.team_id, told))
        for name, value in change.items():
            setattr(words, name, value)
    for answer in ("yes", "no", "neither"):
        for page in (browser.get(link), browser.post(link, {"answer": answer}, csrf=False)):
            assert page.status_code == 410
            assert "has changed since" in words_of(page)
            assert not any(value in words_of(page) for value in change.values())
    give = seen(owner, told)
    assert give is not None
    assert (give.state, give.awaiting) == ("logged", True)


def test_a_link_to_another_address_ends_no_mail(
    app: CommunityFlask, owner: Actor, told: UUID, sent: list[mail.Mail]
) -> None:
    do_owed(app, owner, TELL_JOB)
    with acting(owner) as unit:
        words = unit.session.get_one(GiveWords, (owner.team_id, told))
        words.told_address = "somebody.else@example.org"
    link = link_of(sent[0]) + "/no-more"
    assert Portal(app).post(link, {}, csrf=False).status_code == 404
    with acting(owner) as unit:
        assert unit.session.scalars(select(MailSuppression.address)).all() == []


def assert_told_why(app: CommunityFlask, giver: Actor, give_id: UUID, why: str) -> None:
    """The bell and the give say that they were not told, and why; nothing says that it waits."""
    bell = words_of(Portal(app, giver).get("/notifications"))
    assert f"could not be delivered. {why}" in bell
    page = words_of(Portal(app, giver).get(f"/gives/{give_id}"))
    assert "They were not told" in page
    assert f"The mail about it did not arrive. {why}" in page
    assert "Waiting for an answer" not in page


def test_a_mail_that_was_tried_often_enough_waits_for_no_answer(
    app: CommunityFlask, owner: Actor, told: UUID, away: None
) -> None:
    (row,) = owed(owner, TELL_JOB)
    with acting(owner) as unit:
        last = update(OutboxRow).where(OutboxRow.id == row.id).values(attempt=MAX_ATTEMPTS - 1)
        unit.session.execute(last)
    with pytest.raises(MailFailed):
        do_owed(app, owner, TELL_JOB)
    assert_told_why(app, owner, told, "Their mail server did not take it.")
