"""Who is in the team and who is asked to be; roles, and letting people go."""

from typing import Any

from flask import Response, request

from community.accounts import policy
from community.accounts.portal.team_pages import insider, team_pages
from community.accounts.queries import invitations as invitation_queries
from community.accounts.queries import members as queries
from community.core.paging import PageRequest
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
