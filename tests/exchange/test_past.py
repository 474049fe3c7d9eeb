"""What was before comes in with its days, tells nobody, and comes in once."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from community.core import clock
from community.core.outbox import OutboxRow
from community.exchange.formats.errors import FormatError
from community.exchange.formats.opening import detect_format
from community.exchange.formats.past_csv import open_past
from community.identity.models import Actor
from community.ledger.models import GiveState, GiveWords
from community.ledger.queries import find_drifted
from community.notifications.models import Notice
from community.people import actions as people
from community.people.models import Note
from community.web.session import CommunityFlask
from tests.exchange.browsing import address, bring_file, form_of, words, work
from tests.exchange.test_actions import counts
from tests.factories.exchange import TEAM, bring, rows_of, undo
from tests.factories.identity import acting, make_member
from tests.factories.people import make_person
from tests.web_client import Portal

HEADER = "What,Person,Email,Date,Kind,Text\n"


def past(*rows: str) -> bytes:
    return (HEADER + "\n".join(rows) + "\n").encode()


def test_the_past_is_written_down_once_silently_and_can_be_taken_back(owner: Actor) -> None:
    member = make_member(owner, name="Bo Ray")
    ada = make_person(owner, "Ada Quill")
    for _ in range(2):
        make_person(owner, "Sam Twice")
    content = past(
        "note,Ada Quill,,2019-05-04,,Met at the Lisbon dinner; she sails.",
        "given,Bo Ray,,2020-01-02,advice,Read his first plan.",
        "received,Ada Quill,,3 Mar 2021,referral,Opened a door.",
        "received,Ada Quill,,3 Mar 2021,referral,Opened a door.",
        "note,Nobody Known,,2019-05-04,,x",
        "note,Sam Twice,,2019-05-04,,x",
        "given,Ada Quill,,2020-01-02,juggling,x",
        "sang,Ada Quill,,2020-01-02,,x",
        "note,Ada Quill,,,,x",
        f"note,{owner.name},,2020-01-02,,x",
    )
    batch = bring(owner, content, filename="past.csv")
    assert (batch.format, counts(batch)) == ("past", {"new": 3, "unchanged": 1, "error": 6})
    said = {line: [e["code"] for e in row.errors] for line, row in rows_of(batch).items()}
    assert [said[line][0] for line in range(6, 12)] == [
        "person_unknown",
        "person_ambiguous",
        "kind_unknown",
        "what_unknown",
        "day_missing",
        "is_yourself",
    ]
    with acting(owner) as unit:
        (note,) = unit.session.scalars(select(Note).where(Note.person_id == ada.id))
        assert (note.audience, note.happened_at.date()) == ("private", date(2019, 5, 4))
        rows = unit.session.execute(
            select(GiveState.state, GiveState.happened_on, GiveState.audience, GiveWords.story)
            .join(GiveWords, GiveWords.give_id == GiveState.give_id)
            .order_by(GiveState.happened_on)
        ).all()
        assert [tuple(row) for row in rows] == [
            ("logged", date(2020, 1, 2), "private", "Read his first plan."),
            ("acknowledged", date(2021, 3, 3), "private", "Opened a door."),
        ]
        told = select(Notice.kind).where(Notice.kind != "import_done")
        assert unit.session.scalars(told).all() == [], "nobody hears of it"
        mails = select(func.count()).where(OutboxRow.queue == "mail")
        notices = unit.session.scalar(select(func.count()).select_from(Notice))
        assert unit.session.scalar(mails) == notices == 1, "but that the import is done"
        assert list(find_drifted()) == []
    again = bring(owner, content, filename="past.csv")
    assert counts(again) == {"unchanged": 4, "error": 6}
    with acting(owner):
        people.edit_note(owner, note.id, body="She sails, and sings.")
    back = undo(owner, batch.id)
    assert (back.counts["removed"], back.counts["kept"]) == (2, 1)
    with acting(owner) as unit:
        states = sorted(unit.session.scalars(select(GiveState.state)))
        assert set(states) <= {"retracted", "corrected"}
        assert list(find_drifted()) == []
    assert member.team_id == owner.team_id


def test_a_member_hears_of_notes_about_them_and_of_what_is_not_past_as_usual(owner: Actor) -> None:
    member = make_member(owner, name="Bo Ray")
    with acting(owner):
        today = clock.today(owner.team_zone)
        people.create_person(owner, name="Bo Sort", sort_name="Sort, Bo")
    new, old = (today - timedelta(days=days) for days in (1, 60))
    content = past(
        f"note,Bo Ray,,{old},,He sails.",
        f"note,Bo Ray,,{new},,He sings.",
        f"given,Bo Ray,,{old},advice,Read his plan.",
        f"given,Bo Ray,,{new},advice,Read it again.",
        f"note,Bo Sort,,{old},,Found by name.",
    )
    batch = bring(owner, content, filename="past.csv", visibility=TEAM)
    assert counts(batch) == {"new": 5}
    with acting(owner) as unit:
        notes = dict(unit.session.execute(select(Note.id, Note.body)).all())
        held = unit.session.scalars(select(Notice).where(Notice.member_id == member.member_id))
        told = {(n.kind, notes.get(n.thing_id, "")): n.key for n in held}
        assert set(told) == {
            ("note_about_you", "He sails."),
            ("note_about_you", "He sings."),
            ("give_logged", ""),
        }
        mails = set(unit.session.scalars(select(OutboxRow.key).where(OutboxRow.queue == "mail")))
    assert f"mail:{told['note_about_you', 'He sings.']}" in mails
    assert f"mail:{told['note_about_you', 'He sails.']}" not in mails, "no mail tells of the past"


def test_the_pages_take_the_past_and_say_what_was_done(app: CommunityFlask, owner: Actor) -> None:
    make_person(owner, "Ada Quill")
    portal = Portal(app, owner)
    content = past("note,Ada Quill,,2019-05-04,,Sails.", "note,Ida Unknown,,2019-05-04,,x")
    columns = bring_file(portal, content, "past.csv")
    assert "Who may see the notes and the help" in words(columns)
    path = address(columns)
    portal.post(f"{path}/columns", form_of(columns, "/columns"))
    work(owner, path)
    preview = words(portal.get(path))
    assert "Only you see the notes, and help those it was with. No mail tells of it." in preview
    assert "Write down 1 thing" in preview
    assert "Nobody you see here is “Ida Unknown”. Import the people first." in preview
    portal.post(f"{path}/publish")
    work(owner, path)
    assert "1 new" in words(portal.get(path))


def test_a_table_of_the_past_is_known_by_its_header_and_refused_by_name() -> None:
    assert detect_format(past("note,A,,2019-05-04,,x")) == "past"
    assert detect_format(b"Name,Email\nAnn,a@example.org\n") == "csv"
    with pytest.raises(FormatError, match="columns Date, Text and Person"):
        open_past(b"What,Text\nnote,x\n")
    with pytest.raises(FormatError, match="more than 2000 rows"):
        open_past(past(*["note,Ada,,2019-05-04,,x"] * 2_001))
    parsed = open_past(b"Wer;Wann;Notiz;Was\nAda;4.5.2019;x;dank\n")
    (row,) = parsed
    assert (row.what, row.happened_on) == ("received", date(2019, 5, 4))
