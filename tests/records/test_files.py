"""Who takes out what, with which rights, and how long a file is kept."""

import io
import re
import zipfile
from datetime import timedelta

import orjson
import pytest
from sqlalchemy import select

from community.accounts.actions import membership
from community.accounts.models import Invitation
from community.core import clock, db
from community.core.errors import Conflict, NotAllowed, NotFound
from community.identity.models import Actor, Visibility
from community.journal.models import JournalEntry, OpenedBy
from community.people.models import Person
from community.records import actions, queries
from community.web.session import CommunityFlask
from tests.factories.identity import acting, make_circle, make_member
from tests.factories.ledger import log_give
from tests.factories.people import make_note, make_person, merge
from tests.records.doing import SECRET, again, built, data_of, export, work
from tests.web_client import Portal

pytestmark = pytest.mark.usefixtures("in_application")


@pytest.mark.parametrize("role", ["member", "guest"])
@pytest.mark.parametrize("scope", ["person", "team"])
def test_members_and_guests_take_out_their_own_alone(owner: Actor, role: str, scope: str) -> None:
    actor = make_member(owner, role=role)
    person = make_person(owner) if scope == "person" else None
    with pytest.raises(NotAllowed):
        export(actor, scope, person)
    assert export(actor, "me").scope == "me"


def test_ones_own_file_holds_what_one_wrote_and_what_is_shared_about_one(
    owner: Actor, member: Actor
) -> None:
    mara = make_person(owner)
    make_note(member, mara.id, "My own private words.")
    make_note(owner, member.person_id, "Shared about the member.", audience="team")
    make_note(owner, member.person_id, SECRET)
    data = data_of(export(member, "me"))
    bodies = {note["body"] for note in data["tables"]["notes"]}
    assert bodies == {"My own private words.", "Shared about the member."}
    assert data["tables"]["user_emails"]
    assert "not_handed_out" not in data or not data["not_handed_out"]


def test_a_file_of_the_team_holds_what_its_author_may_see(owner: Actor, member: Actor) -> None:
    hidden = make_person(member, "Hidden Person", audience="private")
    seen = make_person(member, "Seen Person")
    make_note(member, seen.id, SECRET)
    whole = orjson.dumps(data_of(export(owner, "team"))).decode()
    assert "Seen Person" in whole
    assert "Hidden Person" not in whole
    assert str(hidden.id) not in whole
    assert SECRET not in whole


def test_a_file_of_somebody_in_the_team_holds_nothing_of_their_account(
    owner: Actor, member: Actor
) -> None:
    with acting(owner) as unit:
        person = unit.session.get_one(Person, (owner.team_id, member.person_id))
    tables = data_of(export(owner, "person", person))["tables"]
    assert set(tables) <= {"persons", "person_emails", "notes", "gives", "give_words"}


def test_a_file_is_made_with_the_rights_of_that_moment(owner: Actor, steward: Actor) -> None:
    made = export(steward, "team")
    with acting(owner):
        membership.change_role(owner, steward.person_id, "member")
    assert work(owner.team_id) == 1
    assert (again(made).state, again(made).error) == ("failed", "not_allowed")


def test_a_merged_person_is_exported_whole(owner: Actor) -> None:
    gone, kept = make_person(owner, "M. Ellison"), make_person(owner, "Mara Ellison")
    make_note(owner, gone.id, "From before the merge.")
    merge(owner, gone, kept)
    data = data_of(export(owner, "person", kept))
    assert [note["body"] for note in data["tables"]["notes"]] == ["From before the merge."]


def test_a_file_is_another_members_secret(owner: Actor, steward: Actor) -> None:
    made = export(steward, "team")
    with acting(owner), pytest.raises(NotFound):
        actions.open_file(owner, made.id)


def test_a_file_ends_after_seven_days(owner: Actor) -> None:
    made = export(owner, "me")
    built(made)
    for days, state in ((6, "done"), (7, "ended")):
        with acting(owner) as unit:
            actions.end_old(unit.now + timedelta(days=days, seconds=1))
        assert again(made).state == state
    assert again(made).content is None
    with acting(owner), pytest.raises(Conflict):
        actions.open_file(owner, made.id)


def test_of_more_than_five_files_the_oldest_ends(owner: Actor) -> None:
    made = [export(owner, "me") for _n in range(6)]
    assert [again(file).state for file in made] == ["ended", *["queued"] * 5]


def test_taking_out_is_in_the_audit_by_ids(owner: Actor) -> None:
    made = export(owner, "me")
    with acting(owner) as unit:
        verbs = unit.session.scalars(
            select(JournalEntry.verb).where(JournalEntry.thing_id == made.id)
        ).all()
    assert verbs == ["export"]


@pytest.mark.parametrize("scope", ["person", "team"])
def test_whose_entry_is_taken_out_in_a_file_reads_it_on_their_page(
    owner: Actor, member: Actor, steward: Actor, scope: str
) -> None:
    mara = make_person(owner)
    with acting(owner) as unit:
        person = unit.session.get_one(Person, (owner.team_id, member.person_id))
    built(export(steward, scope, person if scope == "person" else None))
    with acting(member):
        assert [row.name for row in queries.find_readers(member)] == [steward.name]
    with acting(owner) as unit:
        opened = set(unit.session.scalars(select(OpenedBy.person_id)))
    assert mara.id not in opened
    assert (owner.person_id in opened) == (scope == "team")


def test_ones_own_file_opens_nobody(owner: Actor, member: Actor) -> None:
    built(export(member, "me"))
    with acting(owner) as unit:
        assert unit.session.scalars(select(OpenedBy.person_id)).all() == []


@pytest.mark.parametrize("way", ["list", "everybody", "gives"])
def test_a_table_of_people_or_help_tells_the_members_in_it(
    app: CommunityFlask, owner: Actor, member: Actor, way: str
) -> None:
    mara = make_person(owner, "Mara Ellison")
    make_member(owner, "Not Listed")
    log_give(owner, member.person_id, visibility=Visibility("team"))
    portal = Portal(app, owner)
    portal.get("/")
    path = {"list": f"/people.csv?q={member.name}", "gives": "/gives.csv"}.get(way)
    answer = portal.get(path) if path else portal.post("/people.csv")
    assert answer.status_code == 200
    answer.close()
    with acting(owner) as unit:
        opened = set(unit.session.scalars(select(OpenedBy.person_id)))
    assert member.person_id in opened
    assert not opened & {mara.id, owner.person_id}
    assert len(opened) == (2 if way == "everybody" else 1)


def test_ones_own_file_tells_of_circles_invitations_browsers_and_who_sees_a_note(
    owner: Actor, member: Actor
) -> None:
    make_circle(member)
    make_note(member, make_person(owner).id, audience="private")
    with acting(member):
        own = {"inviter_id": member.member_id, "expires_at": clock.now(), "role": "guest"}
        db.add(Invitation(address="friend@example.org", note="Join us, Ada.", **own))
    tables = data_of(export(member, "me"))["tables"]
    assert [row["is_keeper"] for row in tables["circle_members"]]
    assert [row["note"] for row in tables["invitations"]] == ["Join us, Ada."]
    assert [row["audience"] for row in tables["notes"]] == ["private"]


def test_the_page_of_a_file_begins_with_the_person_and_tells_times_to_the_minute(
    owner: Actor, member: Actor
) -> None:
    make_note(member, member.person_id, "About myself.")
    archive = zipfile.ZipFile(io.BytesIO(built(export(member, "me"))))
    page = archive.read("index.html").decode()
    heads = re.findall(r"<h2>(.*?) \(", page)
    assert heads[:2] == ["The person", "Notes"]
    assert 'name="viewport"' in page
    assert re.search(r"<dd>\d{4}-\d\d-\d\d \d\d:\d\d UTC</dd>", page)
    assert not re.search(r"<dd>[^<]*:\d\d\.\d+", page)
