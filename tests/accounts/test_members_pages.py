"""Members as owners change them, on pages; and who is told."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from community.accounts import jobs
from community.accounts.actions import membership
from community.core import mail, outbox, queue
from community.core.outbox import OutboxRow
from community.identity.models import Actor
from community.notifications.models import Notice
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.accounts import address_of, make_token
from tests.factories.identity import acting, again, make_member
from tests.web_client import Api, Portal


def _kinds(actor: Actor) -> list[str]:
    with acting(actor) as unit:
        rows = select(Notice.kind).where(Notice.member_id == actor.member_id)
        return list(unit.session.scalars(rows))


def _version(app: CommunityFlask, owner: Actor, member: Actor) -> int:
    found = Api(app, owner).get(f"/members/{member.person_id}").json
    return int(found["version"])


def test_an_owner_changes_a_role_and_the_member_is_told(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    portal, path = Portal(app, owner), f"/admin/members/{member.person_id}"
    with counting() as sent:
        assert portal.get(path).status_code == 200
    assert len(sent) <= 6, sent
    data = {"role": "steward", "version": _version(app, owner, member)}
    assert portal.post(path, data).status_code == 303
    assert again(member).role == "steward"
    assert _kinds(member) == ["role_changed"]
    assert "You are a steward of" in Portal(app, member).get("/notifications").text


def test_a_role_read_in_another_tab_is_not_overwritten(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    portal, path = Portal(app, owner), f"/admin/members/{member.person_id}"
    portal.get(path)
    version = _version(app, owner, member)
    assert portal.post(path, {"role": "steward", "version": version}).status_code == 303
    stale = portal.post(path, {"role": "guest", "version": version})
    assert stale.status_code == 422
    assert again(member).role == "steward"


def test_the_last_owner_stays_one(app: CommunityFlask, owner: Actor) -> None:
    portal, path = Portal(app, owner), f"/admin/members/{owner.person_id}"
    portal.get(path)
    data = {"role": "member", "version": _version(app, owner, owner)}
    refused = portal.post(path, data)
    assert refused.status_code == 422
    assert "needs an owner" in refused.text
    assert again(owner).is_owner


def test_removing_asks_for_the_name_and_shuts_every_door(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    second, token, theirs = (
        make_member(owner, role="owner"),
        make_token(member),
        Portal(app, member),
    )
    portal, path = Portal(app, owner), f"/admin/members/{member.person_id}"
    portal.get(path)
    assert portal.post(f"{path}/remove", {"confirm": "Somebody else"}).status_code == 422
    assert theirs.get("/").status_code == 200
    assert portal.post(f"{path}/remove", {"confirm": member.name}).status_code == 303
    assert theirs.get("/").status_code in (303, 404)
    assert Api(app, owner).get(f"/members/{member.person_id}").status_code == 404
    program = app.test_client().get(
        "/api/v1/me", headers={"Authorization": f"Bearer {token}"}, base_url="http://localhost:8000"
    )
    assert program.status_code == 401
    assert _kinds(second) == ["member_left"]
    assert _kinds(owner) == []
    assert (
        f"{member.name} is not in the team any more"
        in Portal(app, second).get("/notifications").text
    )


def test_whoever_is_removed_is_told_by_mail(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    with acting(owner):
        membership.remove_member(owner, member.person_id)
    with acting(owner) as unit:
        mine = set(
            unit.session.scalars(select(OutboxRow.id).where(OutboxRow.job == jobs.FAREWELL_JOB))
        )
    with app.app_context():
        for claim in outbox.load(outbox.claim(queue.MAIL)):
            if claim.id in mine:
                jobs.JOBS[claim.job](claim)
    path = mail.settings().mailbox / f"farewell-{member.member_id}.eml"
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert message["To"].addresses[0].addr_spec == address_of(member)
    assert owner.team_name in str(message["Subject"])


def test_the_owners_hear_of_somebody_who_leaves(app: CommunityFlask, owner: Actor) -> None:
    member = make_member(owner, "Mei Tanaka")
    with acting(member):
        membership.leave_team(member)
    assert _kinds(owner) == ["member_left"]
    assert "Mei Tanaka has left the team." in Portal(app, owner).get("/notifications").text


@pytest.mark.parametrize("role", ["steward", "member", "guest"])
def test_only_owners_open_the_page_of_a_member(
    app: CommunityFlask, owner: Actor, member: Actor, role: str
) -> None:
    portal = Portal(app, make_member(owner, role=role))
    portal.get("/settings/keyboard")
    path = f"/admin/members/{member.person_id}"
    assert portal.get(path).status_code == 403
    assert portal.post(path, {"role": "guest", "version": 1}).status_code == 403
    assert portal.post(f"{path}/remove", {"confirm": member.name}).status_code == 403
    assert again(member).role == "member"


def test_what_each_role_may_do_can_be_read_by_all(app: CommunityFlask, owner: Actor) -> None:
    for role in ("steward", "member", "guest"):
        assert Portal(app, make_member(owner, role=role)).get("/admin/roles").status_code == 200
