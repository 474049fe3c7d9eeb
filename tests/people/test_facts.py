"""Facts: who states, reads, changes, disputes and verifies them; and what nobody can widen."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from community.core import clock
from community.core.errors import Conflict, NotAllowed, NotFound, RuleBroken, Stale
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.people import actions, queries
from tests.factories.identity import acting, make_member
from tests.factories.people import make_person, merge
from tests.people.doing import AUDIENCES, add, journal
from tests.people.test_notes import notices


def fact(actor: Actor, person_id: UUID, said: str = "Sails at the weekend.", **given: Any) -> Any:
    with acting(actor):
        return actions.add_fact(actor, person_id, **{"kind": "interest", "text": said, **given})


def named(*actors: Actor) -> dict[str, Any]:
    return {"audience": "people", "people": [a.person_id for a in actors], "circle_id": None}


def read(actor: Actor, person_id: UUID) -> list[str]:
    with acting(actor):
        return [row.text for row in queries.find_facts(actor, person_id, PageRequest()).items]


def due(actor: Actor) -> list[UUID]:
    with acting(actor):
        today = clock.today(actor.zone)
        return [row.id for row in queries.find_to_verify(actor, today, PageRequest()).items]


def test_a_fact_is_its_authors_until_they_share_it(owner: Actor, stranger: Actor) -> None:
    other, person_id = make_member(owner), add(owner)
    made = fact(owner, person_id)
    assert (made.audience, made.source, made.certainty) == ("private", "told_me", "sure")
    assert read(owner, person_id) == [made.text]
    assert read(other, person_id) == read(stranger, person_id) == []
    with acting(owner):
        actions.edit_fact(owner, made.id, version=1, visibility=AUDIENCES["team"])
    assert read(other, person_id) == [made.text]
    for act in (actions.edit_fact, actions.delete_fact, actions.confirm_fact):
        with pytest.raises(NotAllowed), acting(other):
            act(other, made.id)
        with pytest.raises(NotFound), acting(stranger):
            act(stranger, made.id)
    with pytest.raises(Stale), acting(owner):
        actions.edit_fact(owner, made.id, version=1, text="Rows.")
    with acting(owner):
        actions.delete_fact(owner, made.id)
    assert read(owner, person_id) == read(other, person_id) == []
    with acting(owner):
        actions.restore_fact(owner, made.id)
    assert read(other, person_id) == [made.text]
    done = [("add", []), ("edit", ["visibility"]), ("delete", []), ("restore", [])]
    assert journal(owner, made.id) == done


def test_guests_state_nothing_and_only_wishes_have_a_day(owner: Actor) -> None:
    guest, person_id, day = make_member(owner, role="guest"), add(owner), clock.local_clock().date()
    with pytest.raises(NotAllowed):
        fact(guest, guest.person_id)
    with pytest.raises(RuleBroken) as refused:
        fact(owner, person_id, by_on=day)
    assert refused.value.field == "by_on"
    wish = fact(owner, person_id, kind="goal", by_on=day)
    with acting(owner):
        assert actions.edit_fact(owner, wish.id, kind="work").by_on is None


def test_facts_follow_a_merge(owner: Actor) -> None:
    gone, stays = make_person(owner), make_person(owner)
    fact(owner, gone.id, "One.")
    fact(owner, stays.id, "Two.")
    merge(owner, gone, stays)
    assert read(owner, stays.id) == ["Two.", "One."]


def test_a_member_hears_of_a_fact_about_them_and_hides_it_by_a_dispute(owner: Actor) -> None:
    subject, other = make_member(owner), make_member(owner)
    kept = fact(owner, subject.person_id, "Keeps to himself.")
    made = fact(owner, subject.person_id, "Wants to leave.", visibility=AUDIENCES["team"])
    assert [n.kind for n in notices(subject)] == ["fact_about_you"]
    assert read(subject, subject.person_id) == [made.text]
    with pytest.raises(NotFound), acting(subject):
        actions.dispute_fact(subject, kept.id)
    with pytest.raises(NotAllowed), acting(other):
        actions.dispute_fact(other, made.id)
    with acting(subject):
        actions.dispute_fact(subject, made.id, reason="I do not.")
    assert read(other, subject.person_id) == []
    assert read(owner, subject.person_id) == [made.text, kept.text]
    assert read(subject, subject.person_id) == [made.text]
    for again in (fact, _note):
        with pytest.raises(Conflict):
            again(owner, subject.person_id, "wants to LEAVE.")
    with acting(owner):
        actions.edit_fact(owner, made.id, text="Wants to travel.")
        (row,) = queries.find_disputes(owner, PageRequest()).items
        assert (row.kind, row.state, row.body) == ("fact", "answered", "Wants to travel.")
    with acting(subject):
        assert actions.end_dispute(subject, "fact", made.id).state == "settled"
    assert read(other, subject.person_id) == ["Wants to travel."]


def _note(actor: Actor, person_id: UUID, body: str) -> None:
    with acting(actor):
        actions.add_note(actor, person_id, body=body)


def test_the_list_to_verify_holds_what_is_due_and_readable(owner: Actor) -> None:
    other, person_id = make_member(owner), add(owner)
    today = clock.local_clock().date()
    late, now, later = (today + timedelta(days=n) for n in (-9, 0, 9))
    shared = fact(owner, person_id, "A", recheck_on=now, visibility=AUDIENCES["team"])
    mine = fact(owner, person_id, "B", recheck_on=late)
    fact(owner, person_id, "C", recheck_on=later)
    fact(owner, person_id, "D")
    assert due(owner) == [mine.id, shared.id]
    assert due(other) == [shared.id]
    with pytest.raises(RuleBroken), acting(owner):
        actions.confirm_fact(owner, mine.id, recheck_on=now)
    with acting(owner):
        assert actions.confirm_fact(owner, mine.id, recheck_on=later).checked_at is not None
        actions.confirm_fact(owner, shared.id)
    assert due(owner) == due(other) == []


@pytest.mark.parametrize("kind", ["note", "fact"])
def test_what_was_told_in_confidence_nobody_widens(owner: Actor, kind: str) -> None:
    friend, other, person_id = make_member(owner), make_member(owner), add(owner)
    put, edit = _confiding(kind)
    secret = put(owner, person_id, in_confidence=True, visibility=named(friend, other))
    assert put(owner, person_id, in_confidence=True).audience == "private"
    with pytest.raises(RuleBroken):
        put(owner, person_id, in_confidence=True, visibility=AUDIENCES["team"])
    refused = ({"visibility": AUDIENCES["team"]}, {"in_confidence": False})
    for given in refused:
        with pytest.raises(RuleBroken) as why, acting(owner):
            edit(owner, secret.id, **given)
        assert why.value.code == "in_confidence"
    with acting(owner):
        assert edit(owner, secret.id, visibility=named(friend)).audience_people == [
            friend.person_id
        ]
    for given in (*refused, {"visibility": named(friend, other)}):
        with pytest.raises(RuleBroken), acting(owner):
            edit(owner, secret.id, **given)
    with acting(owner):
        assert edit(owner, secret.id, visibility=AUDIENCES["private"]).audience == "private"
    open_one = put(owner, person_id, visibility=AUDIENCES["team"])
    with pytest.raises(RuleBroken), acting(owner):
        edit(owner, open_one.id, in_confidence=True)
    with acting(owner):
        made = edit(owner, open_one.id, in_confidence=True, visibility=named(friend))
    assert (made.in_confidence, made.audience) == (True, "people")
    for change in (
        "in_confidence = false",
        "audience = 'team', audience_people = '{}'",
        f"audience_people = audience_people || '{other.person_id}'::uuid",
    ):
        with pytest.raises(IntegrityError), acting(owner) as unit:
            unit.session.execute(
                text(f"UPDATE {kind}s SET {change} WHERE id = :id"), {"id": made.id}
            )


def _confiding(kind: str) -> tuple[Any, Any]:
    def put_note(actor: Actor, person_id: UUID, **given: Any) -> Any:
        with acting(actor):
            return actions.add_note(actor, person_id, body="Is ill.", **given)

    return (put_note, actions.edit_note) if kind == "note" else (fact, actions.edit_fact)
