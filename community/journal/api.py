"""The API of the audit."""

from typing import Any

from flask import Response

from community.core.errors import NotAllowed
from community.core.i18n import gettext as _
from community.journal import policy, queries, schemas
from community.web import endpoints
from community.web.session import current_actor

blp = endpoints.blueprint("journal", description="Who did what to which thing.")


@blp.route("/audit", methods=["GET"])
@blp.arguments(endpoints.PageArgs, location="query")
@blp.response(200, endpoints.items_schema(schemas.EntryOut, "Audit"))
def list_audit(args: dict[str, Any]) -> Response:
    """What was done in the team, newest first (owners)."""
    actor = current_actor()
    if not policy.can_read_audit(actor):
        raise NotAllowed(_("Only owners read the audit."))
    page = queries.list_entries(actor, endpoints.page_request(args))
    return endpoints.fast_list(page, lambda row: row._asdict())
