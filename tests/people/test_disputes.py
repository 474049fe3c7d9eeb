"""Disputes: what a member does not find right is its author's and theirs alone until they say so."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from community.core.errors import Conflict, NotAllowed, NotFound
from community.core.paging import PageRequest
from community.identity.models import Actor, Dispute
from community.notifications.models import Notice
from community.people import actions, notices, policy, queries
from tests.factories.identity import acting, again, make_circle, make_member, make_team
from tests.factories.people import make_note, make_person
from tests.people.doing import AUDIENCES, journal


def reads(actor: Actor, note_id: UUID) -> bool:
    """Whether the actor reads a note: by itself, in the list, and in the audit's question alike."""
    with acting(actor) as unit:
        try:
            row = queries.get_note_row(actor, note_id)
        except NotFound:
            row = None
        ids = set(unit.session.scalars(queries.readable_notes(actor)))
    assert (note_id in ids) == (row is not None)
    return row is not None


def dispute(actor: Actor, note_id: UUID, reason: str = "I never said so.") -> Dispute:
    with acting(actor):
        return actions.dispute_note(actor, note_id, reason=reason)


def let_stand(actor: Actor, note_id: UUID) -> Dispute:
    with acting(actor):
        return actions.end_dispute(actor, "note", note_id)


def told(actor: Actor) -> list[str]:
    """The kinds of the actor's notices that stand and that they may read now."""
    with acting(actor) as unit:
        rows = unit.session.scalars(
            select(Notice)
            .where(Notice.member_id == actor.member_id, Notice.withdrawn_at.is_(None))
            .order_by(Notice.id)
        ).all()
        kinds = {kind.code: kind for kind in notices.KINDS}
        return [row.kind for row in rows if kinds[row.kind].read(actor, [row.thing_id])]


@pytest.fixture
def cast(owner: Actor) -> dict[str, Actor]:
    """Who writes, who is written about, and who else reads what the team reads."""
    author, subject = make_member(owner, "Ada Author"), make_member(owner, "Sami Subject")
    steward = make_member(owner, "Stella Steward", role="steward")
    return {
        "author": author,
        "subject": subject,
        "owner": owner,
        "steward": steward,
        "other": make_member(owner, "Otto Other"),
    }


def written(cast: dict[str, Actor], audience: str = "team") -> UUID:
    with acting(cast["author"]):
        subject = cast["subject"].person_id
        visibility = {"audience": audience, "people": [], "circle_id": None}
        body = "Wants to leave soon."
        return actions.add_note(cast["author"], subject, body=body, visibility=visibility).id


def readers(cast: dict[str, Actor], note_id: UUID) -> set[str]:
    return {name for name, actor in cast.items() if reads(actor, note_id)}


def test_a_disputed_note_is_read_by_its_author_and_its_subject_alone(
    cast: dict[str, Actor],
) -> None:
    note_id = written(cast)
    assert readers(cast, note_id) == set(cast)
    dispute(cast["subject"], note_id)
    assert readers(cast, note_id) == {"author", "subject"}
    let_stand(cast["subject"], note_id)
    assert readers(cast, note_id) == set(cast)


def test_those_named_and_the_circle_do_not_read_what_is_disputed(cast: dict[str, Actor]) -> None:
    circle = make_circle(cast["author"], cast["other"])
    cast = {name: again(actor) for name, actor in cast.items()}
    subject = cast["subject"].person_id
    shared = (
        {"audience": "circle", "circle_id": circle.id},
        {"audience": "people", "audience_people": [cast["other"].person_id]},
    )
    for columns in shared:
        note = make_note(cast["author"], subject, **columns)
        assert readers(cast, note.id) == {"author", "subject", "other"}
        dispute(cast["subject"], note.id)
        assert readers(cast, note.id) == {"author", "subject"}


def test_only_whom_a_note_is_about_disputes_it_and_nobody_else_ends_it(
    cast: dict[str, Actor], stranger: Actor
) -> None:
    note_id = written(cast)
    for name in ("author", "owner", "steward", "other"):
        with pytest.raises(NotAllowed):
            dispute(cast[name], note_id)
    with pytest.raises(NotFound):
        dispute(stranger, note_id)
    dispute(cast["subject"], note_id)
    for actor in (*(cast[n] for n in ("author", "owner", "steward", "other")), stranger):
        with pytest.raises(NotFound):
            let_stand(actor, note_id)
    assert readers(cast, note_id) == {"author", "subject"}


def test_what_one_wrote_of_oneself_or_cannot_read_is_not_disputed(cast: dict[str, Actor]) -> None:
    subject = cast["subject"]
    mine = make_note(subject, subject.person_id, audience="team")
    with pytest.raises(NotAllowed) as refused:
        dispute(subject, mine.id)
    assert refused.value.code == "own_note"
    with pytest.raises(NotFound):
        dispute(subject, written(cast, "private"))
    about_other = make_note(cast["author"], cast["other"].person_id, audience="team")
    with pytest.raises(NotAllowed) as refused:
        dispute(subject, about_other.id)
    assert refused.value.code == "not_about_you"


def test_a_changed_note_is_asked_about_again_and_stays_hidden_until_then(
    cast: dict[str, Actor],
) -> None:
    author, subject = cast["author"], cast["subject"]
    note_id = written(cast)
    dispute(subject, note_id)
    with acting(author):
        actions.edit_note(author, note_id, body="Is asking what comes next.")
    assert told(subject)[-1] == notices.DISPUTE_ANSWERED
    assert readers(cast, note_id) == {"author", "subject"}
    assert dispute(subject, note_id, "Still not what I said.").state == "open"
    with acting(author):
        actions.edit_note(author, note_id, body="Likes it here.")
    assert let_stand(subject, note_id).state == "settled"
    assert readers(cast, note_id) == set(cast)
    assert told(author)[-1] == notices.DISPUTE_ENDED
    verbs = [verb for verb, _fields in journal(author, note_id)]
    assert verbs == [
        "add",
        "dispute",
        "edit",
        "answer_dispute",
        "dispute",
        "edit",
        "answer_dispute",
        "settle",
    ]


@pytest.mark.parametrize("way", ["narrowed", "deleted"])
def test_what_the_author_took_away_can_be_let_go_and_does_not_come_back_unseen(
    cast: dict[str, Actor], way: str
) -> None:
    author, subject = cast["author"], cast["subject"]
    note_id = written(cast)
    dispute(subject, note_id)
    with acting(author):
        if way == "narrowed":
            actions.edit_note(author, note_id, visibility=AUDIENCES["private"])
        else:
            actions.delete_note(author, note_id)
    assert not reads(subject, note_id)
    assert told(subject)[-1] == notices.DISPUTE_ANSWERED
    with acting(subject):
        rows = queries.find_disputes(subject, PageRequest(), mine=True).items
        assert [(row.thing_id, row.body) for row in rows] == [(note_id, None)]
    with acting(author):
        if way == "narrowed":
            actions.edit_note(author, note_id, visibility=AUDIENCES["team"])
        else:
            actions.restore_note(author, note_id)
    assert readers(cast, note_id) == {"author", "subject"}


def test_undone_at_once_the_author_hears_of_nothing(cast: dict[str, Actor]) -> None:
    note_id = written(cast)
    dispute(cast["subject"], note_id)
    assert told(cast["author"]) == [notices.NOTE_DISPUTED]
    assert let_stand(cast["subject"], note_id).state == "withdrawn"
    assert told(cast["author"]) == []


def test_a_dispute_is_read_by_its_two_people_alone(cast: dict[str, Actor]) -> None:
    made = dispute(cast["subject"], written(cast))
    for name, actor in cast.items():
        with acting(actor):
            found = queries.find_disputes(actor, PageRequest()).items
        assert bool(found) == (name in ("author", "subject")), name
        if not found:
            with pytest.raises(NotFound), acting(actor):
                queries.get_dispute_row(actor, made.id)


def test_of_several_disputes_at_once_there_is_one(cast: dict[str, Actor]) -> None:
    note_id = written(cast)
    with ThreadPoolExecutor(6) as several:
        asked = [several.submit(dispute, cast["subject"], note_id, f"{n}") for n in range(6)]
    assert len({done.result().id for done in asked}) == 1


def test_what_was_said_of_whom_a_member_turned_out_to_be_is_not_theirs_to_dispute(
    cast: dict[str, Actor],
) -> None:
    """The note was written about somebody outside: a merge gives nobody a say over it."""
    before = make_person(cast["author"], "Sami S.", audience="team")
    note = make_note(cast["author"], before.id, audience="team")
    with acting(cast["owner"]) as unit:
        row = unit.session.get_one(type(before), (before.team_id, before.id))
        row.merged_into_id = row.canonical_id = cast["subject"].person_id
    subject = again(cast["subject"])
    before_it = readers(cast, note.id)
    with pytest.raises(NotAllowed):
        dispute(subject, note.id)
    with acting(subject):
        row = queries.get_note_row(subject, note.id)
        assert not policy.can_dispute(subject, row)
    assert readers({**cast, "subject": subject}, note.id) == before_it


class Disputing(RuleBasedStateMachine):
    """The author shares, changes and takes away; the subject disputes and lets stand; others read."""

    @initialize()
    def begin(self) -> None:
        owner = make_team("Northlight")
        names = ("author", "subject", "other")
        self.cast: dict[str, Actor] = {
            "owner": owner,
            **{name: make_member(owner, f"{name.title()} Person") for name in names},
        }
        self.note_id = written(self.cast)
        self.audience, self.deleted, self.state = "team", False, ""
        self.edits = 0

    def _as(self, name: str, act: Any, *args: Any, **given: Any) -> Any:
        with acting(self.cast[name]):
            return act(self.cast[name], *args, **given)

    @property
    def subject_reads(self) -> bool:
        return not self.deleted and self.audience != "private"

    @rule(audience=st.sampled_from(["team", "private"]))
    def share(self, audience: str) -> None:
        if self.deleted:
            return
        changed = audience != self.audience
        self._as("author", actions.edit_note, self.note_id, visibility=AUDIENCES[audience])
        self.audience = audience
        if self.state and changed and audience == "private":
            self.state = "answered"

    @rule()
    def change(self) -> None:
        if self.deleted:
            return
        self.edits += 1
        self._as("author", actions.edit_note, self.note_id, body=f"Version {self.edits}.")
        self.state = self.state and "answered"

    @rule()
    def delete_or_restore(self) -> None:
        act = actions.restore_note if self.deleted else actions.delete_note
        self._as("author", act, self.note_id)
        self.deleted = not self.deleted
        if self.deleted:
            self.state = self.state and "answered"

    @rule(reason=st.sampled_from(["Not so.", "Not so either."]))
    def dispute(self, reason: str) -> None:
        if not self.subject_reads:
            with pytest.raises(NotFound):
                dispute(self.cast["subject"], self.note_id, reason)
            return
        dispute(self.cast["subject"], self.note_id, reason)
        self.state = "open"

    @rule()
    def let_stand(self) -> None:
        if not self.state:
            with pytest.raises(NotFound):
                let_stand(self.cast["subject"], self.note_id)
            return
        wanted = {"open": "withdrawn", "answered": "settled"}[self.state]
        assert let_stand(self.cast["subject"], self.note_id).state == wanted
        self.state = ""

    @rule(name=st.sampled_from(["author", "owner", "other"]))
    def nobody_else_ends_it(self, name: str) -> None:
        with pytest.raises(NotFound):
            let_stand(self.cast[name], self.note_id)

    @invariant()
    def the_readers_are_who_the_rules_say(self) -> None:
        if not hasattr(self, "cast"):
            return
        wanted = set() if self.deleted else {"author"}
        wanted |= {"subject"} if self.subject_reads else set()
        if self.subject_reads and not self.state:
            wanted |= {"owner", "other"}
        assert readers(self.cast, self.note_id) == wanted
        page = self._as("subject", queries.find_disputes, PageRequest())
        assert [row.state for row in page.items] == ([self.state] if self.state else [])


def test_who_reads_follows_the_rules_after_any_acts() -> None:
    run_state_machine_as_test(
        Disputing,
        settings=settings(
            max_examples=5,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_what_is_disputed_is_not_said_again_beside_it(cast: dict[str, Actor]) -> None:
    author, subject, owner = cast["author"], cast["subject"].person_id, cast["owner"]
    with acting(author):
        first = actions.add_note(author, subject, body="Säys  less than he knows.")
        first_id, second = first.id, actions.add_note(author, subject, body="Likes tea.").id
        actions.edit_note(author, first_id, visibility={"audience": "team"})
    dispute(cast["subject"], first_id)
    again_said = "says less than he KNOWS."
    with acting(author), pytest.raises(Conflict) as refused:
        actions.add_note(author, subject, body=again_said)
    assert refused.value.code == "disputed"
    with acting(author), pytest.raises(Conflict):
        actions.edit_note(author, second, body=again_said)
    with acting(author):
        actions.edit_note(author, first_id, happened_at=first.happened_at)
        actions.delete_note(author, first_id)
    with acting(author), pytest.raises(Conflict):
        actions.add_note(author, subject, body=again_said)
    with acting(author):
        actions.restore_note(author, first_id)
        actions.add_note(author, owner.person_id, body=again_said)
    with acting(owner):
        actions.add_note(owner, subject, body=again_said)
    let_stand(cast["subject"], first_id)
    with acting(author):
        assert actions.add_note(author, subject, body=again_said)
