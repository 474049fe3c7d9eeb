"""Handing a person over: what the colleague reads, what stays with its author, and who hears of it."""

import pytest

from community.core.errors import NotAllowed, NotFound, RuleBroken
from community.identity.models import Actor
from community.notifications.models import Notice
from community.people import actions, notices, queries
from community.web.session import CommunityFlask
from tests.factories.identity import acting, make_member
from tests.factories.people import make_fact, make_note, make_person
from tests.people.browsing import page, path, words
from tests.web_client import Api, Portal

pytestmark = pytest.mark.usefixtures("in_application")


def test_a_colleague_is_handed_what_both_read_and_nothing_is_opened(
    app: CommunityFlask, owner: Actor
) -> None:
    ivy, third = make_member(owner, "Ivy Okonjo"), make_member(owner, "Noor")
    sybil, hidden = (
        make_person(owner, "Sybil Hart"),
        make_person(owner, "Quiet", audience="private"),
    )
    make_note(owner, sybil.id, "Fell out with her brother.")
    make_note(ivy, sybil.id, "Ivy's own.")
    make_fact(owner, sybil.id, "Sails from Lisbon.", audience="team")
    portal, hers = Portal(app, owner), Portal(app, ivy)
    here = path(sybil, "context")
    alone = words(portal.get(here))
    assert "Fell out with her brother." in alone
    shown = page(portal.get(f"{here}?for={ivy.person_id}"))
    said = " ".join(shown.select_one("main").get_text(" ").split())
    assert "Sails from Lisbon." in said
    assert "Fell out" not in said
    assert "Ivy's own." not in said
    assert "1 thing that you wrote stays with you" in said
    assert portal.get(f"{here}?for={hidden.id}").status_code == 404
    unseen = words(portal.get(path(hidden, "context") + f"?for={ivy.person_id}"))
    assert "does not see this person" in unseen
    sent = portal.post(here, {"to_id": str(ivy.person_id), "words": "Call her in May."})
    assert sent.status_code == 303
    with acting(ivy) as unit:
        (row,) = queries.find_handovers_of(ivy, sybil.id)
        told = unit.session.query(Notice).filter_by(kind=notices.HANDED_OVER).one()
        kind = next(k for k in notices.KINDS if k.code == notices.HANDED_OVER)
        assert told.member_id == ivy.member_id
        assert kind.may_read(ivy, row.id)
        assert kind.words(ivy, row.id).sentence.endswith("to you: Call her in May.")
    theirs = words(hers.get(here))
    assert "Call her in May." in theirs
    assert "Ivy's own." in theirs
    assert "Fell out" not in theirs
    assert "Call her in May." not in words(Portal(app, third).get(here))
    undone = portal.post(f"/handovers/{row.id}/take-back")
    assert undone.status_code == 303
    assert "Call her in May." not in words(hers.get(here))
    with acting(ivy) as unit:
        unit.session.expire_all()
        assert unit.session.query(Notice).filter_by(kind=notices.HANDED_OVER).one().withdrawn_at


def test_only_the_two_read_a_hand_over_and_its_author_takes_it_back(
    owner: Actor, stranger: Actor
) -> None:
    ivy, guest = make_member(owner, "Ivy Okonjo"), make_member(owner, "Gast", role="guest")
    sybil, hidden = (
        make_person(owner, "Sybil Hart"),
        make_person(owner, "Quiet", audience="private"),
    )
    with acting(owner):
        made = actions.hand_over(owner, sybil.id, to_id=ivy.person_id, words="Yours.")
        for person, to_id in (
            (hidden, ivy.person_id),
            (sybil, guest.person_id),
            (sybil, owner.person_id),
            (sybil, stranger.person_id),
        ):
            with pytest.raises(RuleBroken):
                actions.hand_over(owner, person.id, to_id=to_id)
    for other in (guest, stranger, make_member(owner)):
        with pytest.raises(NotFound), acting(other):
            actions.take_back(other, made.id)
    with pytest.raises(NotAllowed), acting(ivy):
        actions.take_back(ivy, made.id)


def test_programs_hand_over(app: CommunityFlask, owner: Actor) -> None:
    ivy, sybil = make_member(owner, "Ivy Okonjo"), make_person(owner, "Sybil Hart")
    make_note(owner, sybil.id, "Mine alone.")
    mine, hers = Api(app, owner), Api(app, ivy)
    found = mine.get(f"/people/{sybil.id}/context?for={ivy.person_id}").json
    assert (found["kept"], found["items"], found["sees_person"]) == (1, [], True)
    sent = mine.open(
        "POST", f"/people/{sybil.id}/handovers", json={"to_id": str(ivy.person_id), "words": "Hi"}
    )
    assert sent.status_code == 201, sent.text
    assert hers.get("/handovers").json["items"] == [sent.json]
    one = f"/handovers/{sent.json['id']}"
    assert hers.get(one).json == sent.json
    assert hers.open("DELETE", one).status_code == 403
    assert mine.open("DELETE", one).status_code == 204
    assert hers.get(one).status_code == 404
