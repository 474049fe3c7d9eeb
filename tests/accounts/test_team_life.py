"""Teams: founded by anybody signed in, fully apart, set by owners, ended with thirty days' grace."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update

from community.accounts import jobs
from community.accounts.actions import sign_in, team_life, teams
from community.accounts.actions.team_life import GRACE
from community.core import db, mail
from community.core.errors import Conflict, NotAllowed, NotFound
from community.core.outbox import Claim, OutboxRow
from community.identity.models import Actor, Membership, Team, User
from community.journal.models import JournalEntry
from community.people.models import PersonEmail
from community.web.session import CommunityFlask
from tests.factories.accounts import address_of, make_app, make_token
from tests.factories.identity import acting, again, make_member
from tests.factories.invitations import make_invitation, token_of
from tests.factories.people import make_person
from tests.web_client import BASE_URL, Api, Portal, soup_of, words_of


def _end(owner: Actor) -> None:
    with acting(owner):
        team_life.end_team(owner)


def _restore(owner: Actor) -> None:
    with db.transaction(None, owner.user_id):
        team_life.restore_team(owner.user_id, owner.team_slug)


def _claim(owner: Actor, job: str) -> Claim:
    with db.transaction(owner.team_id):
        row = db.session().scalars(select(OutboxRow).where(OutboxRow.job == job)).first()
        assert row is not None
        row.attempt, row.lease_until = 1, row.created_at + timedelta(days=3650)
        return Claim(owner.team_id, row.id, 1, job, row.args)


def _states(owner: Actor, job: str) -> list[str]:
    with db.transaction(owner.team_id):
        return list(db.session().scalars(select(OutboxRow.state).where(OutboxRow.job == job)))


def _slug() -> str:
    return f"team-{db.new_id().hex[-10:]}"


def test_somebody_signed_in_founds_another_team_by_the_page(
    app: CommunityFlask, owner: Actor
) -> None:
    browser, slug = Portal(app, owner), _slug()
    assert browser.get("//teams/new").status_code == 200
    data = {"team_name": "Second", "slug": slug, "name": "Noor H.", "zone": "Europe/Berlin"}
    assert browser.post("//teams/new", data).status_code == 303
    asked = browser.get(f"/t/{slug}/")
    assert asked.headers["Location"].endswith("/settings/second_factor"), "as of every owner"
    make_app(owner)
    assert browser.get(f"/t/{slug}/").status_code == 200
    listed = browser.get("//teams").text
    assert owner.team_name in listed
    assert "Second" in listed
    with db.transaction(None, owner.user_id):
        team_id = db.session().scalar(select(Team.id).where(Team.slug == slug))
    with db.transaction(team_id):
        emails = list(db.session().scalars(select(PersonEmail.value)))
    assert emails == [address_of(owner)]
    assert browser.post("//teams/new", data).status_code == 422, "an address is used once"


def test_teams_of_one_user_are_fully_apart(app: CommunityFlask, owner: Actor) -> None:
    person = make_person(owner, "Mara Ellison")
    slug = _slug()
    with db.transaction(None, owner.user_id):
        team_life.found_team(owner.user_id, teams.NewTeam("Second", slug), "Noor H.")
    make_app(owner)
    browser = Portal(app, owner)
    assert "Mara Ellison" in browser.get("/people").text
    assert "Mara Ellison" not in browser.get(f"/t/{slug}/people").text
    assert browser.get(f"/t/{slug}/people/{person.id}").status_code == 404
    assert "Ellison" not in browser.get(f"/t/{slug}/search?q=Mara").text


def test_nobody_owns_teams_without_end(owner: Actor) -> None:
    for _number in range(team_life.MOST_OWNED - 1):
        with db.transaction(None, owner.user_id):
            team_life.found_team(owner.user_id, teams.NewTeam("More", _slug()), "Noor")
    with db.transaction(None, owner.user_id), pytest.raises(Conflict):
        team_life.found_team(owner.user_id, teams.NewTeam("One more", _slug()), "Noor")


def test_all_teams_are_shown_when_asked_for(app: CommunityFlask, owner: Actor) -> None:
    assert Portal(app, owner).get("//teams").status_code == 303
    page = Portal(app, owner).get("//teams?show=all")
    assert page.status_code == 200
    assert "/teams/new" in page.text


def _settings(app: CommunityFlask, owner: Actor, **changed: str) -> tuple[Portal, dict[str, str]]:
    portal = Portal(app, owner)
    page = portal.get("/admin/team")
    version = re.search(r'name="version" value="(\d+)"', page.text)
    assert version
    data = {
        "name": owner.team_name,
        "zone": "UTC",
        "locale": "en",
        "outside_name": "",
        "default_audience": "private",
        "second_factor": "stewards_and_owners",
        "version": version[1],
    }
    return portal, {**data, **changed}


def test_owners_set_the_team_by_the_page(app: CommunityFlask, owner: Actor) -> None:
    changed = {
        "name": "Southlight",
        "zone": "Europe/Berlin",
        "outside_name": "alumni",
        "default_audience": "team",
        "second_factor": "everybody",
    }
    portal, data = _settings(app, owner, **changed)
    assert portal.post("/admin/team", data).status_code == 303
    make_app(owner)
    now = again(owner)
    assert (now.team_name, now.team_zone) == ("Southlight", "Europe/Berlin")
    assert now.settings["second_factor"] == "everybody"
    assert "alumni" in portal.get("/people").text
    assert make_joined(now).default_audience == "team"
    assert again(owner).default_audience == "private", "who is here stays as they are"
    with acting(owner) as unit:
        entry = unit.session.scalars(
            select(JournalEntry).where(JournalEntry.thing_kind == "team")
        ).one()
    assert set(entry.fields) == {
        "default_audience",
        "name",
        "outside_name",
        "second_factor",
        "zone",
    }
    assert portal.post("/admin/team", data).status_code == 422, "an old version is not saved"


def make_joined(owner: Actor) -> Actor:
    """Somebody who joins now."""
    with db.transaction(None, None):
        user_id = teams.find_or_create_user(f"new-{db.new_id().hex[-10:]}@example.org")
        db.enter(owner.team_id, user_id)
        return teams.add_member(user_id, "Mei Tanaka")


@pytest.mark.parametrize("role", ["steward", "member", "guest"])
def test_nobody_else_sets_or_ends_the_team(app: CommunityFlask, owner: Actor, role: str) -> None:
    actor = make_member(owner, role=role)
    portal = Portal(app, actor)
    portal.get("/settings/keyboard")
    assert portal.get("/admin/team").status_code == 403
    assert portal.post("/admin/team", {}).status_code == 403
    assert portal.post("/admin/team/delete", {"confirm": owner.team_name}).status_code == 403
    with acting(actor), pytest.raises(NotAllowed):
        team_life.end_team(actor)


def test_settings_left_out_of_a_patch_stay(app: CommunityFlask, owner: Actor) -> None:
    api = Api(app, owner)
    first = api.patch("/team", {"settings": {"region": "DE", "second_factor": "nobody"}})
    assert first.json["settings"]["second_factor"] == "nobody"
    second = api.patch("/team", {"settings": {"outside_name": "clients"}}).json["settings"]
    assert second == {
        "region": "DE",
        "outside_name": "clients",
        "default_audience": "private",
        "second_factor": "nobody",
    }
    assert api.patch("/team", {"settings": {"second_factor": "some"}}).status_code == 422


def test_an_ended_team_is_shut_for_everybody_and_everything(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    secret, invited = make_token(member), token_of(owner, make_invitation(owner).id)
    browser = Portal(app, member)
    assert browser.get("/").status_code == 200
    _end(owner)
    for portal in (browser, Portal(app, owner)):
        assert portal.get("/").status_code == 404
        assert portal.get("/settings/profile").status_code == 404
    headers = {"Authorization": f"Bearer {secret}"}
    api = app.test_client().get("/api/v1/me", headers=headers, base_url=BASE_URL)
    assert api.status_code == 401
    assert "does not open anything" in Portal(app).get(f"//invite/{invited}").text


def test_the_name_is_typed_before_a_team_ends_and_undo_brings_it_back(
    app: CommunityFlask, owner: Actor
) -> None:
    person = make_person(owner, "Mara Ellison")
    portal, _data = _settings(app, owner)
    assert portal.post("/admin/team/delete", {"confirm": "Else"}).status_code == 422
    ended = portal.post("/admin/team/delete", {"confirm": owner.team_name})
    assert ended.status_code == 303
    page = portal.get("//teams?show=all")
    undo = re.search(r'action="([^"]+/restoration)"', page.text)
    assert undo
    assert portal.post("/" + undo[1]).status_code == 303
    assert portal.get("/people").status_code == 200
    assert Api(app, owner).get(f"/people/{person.id}").status_code == 200
    assert _states(owner, jobs.PURGE_JOB) == ["cancelled"]
    assert _states(owner, jobs.ENDING_JOB) == ["cancelled"]


def test_only_an_owner_brings_it_back(owner: Actor, member: Actor, stranger: Actor) -> None:
    _end(owner)
    for actor in (member, stranger):
        with db.transaction(None, actor.user_id), pytest.raises(NotFound):
            team_life.restore_team(actor.user_id, owner.team_slug)
    _restore(owner)
    with db.transaction(None, owner.user_id), pytest.raises(NotFound):
        team_life.restore_team(owner.user_id, owner.team_slug)


def test_owners_are_told_by_mail_how_to_bring_it_back(app: CommunityFlask, owner: Actor) -> None:
    _end(owner)
    claim = _claim(owner, jobs.ENDING_JOB)
    with app.app_context():
        jobs.JOBS[claim.job](claim)
    (path,) = mail.settings().mailbox.glob(f"team-ending-*-{owner.member_id}.eml")
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    assert body is not None
    assert "/teams?show=all" in body.get_content()
    assert message["To"].addresses[0].addr_spec == address_of(owner)


def test_a_program_ends_a_team_and_brings_it_back(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    api = Api(app, owner)
    assert api.open("DELETE", "/team").status_code == 428
    assert api.post("/team/restoration").status_code == 409
    assert api.delete("/team").status_code == 412, "whatever is there is not enough"
    version = int(api.get("/team").headers["ETag"].strip('"'))
    assert api.delete("/team", version).status_code == 204
    assert api.get("/me").status_code == 401
    assert app.test_client().post("/api/v1/team/restoration", base_url=BASE_URL).status_code == 401
    assert Api(app, member).post("/team/restoration").status_code == 401
    assert Api(app, owner, ("read", "write")).post("/team/restoration").status_code == 401
    assert api.post("/team/restoration").json["slug"] == owner.team_slug
    assert api.get("/me").status_code == 200


def test_after_thirty_days_everything_is_gone_but_who_is_elsewhere(
    owner: Actor, stranger: Actor
) -> None:
    both, only = make_member(owner), make_member(owner)
    with db.transaction(stranger.team_id, both.user_id):
        teams.add_member(both.user_id, both.name)
    make_person(owner, "Mara Ellison")
    _end(owner)
    claim = _claim(owner, jobs.PURGE_JOB)
    with db.transaction() as unit:
        unit.session.execute(
            update(Team)
            .where(Team.id == owner.team_id)
            .values(deleted_at=Team.deleted_at - GRACE - timedelta(seconds=1))
        )
    team_life.purge_team(claim)
    with db.transaction() as unit:
        assert unit.session.get(Team, owner.team_id) is None
        users = set(unit.session.scalars(select(User.id)))
    assert both.user_id in users
    assert not {only.user_id, owner.user_id} & users
    with db.transaction(owner.team_id) as unit:
        for table in ("persons", "journal_entries", "memberships", "outbox"):
            count = unit.session.scalar(text(f"SELECT count(*) FROM {table}"))
            assert count == 0, table


def test_within_the_thirty_days_nothing_is_taken_away(owner: Actor) -> None:
    _end(owner)
    with db.transaction(owner.team_id) as unit:
        row = unit.session.scalars(select(OutboxRow).where(OutboxRow.job == jobs.PURGE_JOB)).one()
        assert row.next_at is not None
        assert row.next_at - row.created_at == GRACE
    team_life.purge_team(_claim(owner, jobs.PURGE_JOB))
    with db.transaction(owner.team_id) as unit:
        count = unit.session.scalar(select(func.count()).select_from(Membership))
    assert count == 1
    _restore(owner)


def test_a_team_brought_back_is_not_purged_by_the_job_it_had(owner: Actor) -> None:
    _end(owner)
    claim = _claim(owner, jobs.PURGE_JOB)
    _restore(owner)
    team_life.purge_team(claim)
    assert again(owner).is_owner


def test_an_owner_of_nothing_but_an_ended_team_can_still_sign_in(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    addresses = [address_of(owner), address_of(member)]
    _end(owner)
    for number, address in enumerate(addresses):
        with db.transaction():
            sign_in.request_link(address, remote=f"2001:db8:77:{number}::1")
    claim = _claim(owner, sign_in.MAIL_JOB)
    with app.app_context(), db.transaction(owner.team_id):
        written = jobs.link_mail(UUID(claim.args["credential_id"]))
    assert written is not None
    assert written.to == addresses[0]
    assert _states(owner, sign_in.MAIL_JOB) == ["due"], "nobody else has anything to come back to"


def test_who_was_in_a_deleted_team_is_told_and_cannot_bring_it_back(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    _end(owner)
    browser = Portal(app, member)
    said = words_of(browser.get("//teams"))
    assert owner.team_name in said
    assert "Deleted by an owner; until" in said
    assert "Bring it back" not in said
    assert "Bring it back" in words_of(Portal(app, owner).get("//teams"))
    gone = browser.get("/people")
    assert gone.status_code == 404
    assert [link["href"] for link in soup_of(gone).select("main .actions a")] == ["/teams"]
