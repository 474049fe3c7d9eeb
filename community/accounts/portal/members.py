"""Who is in the team and who is asked to be; roles, and letting people go."""

from typing import Any
from uuid import UUID

from flask import Response, request

from community.accounts import policy
from community.accounts.actions import membership
from community.accounts.portal.team_pages import insider, needs_proof, owner, team_pages
from community.accounts.queries import invitations as invitation_queries
from community.accounts.queries import members as queries
from community.accounts.schemas import team as schemas
from community.core.i18n import gettext as _
from community.core.paging import PageRequest
from community.identity.models import ROLES
from community.identity.policy import can_change_team
from community.web import pages
from community.web.templating import url

_OPEN = ("pending", "expired")


@team_pages.get("/admin/members")
def members() -> Response:
    """Everybody in the team by name, and the invitations that still wait."""
    actor = insider()
    found = queries.find_members(actor, PageRequest(cursor=request.args.get("after")))
    waiting = invitation_queries.find_invitations(actor, PageRequest(), states=_OPEN)
    return pages.show(
        "accounts/members.html",
        members=found.items,
        more=url("team.members", after=found.next) if found.next else "",
        invitations=[shown_invitation(row) for row in waiting.items],
        more_invitations=bool(waiting.next),
        may_invite=policy.invitable_roles(actor),
        may_change=can_change_team(actor),
    )


def shown_invitation(row: Any) -> dict[str, Any]:
    """An invitation as its row shows it."""
    names = ("id", "address", "role", "inviter_name", "expires_at", "created_at")
    state = invitation_queries.state_of(row)
    return {"state": state, **{name: getattr(row, name) for name in names}}


@team_pages.get("/admin/roles")
def roles() -> Response:
    """What each role may do."""
    return pages.show("accounts/role_table.html")


@team_pages.get("/admin/members/<uuid:person_id>")
def member(person_id: UUID) -> Response:
    """One member, as an owner changes them."""
    found = queries.get_member(owner(), person_id)
    values = {"role": found.role, "version": found.version}
    return _member_page(found, pages.Form(schemas.MemberForm(), values))


@team_pages.post("/admin/members/<uuid:person_id>")
@needs_proof
def change_role(person_id: UUID) -> Response:
    """Give a member another role."""
    actor = owner()
    form = pages.Form(schemas.MemberForm())
    if form.valid():
        with form.attempt():
            data = form.data
            membership.change_role(actor, person_id, data["role"], version=data["version"])
            return pages.done(_("Saved."), to=url("team.members"))
    return _member_page(queries.get_member(actor, person_id), form)


@team_pages.post("/admin/members/<uuid:person_id>/remove")
@needs_proof
def remove_member(person_id: UUID) -> Response:
    """End somebody's membership, after their name was typed."""
    actor = owner()
    found = queries.get_member(actor, person_id)
    form = pages.Form(schemas.RemovalForm())
    if form.valid():
        if form.data["confirm"].casefold() != found.name.casefold():
            form.errors["confirm"] = [_("This is not their name.")]
        else:
            with form.attempt():
                membership.remove_member(actor, person_id)
                return pages.done(
                    _("%(name)s is not in the team any more.", name=found.name),
                    to=url("team.members"),
                )
    values = {"role": found.role, "version": found.version}
    role_form = pages.Form(schemas.MemberForm(), values)
    role_form.submitted = False
    return _member_page(found, role_form, form)


def _member_page(found: Any, form: pages.Form, removal: pages.Form | None = None) -> Response:
    if removal is None:
        removal = pages.Form(schemas.RemovalForm())
        removal.submitted = False
    return pages.show(
        "accounts/member.html",
        form=form,
        removal=removal,
        member=found,
        roles=ROLES,
        status=removal.status if removal.errors else form.status,
    )
