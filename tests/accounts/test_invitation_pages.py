"""Invitations as people meet them: pages, mail, API; without JavaScript."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from community.accounts import jobs
from community.accounts.actions import inviting_many
from community.core import clock, mail, outbox, queue
from community.core.addresses import read_addresses
from community.core.errors import RuleBroken, TooManyTries
from community.core.outbox import Claim, OutboxRow
from community.identity.models import Actor
from community.notifications.models import Notice
from community.web.session import CommunityFlask
from tests.conftest import counting
from tests.factories.accounts import address_of
from tests.factories.identity import acting, make_member
from tests.factories.invitations import (
    age_invitation,
    make_invitation,
    new_address,
    state_of,
    token_of,
)
from tests.factories.people import make_person
from tests.web_client import Api, Portal


def _claims(actor: Actor) -> list[Claim]:
    """What is owed for the actor's team, as a worker would hold it."""
    with acting(actor) as unit:
        rows = unit.session.scalars(
            select(OutboxRow).where(OutboxRow.job == jobs.MAIL_INVITATION_JOB)
        ).all()
        for row in rows:
            row.next_at = row.created_at
    mine = {row.id for row in rows}
    return [claim for claim in outbox.load(outbox.claim(queue.MAIL)) if claim.id in mine]


def _mail(app: CommunityFlask, actor: Actor) -> EmailMessage | None:
    with app.app_context():
        (claim,) = _claims(actor)
        jobs.JOBS[claim.job](claim)
    path = mail.settings().mailbox / f"invitation-{claim.args['link_id']}.eml"
    if not path.exists():
        return None
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _text(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_the_mail_says_who_asks_why_and_until_when(app: CommunityFlask, owner: Actor) -> None:
    made = make_invitation(owner, note="You ask the best questions.")
    message = _mail(app, owner)
    assert message is not None
    link = f"http://localhost:8000/invite/{token_of(owner, made.id)}"
    for kind in ("plain", "html"):
        said = _text(message, kind)
        assert link in said
        assert owner.name in said
        assert "You ask the best questions." in said
    assert message["Subject"] == f"{owner.name} would like you in {owner.team_name}"
    assert message["Reply-To"].addresses[0].addr_spec == address_of(owner)
    assert message["To"].addresses[0].addr_spec == made.address


def test_no_mail_leaves_for_what_was_taken_back(app: CommunityFlask, owner: Actor) -> None:
    made = make_invitation(owner)
    (claim,) = _claims(owner)
    portal = Portal(app, owner)
    portal.get("/admin/members")
    portal.post(f"/admin/members/invitations/{made.id}/revoke")
    with app.app_context():
        jobs.JOBS[claim.job](claim)
    assert not (mail.settings().mailbox / f"invitation-{claim.args['link_id']}.eml").exists()


def test_inviting_by_the_page_can_be_undone(app: CommunityFlask, owner: Actor) -> None:
    portal, address = Portal(app, owner), new_address()
    page = portal.get("/admin/members/invite")
    assert page.status_code == 200
    data = {"email": address, "role": "member", "note": "Come along."}
    assert portal.post("/admin/members/invite", data).status_code == 303
    shown = portal.get("/admin/members")
    assert address in shown.text
    undo = re.search(r'action="([^"]+/revoke)"', shown.text)
    assert undo
    assert portal.post(undo[1]).status_code == 303
    assert f"of {address} is taken back" in portal.get("/admin/members").text
    assert portal.get("/admin/members").text.count(address) == 0


def test_the_page_offers_the_roles_one_may_invite_as(app: CommunityFlask, owner: Actor) -> None:
    for role, offered in (("owner", 4), ("steward", 2), ("member", 1)):
        page = Portal(app, make_member(owner, role=role)).get("/admin/members/invite")
        assert page.text.count('type="radio"') == offered, role
    guest = Portal(app, make_member(owner, role="guest"))
    assert guest.get("/admin/members/invite").status_code == 403
    assert guest.get("/admin/members").status_code == 403


def test_a_role_beyond_ones_own_is_refused_on_the_page(app: CommunityFlask, owner: Actor) -> None:
    portal = Portal(app, make_member(owner))
    portal.get("/admin/members/invite")
    sent = portal.post("/admin/members/invite", {"email": new_address(), "role": "owner"})
    assert sent.status_code == 403
    assert "Members invite guests" in sent.text


def test_the_members_page_costs_few_statements(app: CommunityFlask, owner: Actor) -> None:
    for _number in range(5):
        make_member(owner)
        make_invitation(owner)
    portal = Portal(app, owner)
    with counting() as sent:
        page = portal.get("/admin/members")
    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    assert len(sent) <= 6, sent


def test_who_is_new_joins_by_the_page_and_is_in(app: CommunityFlask, owner: Actor) -> None:
    made = make_invitation(owner, note="Come along.")
    token = token_of(owner, made.id)
    browser = Portal(app)
    page = browser.get(f"//invite/{token}")
    assert page.status_code == 200
    assert owner.name in page.text
    assert "Come along." in page.text
    assert state_of(owner, made.id) == "pending", "looking is not accepting"
    joined = browser.post(f"//invite/{token}", {"name": "Mara Ellison"}, csrf=False)
    assert joined.status_code == 303
    home = browser.client.get(joined.headers["Location"])
    assert home.status_code == 200
    assert "Welcome to" in home.text
    again = Portal(app).get(f"//invite/{token}")
    assert again.status_code == 404
    assert "accepted already" in again.text


def test_who_has_an_account_is_sent_to_sign_in_and_back(
    app: CommunityFlask, owner: Actor, stranger: Actor
) -> None:
    token = token_of(owner, make_invitation(owner, address_of(stranger)).id)
    outside = Portal(app)
    assert "/login?next=/invite/" in outside.get(f"//invite/{token}").text
    sent = outside.post(f"//invite/{token}", {"name": "x"}, csrf=False)
    assert sent.status_code == 303
    assert sent.headers["Location"].startswith("/login?next=/invite/")
    inside = Portal(app, stranger)
    assert inside.post(f"//invite/{token}", {"name": "Sara"}, csrf=False).status_code == 303
    assert inside.get(f"/t/{owner.team_slug}/").status_code == 200


def test_somebody_else_who_is_signed_in_is_told_so(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    made = make_invitation(owner)
    token = token_of(owner, made.id)
    browser = Portal(app, member)
    page = browser.get(f"//invite/{token}")
    assert page.status_code == 200
    assert "signed in here with another address" in page.text
    assert made.address in page.text
    assert browser.post(f"//invite/{token}", {"name": "x"}, csrf=False).status_code == 403
    assert state_of(owner, made.id) == "pending"


def test_the_expired_page_mails_a_fresh_link(app: CommunityFlask, owner: Actor) -> None:
    made = make_invitation(owner)
    token = token_of(owner, made.id)
    age_invitation(owner, made.id, days=8)
    browser = Portal(app)
    page = browser.get(f"//invite/{token}")
    assert page.status_code == 404
    assert f"/invite/{token}/fresh" in page.text
    asked = browser.post(f"//invite/{token}/fresh", csrf=False)
    unknown = browser.post(f"//invite/cty_{owner.team_key}_{'x' * 43}/fresh", csrf=False)
    assert asked.status_code == unknown.status_code == 200
    assert asked.text == unknown.text
    assert "newer link" in browser.get(f"//invite/{token}").text
    assert browser.get(f"//invite/{token_of(owner, made.id)}").status_code == 200


def test_a_known_person_is_offered_and_not_assumed(app: CommunityFlask, owner: Actor) -> None:
    address = new_address()
    make_person(owner, "Mara E.", email=address)
    token = token_of(owner, make_invitation(owner, address).id)
    page = Portal(app).get(f"//invite/{token}").text
    assert "knows Mara E. by this address" in page
    assert not re.search(r'name="is_me"[^>]* checked', page)


def test_the_inviter_hears_who_joined(app: CommunityFlask, owner: Actor) -> None:
    token = token_of(owner, make_invitation(owner).id)
    Portal(app).post(f"//invite/{token}", {"name": "Mara Ellison"}, csrf=False)
    with acting(owner) as unit:
        assert unit.session.scalars(select(Notice.kind)).all() == ["invitation_accepted"]
    assert (
        "Mara Ellison joined by your invitation." in Portal(app, owner).get("/notifications").text
    )


def test_the_api_invites_lists_renews_and_takes_back(app: CommunityFlask, owner: Actor) -> None:
    api, address = Api(app, owner), new_address()
    made = api.post("/invitations", {"email": address.upper(), "role": "guest"})
    assert made.status_code == 201
    assert made.json["email"] == address
    assert made.json["state"] == "pending"
    assert made.json["created_by_id"] == str(owner.person_id)
    assert "token" not in made.json
    path = made.headers["Location"].removeprefix("/api/v1")
    assert api.get(path).json == made.json
    assert api.post("/invitations", {"email": address}).json["code"] == "already_invited"
    assert api.post(f"{path}/link").status_code == 200
    assert api.open("DELETE", path).status_code == 204
    assert [i["state"] for i in api.get("/invitations").json["items"]] == ["revoked"]
    assert api.get("/invitations?state=pending").json["items"] == []
    assert api.post(f"{path}/link").status_code == 409


@pytest.mark.parametrize(
    ("role", "is_asked"), [("owner", True), ("steward", True), ("guest", False)]
)
def test_inviting_as_steward_or_owner_needs_the_scope_admin(
    app: CommunityFlask, owner: Actor, role: str, is_asked: bool
) -> None:
    api = Api(app, owner, ("read", "write"))
    made = make_invitation(owner, role=role)
    sent = {"email": new_address(), "role": role}
    many = {"lines": new_address(), "role": role}
    answers = [
        api.post("/invitations", sent),
        api.post("/invitations/bulk", many),
        api.post("/invitations/bulk", {**many, "dry_run": True}),
        api.post(f"/invitations/{made.id}/link"),
    ]
    assert {answer.status_code == 403 for answer in answers} == {is_asked}
    assert all(answer.json["code"] == "scope_missing" for answer in answers if is_asked)
    assert Api(app, owner).post("/invitations", {**sent, "email": new_address()}).status_code == 201


@pytest.mark.parametrize(
    ("role", "is_asked"), [("owner", True), ("steward", True), ("guest", False)]
)
def test_inviting_as_steward_or_owner_on_a_page_needs_a_proof_of_just_now(
    app: CommunityFlask, owner: Actor, role: str, is_asked: bool
) -> None:
    with clock.shifted(timedelta(hours=-2)):
        portal = Portal(app, owner)
    made = make_invitation(owner, role=role)
    portal.get("/admin/members")
    forms = {
        "/admin/members/invite": {"email": new_address(), "role": role},
        "/admin/members/invite/many": {"lines": new_address(), "role": role},
        f"/admin/members/invitations/{made.id}/link": {},
    }
    for path, sent in forms.items():
        answer = portal.post(path, sent)
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/confirm?next=") is is_asked, path


def test_pasted_addresses_are_read_as_people_have_them() -> None:
    found = read_addresses(
        "Mara Ellison <Mara@Hale.example>\nkofi@corvid.example; lena@hale.example, not-one\n"
        "\njust words\nmara@hale.example\nbroken@\n"
    )
    assert [(each.line, each.address) for each in found] == [
        (1, "mara@hale.example"),
        (2, "kofi@corvid.example"),
        (2, "lena@hale.example"),
        (4, None),
        (6, None),
    ]


def test_many_are_told_apart_before_anything_is_sent(
    app: CommunityFlask, owner: Actor, member: Actor
) -> None:
    invited, fresh = make_invitation(owner).address, new_address()
    lines = f"{fresh}\n{invited}\n{address_of(member)}\nwords"
    portal = Portal(app, owner)
    portal.get("/admin/members/invite/many")
    data = {"lines": lines, "role": "member", "note": "", "dry_run": "yes"}
    preview = portal.post("/admin/members/invite/many", data)
    assert preview.status_code == 200
    for text in ("Will be invited", "In the team already", "Invited already", "Line 4: words"):
        assert text in preview.text
    assert Api(app, owner).get("/invitations").json["items"][0]["email"] == invited
    sent = portal.post("/admin/members/invite/many", {"lines": fresh, "role": "member"})
    assert sent.status_code == 303
    assert Api(app, owner).get("/invitations").json["items"][0]["email"] == fresh


def test_the_api_tells_many_apart_and_invites_them(app: CommunityFlask, owner: Actor) -> None:
    first, second = new_address(), new_address()
    body = {"lines": f"{first} {second} {first}\nnobody", "role": "guest"}
    dry = Api(app, owner).post("/invitations/bulk", {**body, "dry_run": True})
    assert dry.json["fresh"] == [first, second]
    assert dry.json["wrong"] == [{"line": 2, "text": "nobody"}]
    assert dry.json["sent"] == []
    done = Api(app, owner).post("/invitations/bulk", body)
    assert [each["email"] for each in done.json["sent"]] == [first, second]
    assert Api(app, owner).post("/invitations/bulk", body).json["code"] == "nobody"


def test_more_than_a_days_worth_is_refused_whole(owner: Actor, member: Actor) -> None:
    lines = "\n".join(new_address() for _number in range(21))
    with acting(member), pytest.raises(TooManyTries):
        inviting_many.invite_all(member, lines, role="guest")
    with acting(owner):
        assert inviting_many.tell_apart(owner, lines, role="guest").invited == []
    with acting(owner), pytest.raises(RuleBroken):
        inviting_many.tell_apart(
            owner,
            "\n".join(f"{n}@y.example" for n in range(201)),
            role="guest",
        )
