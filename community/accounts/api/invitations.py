"""The API of invitations."""

from typing import Any
from uuid import UUID

from flask import Response

from community.accounts import policy
from community.accounts.actions import invitations as actions
from community.accounts.actions import inviting_many
from community.accounts.queries import invitations as queries
from community.accounts.schemas import invitations as schemas
from community.identity.models import Actor
from community.web import endpoints
from community.web.session import check_scope, current_actor

blp = endpoints.blueprint("invitations", description="Asking people into the team.")


@blp.route("/invitations", methods=["GET"])
@blp.arguments(schemas.InvitationArgs, location="query")
@blp.response(200, endpoints.items_schema(schemas.InvitationOut, "Invitations"))
def list_invitations(args: dict[str, Any]) -> Response:
    """Invitations, the newest first: all of them for owners and stewards, else one's own."""
    states = [args["state"]] if args["state"] else []
    found = queries.find_invitations(current_actor(), endpoints.page_request(args), states=states)
    return endpoints.fast_list(found, _dump)


@blp.route("/invitations", methods=["POST"])
@blp.arguments(schemas.InvitationIn)
@blp.response(201, schemas.InvitationOut)
def invite(data: dict[str, Any]) -> Response:
    """Invite an address; the mail leaves when the time for undoing is over.

    As steward or owner it needs the scope `admin`.
    """
    _require_admin_for(data["role"])
    made = actions.invite(current_actor(), **data)
    return endpoints.created(_read(current_actor(), made.id), f"/invitations/{made.id}")


@blp.route("/invitations/bulk", methods=["POST"])
@blp.arguments(schemas.ManyIn)
@blp.response(200, schemas.ManyOut)
def invite_many(data: dict[str, Any]) -> Response:
    """Invite many pasted addresses, or (dry_run) only tell them apart.

    As steward or owner it needs the scope `admin`.
    """
    actor, lines, role = current_actor(), data["lines"], data["role"]
    _require_admin_for(role)
    if data["dry_run"]:
        found = inviting_many.tell_apart(actor, lines, role=role)
    else:
        found = inviting_many.invite_all(actor, lines, role=role, note=data["note"])
    sent = queries.get_invitation_rows(actor, [made.id for made in found.sent])
    body = {
        "fresh": found.fresh,
        "members": found.members,
        "invited": found.invited,
        "wrong": [{"line": wrong.line, "text": wrong.text} for wrong in found.wrong],
        "sent": [_dump(row) for row in sent],
    }
    return endpoints.answered(body)


@blp.route("/invitations/<uuid:invitation_id>", methods=["GET"])
@blp.response(200, schemas.InvitationOut)
def get_invitation(invitation_id: UUID) -> Response:
    """One invitation."""
    return endpoints.answered(_read(current_actor(), invitation_id))


@blp.route("/invitations/<uuid:invitation_id>", methods=["DELETE"])
@blp.response(204)
def revoke_invitation(invitation_id: UUID) -> Response:
    """Take an invitation back; its link opens nothing any more."""
    actions.revoke_invitation(current_actor(), invitation_id)
    return Response(status=204)


@blp.route("/invitations/<uuid:invitation_id>/link", methods=["POST"])
@blp.response(200, schemas.InvitationOut)
def mail_anew(invitation_id: UUID) -> Response:
    """Mail a fresh link, good for another week; the one before closes.

    As steward or owner it needs the scope `admin`.
    """
    _require_admin_for(queries.get_invitation_row(current_actor(), invitation_id).role)
    actions.mail_anew(current_actor(), invitation_id)
    return endpoints.answered(_read(current_actor(), invitation_id))


def _require_admin_for(role: str) -> None:
    """Who is let in to look after the team is as much as a role that is changed."""
    if policy.looks_after_team(role):
        check_scope(current_actor(), "admin")


_PLAIN = (
    "id",
    "role",
    "note",
    "expires_at",
    "created_by_id",
    "created_at",
    "updated_at",
    "version",
)


def _read(actor: Actor, invitation_id: UUID) -> dict[str, Any]:
    return _dump(queries.get_invitation_row(actor, invitation_id))


def _dump(row: Any) -> dict[str, Any]:
    return {
        "email": row.address,
        "state": queries.state_of(row),
        **{name: getattr(row, name) for name in _PLAIN},
    }
