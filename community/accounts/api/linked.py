"""The API of accounts elsewhere that sign one in: read only, since linking needs a fresh proof."""

from flask import Response

from community.accounts.queries.linked import find_linked
from community.accounts.schemas.linked import LinkedAccountsOut, dump_linked
from community.identity.queries import get_membership
from community.web import endpoints
from community.web.session import current_actor

blp = endpoints.blueprint("linked", description="Accounts elsewhere that sign one in.")


@blp.route("/me/linked-accounts", methods=["GET"])
@blp.response(200, LinkedAccountsOut)
def list_linked() -> Response:
    """One's linked accounts. They are linked and unlinked in the portal, after a fresh proof."""
    actor = current_actor()
    # By the membership, which the database itself holds to the team; this table has none.
    found = find_linked(get_membership(actor, actor.member_id).user_id)
    return endpoints.answered({"items": [dump_linked(account) for account in found]})
