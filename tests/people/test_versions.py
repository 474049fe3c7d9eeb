"""Earlier words of notes: who reads them; the difference; the question of the day; preferences."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.core.errors import NotAllowed, Stale
from community.core.paging import PageRequest
from community.identity.models import Actor
from community.people import actions, queries
from community.people.formats.differences import MAX_WORDS, difference
from community.people.formats.wording import KINDS, QUESTIONS, question_of_day, question_text
from tests.factories.identity import acting, make_member
from tests.people.doing import AUDIENCES, add, journal
from tests.people.test_notes import note

_texts = st.text(alphabet=st.sampled_from("ab é\n.,<&"), max_size=60)


def words(actor: Actor, note_id: UUID) -> list[tuple[int, str]]:
    with acting(actor):
        found = queries.find_versions(actor, note_id, PageRequest()).items
        return [(row.number, row.body) for row in found]


def change(actor: Actor, note_id: UUID, **given: object) -> None:
    with acting(actor):
        actions.edit_note(actor, note_id, **given)


def test_every_change_of_the_words_keeps_those_before(owner: Actor) -> None:
    made = note(owner, add(owner), "One.")
    change(owner, made.id, body="Two.")
    change(owner, made.id, visibility=AUDIENCES["team"])
    change(owner, made.id, body="Two.")
    change(owner, made.id, body="Three.")
    assert words(owner, made.id) == [(3, "Two."), (1, "One.")]


def test_widening_opens_nothing_that_was_written_for_fewer(owner: Actor) -> None:
    other, person_id = make_member(owner), add(owner)
    made = note(owner, person_id, "Between us.")
    change(owner, made.id, body="For everybody.", visibility=AUDIENCES["team"])
    change(owner, made.id, body="For all of us.")
    assert words(other, made.id) == [(2, "For everybody.")]
    assert [body for _number, body in words(owner, made.id)] == ["For everybody.", "Between us."]
    change(owner, made.id, visibility=AUDIENCES["private"])
    assert words(other, made.id) == []


def test_the_subject_reads_what_was_shared_and_nothing_private(owner: Actor) -> None:
    subject = make_member(owner)
    friend = make_member(owner)
    named = {"audience": "people", "people": [friend.person_id], "circle_id": None}
    made = note(owner, subject.person_id, "For me.")
    change(owner, made.id, body="For a friend.", visibility=named)
    change(owner, made.id, body="For the friend.")
    assert words(subject, made.id) == words(friend, made.id) == [(2, "For a friend.")]
    with acting(subject):
        actions.dispute_note(subject, made.id)
    assert words(friend, made.id) == []
    assert words(subject, made.id) == [(2, "For a friend.")]


@given(_texts, _texts)
def test_a_difference_holds_both_texts(before: str, after: str) -> None:
    pieces = difference(before, after)
    assert "".join(text for mark, text in pieces if mark != "new") == before
    assert "".join(text for mark, text in pieces if mark != "old") == after
    assert bool(pieces and any(mark != "same" for mark, _text in pieces)) == (before != after)


def test_a_difference_is_told_word_by_word_and_long_ones_line_by_line() -> None:
    told = difference("She sails on Sundays.", "She rows on Sundays.")
    assert told == [("same", "She "), ("old", "sails"), ("new", "rows"), ("same", " on Sundays.")]
    lines = [f"line {n}\n" for n in range(MAX_WORDS)]
    changed = [*lines[:50], "another line\n", *lines[51:]]
    assert ("old", "line 50\n") in difference("".join(lines), "".join(changed))


def test_each_open_question_has_its_day_and_none_is_of_what_is_known() -> None:
    person_id, start = uuid4(), date(2026, 11, 22)
    days = [start + timedelta(days=n) for n in range(len(QUESTIONS))]
    assert {question_of_day(person_id, (), (), day) for day in days} == set(QUESTIONS)
    left = {question_of_day(person_id, {"hope"}, {"goal"}, day) for day in days}
    assert left == set(QUESTIONS) - {"hope", "goal"}
    assert question_of_day(person_id, QUESTIONS, (), start) is None
    assert set(QUESTIONS) - set(KINDS) == {"preferences", "birthday"}
    assert all("Mara" in question_text(code, "Mara") for code in QUESTIONS)


def test_preferences_are_each_authors_own_and_shared_as_they_say(owner: Actor) -> None:
    other, guest = make_member(owner), make_member(owner, role="guest")
    person_id = add(owner)
    with acting(owner):
        actions.set_preferences(owner, person_id, version=0, channel="Voice notes")
    assert _noted(owner, person_id) == ["Voice notes"]
    assert _noted(other, person_id) == []
    with acting(other):
        shared = {"to_avoid": "Politics", "visibility": AUDIENCES["team"]}
        actions.set_preferences(other, person_id, version=0, channel="Mail", **shared)
    assert sorted(_noted(owner, person_id)) == ["Mail", "Voice notes"]
    with pytest.raises(Stale), acting(owner):
        actions.set_preferences(owner, person_id, version=0, channel="Letters")
    with pytest.raises(NotAllowed), acting(guest):
        actions.set_preferences(guest, guest.person_id, channel="Mail")
    with acting(owner):
        (kept,) = queries.find_own_preferences(owner, person_id)
        actions.set_preferences(owner, person_id, version=1)
    assert _noted(owner, person_id) == ["Mail"]
    assert journal(owner, kept.id) == [("add", []), ("delete", [])]


def _noted(actor: Actor, person_id: UUID) -> list[str]:
    with acting(actor):
        return [row.Preference.channel for row in queries.find_preferences(actor, person_id)]
