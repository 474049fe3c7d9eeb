"""What a member takes out of all they may see is read back: here it changes nothing."""

import io
import zipfile

import orjson
import pytest
from sqlalchemy import select

from community.exchange.formats.errors import FormatError
from community.exchange.formats.opening import detect_format
from community.exchange.formats.own_archive import open_archive
from community.identity.models import Actor
from community.people.models import Note, Person
from community.web.session import CommunityFlask
from tests.exchange.test_actions import ANN, SAMPLES, count, counts, outsiders
from tests.factories.exchange import bring, rows_of, table
from tests.factories.identity import acting, make_member, make_team
from tests.factories.people import make_note, make_person
from tests.records.doing import built, export


def test_the_file_of_all_one_may_see_comes_back_and_here_changes_nothing(
    app: CommunityFlask, owner: Actor
) -> None:
    bring(owner, (SAMPLES / "apple.vcf").read_bytes(), filename="a.vcf")
    bring(owner, table(ANN))
    member = make_member(owner)
    shared = make_person(member, "Bo Ray")
    make_note(owner, shared.id, "Only mine.")
    make_note(member, shared.id, "Theirs, for all.", audience="team")
    make_person(member, "Hidden Friend", audience="private")
    with app.app_context():
        content = built(export(owner, "team"))
    assert detect_format(content, "all.zip") == "archive"
    back = bring(owner, content, filename="all.zip")
    assert (back.format, back.state) == ("archive", "done")
    assert set(counts(back)) <= {"unchanged", "skipped"}, rows_of(back)
    other = make_team()
    there = bring(other, content, filename="all.zip")
    assert counts(there)["new"] == count(other, Person) - 1, "all but who is there already"
    here, elsewhere = outsiders(owner), outsiders(other)
    assert "Hidden Friend" not in elsewhere
    for name in ("Ann Lee", "Dr. Leïla Noor Haddad-Lindström"):
        for part in ("extra", "tags", "birthday", "call_name"):
            assert getattr(elsewhere[name], part) == getattr(here[name], part), (name, part)
        assert [m.value for m in elsewhere[name].emails] == [m.value for m in here[name].emails]
    with acting(other) as unit:
        notes = unit.session.scalars(
            select(Note).where(Note.person_id == elsewhere["Bo Ray"].id)
        ).all()
    assert [(note.body, note.audience) for note in notes] == [("Only mine.", "private")]
    assert set(counts(bring(other, content, filename="all.zip"))) <= {"unchanged", "skipped"}


def test_values_that_make_no_sense_cost_themselves_alone() -> None:
    people = [
        {"id": 7, "name": "Ann", "birthday_month": 13, "birthday_day": 1, "tags": "x"},
        {"id": "a", "name": None},
        {"id": "b", "name": "Bo", "extra": {"vcard": [1, ["ADR"], ["X-A", "1", "", ""]]}},
    ]
    mails = [{"person": {"id": "b"}, "value": "no mail"}, {"person": 3, "value": "x@y.org"}]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as whole:
        whole.writestr(
            "data.json", orjson.dumps({"tables": {"persons": people, "person_emails": mails}})
        )
    parsed = open_archive(buffer.getvalue())
    assert [(p.line, p.name) for p in parsed.records] == [(1, "Ann"), (3, "Bo")]
    problems = [(error.line, error.field, error.code) for error in parsed.errors]
    assert problems == [
        (1, "birthday", "date_unreadable"),
        (2, "name", "no_name"),
        (3, "emails", "email_malformed"),
    ]


def test_too_much_is_refused_before_it_is_read() -> None:
    with pytest.raises(FormatError, match="larger than 10 MiB"):
        open_archive(b"PK\x03\x04" + b"\0" * (10 * 1024 * 1024))


def test_half_a_character_and_what_comes_after_the_end_are_refused() -> None:
    for text in (
        b'{"tables": {"persons": [{"name": "\\ud800"}]}}',
        b'{"tables": {"persons": [{"name": "Ann"}]}} x',
        b'{"tables": {"persons": [7]}}',
        b'{"tables": {"persons": [{"name": "Ann"}]',
    ):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as whole:
            whole.writestr("data.json", text)
        with pytest.raises(FormatError) as refused:
            open_archive(buffer.getvalue())
        assert refused.value.code == "archive_manifest"
