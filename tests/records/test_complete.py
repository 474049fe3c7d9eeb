"""Erasure is complete and sums stay; an export holds everything about a person and nobody else.

Both are proved with a person of whom every table says something (`canaries`).
"""

import io
import uuid
import zipfile
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from sqlalchemy import JSON, Connection, create_engine, insert, text
from sqlalchemy.pool import NullPool

from community.core import db, queue, schema
from community.core.idempotency import IdempotencyKey
from community.core.outbox import OutboxRow
from community.identity.models import Actor
from community.ledger.queries import find_drifted
from community.people import actions as people_actions
from community.people.models import Person
from community.records import actions, queries
from community.records.formats.wording import table_title
from community.records.models import Export
from community.records.queries import concerns
from community.records.queries.holdings import named_besides
from community.relationships import actions as ties
from tests.conftest import database_url
from tests.conftest_servers import Servers
from tests.factories.identity import acting, make_member
from tests.factories.ledger import acknowledge, log_give, say_thanks
from tests.factories.people import make_note, make_person
from tests.people.doing import AUDIENCES
from tests.records.canaries import Canary
from tests.records.doing import built, completed, prepared, work

pytestmark = pytest.mark.usefixtures("in_application")

TABLES = sorted(schema.all_models().sorted_tables, key=lambda table: table.name)
PERSONAL = [table for table in TABLES if table.info["concerns"].about]


@pytest.fixture
def stem() -> str:
    """A word that stands nowhere else in the database."""
    return f"kanaria{uuid.uuid4().hex[:10]}x"


@pytest.fixture
def other_stem() -> str:
    """Another one."""
    return f"sperling{uuid.uuid4().hex[:10]}x"


@pytest.fixture
def everything(servers: Servers, worker_database: str) -> Iterator[Connection]:
    """The whole database, past every wall."""
    engine = create_engine(database_url(servers, schema.OWNER, worker_database), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def hits(everything: Connection, stem: str) -> list[str]:
    """Every row of every table that says the word, as text or as bytes."""
    wanted = [stem, stem.encode().hex(), stem.encode("utf-16-le").hex()]
    found: list[str] = []
    for table in TABLES:
        where = " OR ".join(f"lower(t::text) LIKE :w{n}" for n in range(len(wanted)))
        rows = everything.execute(
            text(f'SELECT t::text FROM "{table.name}" t WHERE {where}'),
            {f"w{n}": f"%{word}%" for n, word in enumerate(wanted)},
        )
        found += [f"{table.name} {row[0][:200]}" for row in rows]
    everything.rollback()
    return found


def sums(owner: Actor) -> list[Any]:
    with acting(owner) as unit:
        return [
            list(unit.session.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2, 3")))
            for table in ("gives", "give_acts", "give_states", "pair_days", "pair_sums")
        ]


def erase(owner: Actor, canary: Canary) -> None:
    name = canary.words["persons", "name"]
    with acting(owner):
        actions.erase_person(owner, canary.actor.person_id, name=name)
    # The last that knows their address is the mail that says so.
    assert work(owner.team_id, queue.MAIL) == 1


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_with_personal_columns_says_whom_its_rows_are_about(table: Any) -> None:
    columns = [c.name for c in table.columns if c.info["privacy"] != "keep"]
    about = table.info["concerns"].about
    assert about or not columns or table.name == "outbox"
    assert all(name in table.c for name in about)


@pytest.mark.parametrize("table", PERSONAL, ids=lambda table: table.name)
def test_a_table_that_loses_rows_or_columns_has_a_way_to_empty_them(table: Any) -> None:
    seen = table.info["concerns"].seen
    assert seen is None or seen[1] in table.c
    if table.info["privacy"] == "keep":
        for name in concerns.emptied_columns(table):
            column = table.c[name]
            is_json = isinstance(column.type, JSON)
            plain = column.nullable or is_json or column.type.python_type in (str, list, bytes)
            assert plain or column.info["emptied"] is not None, f"{table.name}.{name}"


@pytest.mark.parametrize("table", PERSONAL, ids=lambda table: table.name)
def test_what_people_read_of_a_table_is_in_words(table: Any) -> None:
    if concerns.exported_columns(table):
        assert table_title(table.name) != table.name.replace("_", " ").capitalize() or (
            table.name in ("notes", "memberships", "invitations", "passkeys", "exports", "notices")
        )


def test_nothing_of_an_erased_person_is_left_anywhere(
    owner: Actor, everything: Connection, stem: str
) -> None:
    canary = Canary(owner, stem)
    canary.sing()
    told = {name for name, _column in canary.words}
    assert told >= {t.name for t in PERSONAL if concerns.emptied_columns(t)} - {
        "opened_by",
        "give_states",
        "gives",
        "circle_members",
        "agreement_acceptances",
        "notices",
        "commitments",
        "pair_days",
        "pair_sums",
    }
    assert hits(everything, stem)
    erase(owner, canary)
    assert hits(everything, stem) == []


def test_texts_that_quote_an_erased_person_are_swept(
    owner: Actor, everything: Connection, stem: str
) -> None:
    member = make_member(owner)
    canary = Canary(owner, stem)
    canary.sing()
    quoted = f"{canary.words['persons', 'name']} <{canary.address}>"
    make_note(canary.actor, make_person(owner).id, f"{stem} wrote this alone")
    with acting(member) as unit:
        unit.session.add(
            IdempotencyKey(
                member_id=member.member_id,
                key="k" * 12,
                request_digest=b"d",
                status=201,
                headers={"Location": f"/people/{stem}-1"},
                body=quoted.encode(),
            )
        )
        unit.session.add(OutboxRow(queue="mail", job="x.y", last_error=f"550 {canary.address}"))
        unit.session.add(
            Export(
                author_id=member.person_id,
                member_id=member.member_id,
                scope="team",
                state="done",
                content=quoted.encode(),
            )
        )
        batches, rows = (concerns.table_of(n) for n in ("import_batches", "import_rows"))
        for encoding in ("utf-8", "utf-16-le"):
            batch_id = db.new_id()
            values = {"id": batch_id, "author_id": member.person_id, "format": "csv"}
            content = f"Name,Email\n{quoted}".encode(encoding)
            unit.session.execute(insert(batches).values(**values, content=content))
            unit.session.execute(
                insert(rows).values(batch_id=batch_id, line=2, data={"email": canary.address})
            )
    erase(owner, canary)
    assert hits(everything, stem) == []
    with acting(member) as unit:
        kept = unit.session.get_one(IdempotencyKey, (owner.team_id, member.member_id, "k" * 12))
        assert kept.thing_id is not None, "a repeat is told that it was done, not done again"


def test_somebody_elses_rows_stay_when_a_person_is_erased(
    owner: Actor, everything: Connection, stem: str, other_stem: str
) -> None:
    canary, other = Canary(owner, stem), Canary(owner, other_stem)
    canary.sing()
    other.sing()
    before = len(hits(everything, other_stem))
    erase(owner, canary)
    left = hits(everything, other_stem)
    # Files of exports end for all: any of them may hold the erased person.
    assert len(left) >= before - 1


def test_sums_stay_as_they_were_when_a_person_is_erased(owner: Actor) -> None:
    member, mara = make_member(owner), make_person(owner, "Mara Ellison")
    given = log_give(member, owner.person_id)
    acknowledge(owner, given.give.id)
    say_thanks(owner, mara.id)
    log_give(owner, mara.id)
    before = sums(owner)
    with acting(owner):
        actions.erase_person(owner, mara.id, name="mara ellison")
    assert sums(owner) == before
    with acting(owner):
        assert list(find_drifted()) == []


def test_an_export_holds_every_declared_column_and_nobody_else(
    owner: Actor, stem: str, other_stem: str
) -> None:
    canary, other = Canary(owner, stem), Canary(owner, other_stem)
    canary.sing()
    other.sing()
    with acting(owner) as unit:
        person = unit.session.get_one(Person, (owner.team_id, canary.actor.person_id))
    export = completed(owner, prepared(owner, person))
    archive = zipfile.ZipFile(io.BytesIO(built(export)))
    whole = archive.read("data.json").decode()
    tables = orjson.loads(whole)["tables"]
    for table in PERSONAL:
        if concerns.is_account(table) or table.name.startswith("import_"):
            continue
        for name in concerns.exported_columns(table):
            assert table.name in tables, table.name
            rows = tables[table.name]
            assert all(name in row for row in rows), f"{table.name}.{name}"
            word = canary.words.get((table.name, name))
            if word is not None and not (table.name == "persons" and name == "name"):
                assert any(word in orjson.dumps(row[name]).decode() for row in rows)
    everything = "".join(archive.read(n).decode() for n in archive.namelist())
    assert other_stem not in everything.lower()
    for name, rows in tables.items():
        table = concerns.table_of(name)
        ways = concerns.concerns(table)
        people = {column.removesuffix("_id") for column in (*ways.about, ways.by) if column}
        declared = {"id", *people, *concerns.exported_columns(table), *named_besides(table)}
        assert all(set(row) <= declared for row in rows), name


def test_what_was_said_of_one_who_was_merged_is_handed_out_and_erased_with_the_other(
    owner: Actor, everything: Connection, stem: str
) -> None:
    one, other, friend = (make_person(owner, f"{word} Hale") for word in (stem, f"{stem}b", "Ann"))
    team = AUDIENCES["team"]
    with acting(owner):
        people_actions.define_field(owner, name="Motto", kind="text")
        people_actions.edit_person(owner, other.id, fields={"motto": stem})
        people_actions.add_fact(owner, other.id, kind="work", text=stem, visibility=team)
        people_actions.set_preferences(owner, other.id, to_avoid=stem, visibility=team)
        people_actions.add_relation(
            owner, friend.id, kind="other", other_id=other.id, word=stem, visibility=team
        )
        ties.add_tie(owner, other.id, met_where=stem, visibility=team)
        note = people_actions.add_note(owner, other.id, body=stem, visibility=team)
        people_actions.edit_note(owner, note.id, body=f"{stem} again")
        actions.merge_people(owner, one.id, other.id)
    with acting(owner):
        subject = queries.get_subject(owner, one.id)
        wanted = queries.Wanted(subject, is_asked=True)
        held = {found.table: str(found.rows) for found in queries.find_held(owner, wanted)}
    about = ("facts", "preferences", "note_versions", "relations", "ties", "custom_values", "notes")
    assert [name for name in about if stem not in held.get(name, "")] == []
    with acting(owner):
        actions.erase_person(owner, one.id, name=one.name)
    assert hits(everything, stem) == []
