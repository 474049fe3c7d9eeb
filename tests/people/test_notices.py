"""Telling a member of a note about them: who may read it, in which words."""

import re

from community.identity.models import Actor
from community.people import actions, notices
from community.web.session import CommunityFlask
from tests.factories.identity import acting, make_member
from tests.factories.people import make_dispute, make_fact, make_note, make_person

KIND = notices.KINDS[0]


def test_the_subject_reads_it_as_long_as_it_is_shared(owner: Actor, stranger: Actor) -> None:
    subject, other = make_member(owner), make_member(owner)
    note = make_note(owner, subject.person_id, audience="team")
    for actor, may in ((subject, True), (other, False), (owner, False), (stranger, False)):
        with acting(actor):
            assert KIND.may_read(actor, note.id) is may
    with acting(owner):
        actions.edit_note(
            owner, note.id, visibility={"audience": "private", "people": [], "circle_id": None}
        )
    with acting(subject):
        assert KIND.may_read(subject, note.id) is False


def test_a_deleted_note_is_not_read(owner: Actor) -> None:
    subject = make_member(owner)
    note = make_note(owner, subject.person_id, audience="team")
    with acting(owner):
        actions.delete_note(owner, note.id)
    with acting(subject):
        assert KIND.may_read(subject, note.id) is False


def test_a_note_about_somebody_else_is_not_about_me(owner: Actor) -> None:
    reader = make_member(owner)
    note = make_note(owner, make_person(owner).id, audience="team")
    with acting(reader):
        assert KIND.may_read(reader, note.id) is False


def test_the_words_say_who_and_lead_to_the_page(app: CommunityFlask, owner: Actor) -> None:
    subject = make_member(owner, "Ivy Okonjo")
    note = make_note(owner, subject.person_id, "Gave a **great** <b>talk</b>.", audience="team")
    with acting(subject):
        words = KIND.words(subject, note.id)
    assert words.sentence == f"{owner.name} shared a note about you."
    assert words.path == f"/notes/{note.id}/edit"
    given = {
        "team_name": "Northlight",
        "url": f"http://localhost:8000/t/n{words.path}",
        "reason": str(KIND.reason),
        **words.mail,
    }
    with app.app_context():
        subject_line, text, html = (
            app.jinja_env.get_template(f"{KIND.template}/{part}").render(given)
            for part in ("subject.txt", "body.txt", "body.html")
        )
    assert subject_line.strip() == f"{owner.name} shared a note about you"
    assert "Gave a great <b>talk</b>." in text
    assert "&lt;b&gt;talk" in html
    assert given["url"] in text
    assert f'href="{given["url"]}"' in html
    assert "because the note is about you" in text
    assert "because the note is about you" in html


def test_notices_of_a_dispute_say_whether_it_is_of_a_note_or_a_fact(owner: Actor) -> None:
    subject = make_member(owner)
    kinds = [kind for kind in notices.KINDS if "disput" in kind.code]
    assert len(kinds) == 3
    for made, said, other in (
        (make_note(owner, subject.person_id, audience="team"), "note", "fact"),
        (make_fact(owner, subject.person_id, audience="team"), "fact", "note"),
    ):
        dispute = make_dispute(subject, made)
        with acting(owner):
            told = [kind.words(owner, dispute.id).sentence for kind in kinds]
        with acting(owner) as unit:
            unit.session.get_one(type(made), (owner.team_id, made.id)).delete(unit.now)
        with acting(subject):
            told.append(kinds[1].words(subject, dispute.id).sentence)
        for sentence in told:
            assert re.search(rf"\b{said}\b", sentence)
            assert not re.search(rf"\b{other}\b", sentence)
