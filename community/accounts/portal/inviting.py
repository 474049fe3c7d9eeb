"""Inviting: one address, or many pasted ones that are told apart before anything is sent."""

from typing import Any
from uuid import UUID

from flask import Response, request

from community.accounts import policy
from community.accounts.actions import invitations as actions
from community.accounts.actions import inviting_many
from community.accounts.portal.team_pages import insider, team_pages
from community.accounts.queries import invitations as queries
from community.accounts.schemas import invitations as schemas
from community.core.i18n import gettext as _
from community.core.i18n import ngettext
from community.web import pages
from community.web.session import require_confirmation
from community.web.templating import url


@team_pages.route("/admin/members/invite", methods=["GET", "POST"])
def invite() -> Response:
    """Invite one address."""
    actor = insider()
    form = pages.Form(schemas.InvitationIn(), _first_values())
    if form.valid():
        _require_proof_for(form.data["role"])
        with form.attempt():
            made = actions.invite(actor, **form.data)
            return pages.done(
                _("%(address)s is invited.", address=made.address),
                to=url("team.members"),
                undo=url("team.revoke_invitation", invitation_id=made.id),
            )
    return _page("accounts/invite.html", form)


def _first_values() -> dict[str, str]:
    return {"email": request.args.get("email", "")[:254], "role": "member"}


@team_pages.route("/admin/members/invite/many", methods=["GET", "POST"])
def invite_many() -> Response:
    """Invite pasted addresses: first what would become of each, then the sending."""
    actor = insider()
    form = pages.Form(schemas.ManyIn(), {"role": "member"})
    told = None
    if form.valid():
        lines, role = form.data["lines"], form.data["role"]
        _require_proof_for(role)
        with form.attempt():
            if not form.data["dry_run"]:
                sent = inviting_many.invite_all(actor, lines, role=role, note=form.data["note"])
                return pages.done(_invited(len(sent.sent)), to=url("team.members"))
            told = inviting_many.tell_apart(actor, lines, role=role)
    return _page("accounts/invite_many.html", form, told=told)


def _require_proof_for(role: str) -> None:
    """Letting somebody in to look after the team is as much as giving a role."""
    if policy.looks_after_team(role):
        require_confirmation()


def _invited(count: int) -> str:
    return ngettext("%(num)d person is invited.", "%(num)d people are invited.", count)


def _page(template: str, form: pages.Form, **values: Any) -> Response:
    roles = policy.invitable_roles(insider())
    if not form.value("role") or form.value("role") not in roles:
        form.initial = {**form.initial, "role": roles[0] if roles else ""}
    return pages.show(template, form=form, roles=roles, **values)


@team_pages.post("/admin/members/invitations/<uuid:invitation_id>/revoke")
def revoke_invitation(invitation_id: UUID) -> Response:
    """Take an invitation back."""
    made = actions.revoke_invitation(insider(), invitation_id)
    text = _("The invitation of %(address)s is taken back.", address=made.address)
    return pages.done(text, to=url("team.members"))


@team_pages.post("/admin/members/invitations/<uuid:invitation_id>/link")
def mail_anew(invitation_id: UUID) -> Response:
    """Mail a fresh link."""
    actor = insider()
    _require_proof_for(queries.get_invitation_row(actor, invitation_id).role)
    made = actions.mail_anew(actor, invitation_id)
    text = _("A fresh link is on its way to %(address)s.", address=made.address)
    return pages.done(text, to=url("team.members"))
