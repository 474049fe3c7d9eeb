"""Signing in, oneself, the team, its members and circles, tokens."""

from typing import TYPE_CHECKING

from tests.contract.route import (
    KEEPERS,
    MEMBERS,
    NOBODY,
    OWNER,
    Body,
    Route,
    api,
    both,
    outside,
    page,
)

if TYPE_CHECKING:
    from tests.contract.things import Thing
    from tests.contract.world import World

_PROFILE = {"name": "Ada Author", "zone": "Europe/Berlin", "default_audience": "private"}
_SETUP = {
    "team_name": "Northlight",
    "slug": "northlight",
    "name": "Noor Haddad",
    "email": "noor@example.org",
    "zone": "UTC",
}
_TOKEN = {"name": "Reader", "scopes": ["read"]}

_API = (
    api("GET", "/me"),
    api("PATCH", "/me", sends={"call_name": "Al"}),
    api("POST", "/me/departure", spends=True),
    api("GET", "/me/sessions"),
    api(
        "PATCH",
        "/me/sessions/<uuid:session_id>",
        of="session",
        sends={"name": "Kitchen laptop"},
        roles=NOBODY,
    ),
    api("DELETE", "/me/sessions/<uuid:session_id>", of="session", roles=NOBODY),
    api("GET", "/me/factors"),
    api("GET", "/me/linked-accounts"),
    api("GET", "/team"),
    api("PATCH", "/team", sends={"zone": "UTC"}, roles=OWNER, by="owner", scope="admin"),
    api("GET", "/members"),
    api("GET", "/members/<uuid:person_id>", of="member"),
    api(
        "PATCH",
        "/members/<uuid:person_id>",
        of="member",
        sends={"role": "steward"},
        roles=OWNER,
        by="owner",
        scope="admin",
    ),
    api(
        "DELETE",
        "/members/<uuid:person_id>",
        of="member",
        roles=OWNER,
        by="owner",
        scope="admin",
    ),
    api("GET", "/tokens"),
    api("POST", "/tokens", sends=_TOKEN, answers=201),
    api("GET", "/tokens/<uuid:token_id>", of="token"),
    api("DELETE", "/tokens/<uuid:token_id>", of="token", roles=NOBODY),
    api("GET", "/circles"),
    api(
        "POST",
        "/circles",
        sends=lambda world, thing: {"name": world.new_name()},
        roles=KEEPERS,
        by="owner",
        answers=201,
    ),
    api("GET", "/circles/<uuid:circle_id>", of="circle_seat"),
    api(
        "PUT",
        "/circles/<uuid:circle_id>/members/<uuid:person_id>",
        of="circle_seat",
        roles=OWNER,
        by="owner",
    ),
    api(
        "DELETE",
        "/circles/<uuid:circle_id>/members/<uuid:person_id>",
        of="circle_seat",
        roles=OWNER,
        by="owner",
    ),
)

_OUTSIDE = (
    outside("GET", "/", public=True, answers=303),
    outside("GET", "/login", public=True),
    outside("POST", "/login", public=True, sends={"email": "nobody@example.org"}),
    outside("GET", "/login/sent", public=True),
    outside(
        "POST",
        "/login/password",
        public=True,
        sends={"email": "nobody@example.org", "password": "x"},
        answers=422,
    ),
    outside("GET", "/login/<token>", public=True, of="sign_in_link"),
    outside("POST", "/login/<token>", public=True, proof=True, of="sign_in_link"),
    outside("GET", "/login/reset", public=True),
    outside("POST", "/login/reset", public=True, sends={"email": "nobody@example.org"}),
    outside("POST", "/login/passkey/options", public=True, answers=200),
    outside("POST", "/login/passkey", public=True, sends={"answer": "-"}, answers=422),
    outside("GET", "/login/second", public=True, answers=404),
    outside("POST", "/login/second", public=True, sends={"code": "123456"}, answers=404),
    outside("POST", "/login/second/passkey/options", public=True, answers=404),
    outside("POST", "/login/second/passkey", public=True, sends={"answer": "-"}, answers=404),
    outside("GET", "/confirm"),
    outside("POST", "/confirm", sends={"password": "not this one"}, answers=422),
    outside("POST", "/confirm/passkey/options", answers=200),
    outside("POST", "/confirm/passkey", sends={"answer": "-"}, answers=422),
    outside("POST", "/confirm/link"),
    outside("GET", "/login/oidc/<name>", public=True, answers=404),
    outside("GET", "/login/oidc/<name>/callback", public=True, answers=404),
    outside("POST", "/logout", public=True),
    outside("GET", "/teams", answers=303),
    outside("GET", "/setup", public=True, answers=303),
    outside("GET", "/setup/<token>", public=True, answers=404),
    outside("POST", "/setup/<token>", public=True, proof=True, sends=_SETUP, answers=404),
    outside("GET", "/help/keyboard", public=True),
)

_SETTINGS = (
    page("GET", "/settings", answers=303),
    page("GET", "/help/keyboard"),
    *both("/settings/profile", sends=_PROFILE),
    page(
        "POST",
        "/settings/email",
        sends=lambda world, thing: {"email": f"{world.new_name()}@example.org"},
    ),
    *both("/settings/appearance", sends={"theme": "dark", "locale": "en"}),
    *both("/settings/keyboard", sends={"hotkeys": "yes"}),
    page("GET", "/settings/sessions"),
    page("POST", "/settings/sessions/<uuid:session_id>/end", of="session", roles=NOBODY),
    page("POST", "/settings/sessions/end_others"),
    page(
        "POST",
        "/settings/sessions/<uuid:session_id>/name",
        of="session",
        sends={"name": "Kitchen laptop"},
        roles=NOBODY,
    ),
    page("POST", "/settings/sessions/end_all", spends=True),
    page("GET", "/settings/second_factor"),
    page("POST", "/settings/second_factor/app"),
    page("GET", "/settings/second_factor/app"),
    page("POST", "/settings/second_factor/app/confirm", sends={"code": "123456"}, answers=422),
    page("POST", "/settings/second_factor/app/remove", answers=422),
    page("POST", "/settings/second_factor/codes", by="owner", answers=422),
    page("POST", "/settings/passkeys/options", answers=200),
    page("POST", "/settings/passkeys", sends={"name": "Phone", "answer": "-"}, answers=422),
    page(
        "POST",
        "/settings/passkeys/<uuid:passkey_id>/name",
        of="passkey",
        sends={"name": "Phone"},
        roles=NOBODY,
    ),
    page(
        "POST",
        "/settings/passkeys/<uuid:passkey_id>/remove",
        of="passkey",
        roles=NOBODY,
        spends=True,
    ),
    page("GET", "/settings/linked"),
    page("GET", "/settings/linked/start", query="?provider=none", answers=404),
    page(
        "POST",
        "/settings/linked/<uuid:proof_id>",
        of="account_to_link",
        roles=NOBODY,
        spends=True,
    ),
    page(
        "POST",
        "/settings/linked/<uuid:linked_id>/remove",
        of="linked_account",
        roles=NOBODY,
        spends=True,
    ),
    page("POST", "/settings/password", sends={"password": "meadow-lantern-otter-19"}, spends=True),
    page("POST", "/settings/password/link"),
    page("GET", "/settings/tokens"),
    page("POST", "/settings/tokens", sends={**_TOKEN, "days": "30"}, answers=200),
    page("POST", "/settings/tokens/<uuid:token_id>/revoke", of="token", roles=NOBODY),
    *both("/settings/leave", spends=True),
)

_TEAM = {
    "name": "Northlight",
    "zone": "UTC",
    "locale": "en",
    "default_audience": "private",
    "second_factor": "everybody",
    "version": 0,
}
_INVITED = {"lines": "Mara <mara@x.example>, nobody", "role": "guest"}


def _invitation(world: "World", _thing: "Thing") -> Body:
    return {"email": f"{world.new_name()}@example.org", "role": "guest"}


_INVITATIONS = (
    api("GET", "/invitations", query="?state=pending"),
    api("POST", "/invitations", sends=_invitation, roles=MEMBERS, answers=201),
    api("POST", "/invitations/bulk", sends={**_INVITED, "dry_run": True}, roles=MEMBERS),
    api("GET", "/invitations/<uuid:invitation_id>", of="invitation"),
    api("DELETE", "/invitations/<uuid:invitation_id>", of="invitation", roles=KEEPERS),
    api("POST", "/invitations/<uuid:invitation_id>/link", of="invitation", roles=KEEPERS),
    page("GET", "/admin/members", roles=MEMBERS),
    page("GET", "/admin/roles"),
    # “Whatever is there” is not enough to delete a team.
    api("DELETE", "/team", roles=OWNER, by="owner", scope="admin", answers=412),
    api("POST", "/team/restoration", public=True, proof=True, answers=401),
    outside("GET", "/teams/new"),
    outside(
        "POST",
        "/teams/new",
        sends={"team_name": "Another", "slug": "x", "name": "Ada", "zone": "UTC"},
        answers=422,
    ),
    outside("POST", "/teams/<slug>/restoration", of="ending_team", roles=NOBODY, refusal=404),
    page("GET", "/admin/team", roles=OWNER, by="owner"),
    page("POST", "/admin/team", sends=_TEAM, roles=OWNER, by="owner", answers=422),
    page(
        "POST",
        "/admin/team/delete",
        sends={"confirm": "Nothing like it"},
        roles=OWNER,
        by="owner",
        answers=422,
    ),
    api("GET", "/agreement"),
    api("GET", "/agreement/versions"),
    api(
        "POST",
        "/agreement/versions",
        sends={"body": "", "number": 999},
        roles=OWNER,
        by="owner",
        scope="admin",
        answers=409,
    ),
    api("POST", "/agreement/acceptance", sends={"number": 1}, answers=404),
    api("GET", "/agreement/acceptances", roles=MEMBERS),
    page("GET", "/admin/agreement"),
    page(
        "POST",
        "/admin/agreement/acceptance",
        sends={"number": 1, "agreed": "yes"},
        answers=404,
    ),
    page("GET", "/admin/agreement/new", roles=OWNER, by="owner"),
    page(
        "POST",
        "/admin/agreement/new",
        sends={"body": "", "number": 999},
        roles=OWNER,
        by="owner",
        answers=422,
    ),
    api(
        "PATCH",
        "/circles/<uuid:circle_id>",
        of="circle_seat",
        sends=lambda world, thing: {"name": world.new_name()},
        roles=KEEPERS,
        by="owner",
    ),
    api("POST", "/circles/<uuid:circle_id>/closing", of="circle_seat", roles=KEEPERS, by="owner"),
    api("DELETE", "/circles/<uuid:circle_id>/closing", of="circle_seat", roles=KEEPERS, by="owner"),
    page("GET", "/circles"),
    page(
        "POST",
        "/circles",
        sends=lambda world, thing: {"name": world.new_name()},
        roles=KEEPERS,
        by="owner",
    ),
    page("GET", "/circles/<slug>", of="circle_seat"),
    *(
        page("POST", f"/circles/<slug>{part}", of="circle_seat", roles=KEEPERS, by="owner", **more)
        for part, more in (
            ("", {"sends": lambda world, thing: {"name": world.new_name()}}),
            ("/closing", {}),
            ("/opening", {}),
        )
    ),
    *(
        page("POST", f"/circles/<slug>{part}", of="circle_seat", roles=OWNER, by="owner", **more)
        for part, more in (
            ("/members", {"sends": lambda world, thing: {"person_id": thing.path["person_id"]}}),
            ("/members/<uuid:person_id>/add", {}),
            ("/members/<uuid:person_id>/keeping", {}),
            ("/members/<uuid:person_id>/resting", {}),
            ("/members/<uuid:person_id>/remove", {}),
        )
    ),
    page("GET", "/admin/members/<uuid:person_id>", of="member", roles=OWNER, by="owner"),
    page(
        "POST",
        "/admin/members/<uuid:person_id>",
        of="member",
        sends={"role": "member", "version": 1},
        roles=OWNER,
        by="owner",
    ),
    page(
        "POST",
        "/admin/members/<uuid:person_id>/remove",
        of="member",
        sends=lambda world, thing: {"confirm": thing.name},
        roles=OWNER,
        by="owner",
    ),
    *both("/admin/members/invite", sends=_invitation, roles=MEMBERS, shown_to=MEMBERS),
    page("GET", "/admin/members/invite/many", roles=MEMBERS),
    page(
        "POST",
        "/admin/members/invite/many",
        sends={**_INVITED, "dry_run": "yes"},
        roles=MEMBERS,
        answers=200,
    ),
    page(
        "POST",
        "/admin/members/invitations/<uuid:invitation_id>/revoke",
        of="invitation",
        roles=KEEPERS,
    ),
    page(
        "POST",
        "/admin/members/invitations/<uuid:invitation_id>/link",
        of="invitation",
        roles=KEEPERS,
    ),
    outside("GET", "/invite/<token>", public=True, of="invitation_link"),
    outside(
        "POST",
        "/invite/<token>",
        public=True,
        proof=True,
        of="invitation_link",
        sends={"name": "Ina Invited"},
    ),
    outside(
        "POST",
        "/invite/<token>/fresh",
        public=True,
        proof=True,
        of="invitation_link",
        answers=200,
    ),
)

ROUTES: tuple[Route, ...] = (*_API, *_OUTSIDE, *_SETTINGS, *_INVITATIONS)
