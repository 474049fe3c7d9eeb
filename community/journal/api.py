"""The API of the audit."""

from dataclasses import asdict
from typing import Any

from flask import Response

from community.core.errors import NotAllowed, RuleBroken
from community.core.i18n import gettext as _
from community.identity.models import Actor
from community.journal import chain, policy, queries, schemas
from community.web import endpoints
from community.web.session import current_actor

blp = endpoints.blueprint("journal", description="Who did what to which thing.")


def _owner() -> Actor:
    actor = current_actor()
    if not policy.can_read_audit(actor):
        raise NotAllowed(_("Only owners read the audit."))
    return actor


@blp.route("/audit", methods=["GET"])
@blp.arguments(schemas.AuditArgs, location="query")
@blp.response(200, endpoints.items_schema(schemas.EntryOut, "Audit"))
def list_audit(args: dict[str, Any]) -> Response:
    """What was done in the team, newest first (owners)."""
    wanted = schemas.read_filter(args)
    page = queries.list_entries(_owner(), endpoints.page_request(args), wanted)
    return endpoints.fast_list(page, lambda row: row._asdict())


@blp.route("/audit/head", methods=["GET"])
@blp.response(200, schemas.HeadOut)
def show_head() -> Response:
    """The end of the audit's chain, to be kept elsewhere (owners)."""
    head, sealed_at, entries = queries.find_head(_owner().team_id)
    body = {"head": str(head), "seq": head.seq, "digest": head.digest}
    return endpoints.answered({**body, "sealed_at": sealed_at, "entries": entries})


@blp.route("/audit/verification", methods=["GET"])
@blp.arguments(schemas.CheckArgs, location="query")
@blp.response(200, schemas.CheckOut)
def verify(args: dict[str, Any]) -> Response:
    """Compare the audit with its chain, and with a head that was kept (owners)."""
    actor = _owner()
    head = chain.read_head(args["head"]) if args["head"] else None
    if args["head"] and head is None:
        raise RuleBroken(
            _("This is no head: a number, a colon and 64 digits of 0-9 and a-f."),
            code="not_a_head",
            field="head",
        )
    return endpoints.answered(asdict(queries.check(actor.team_id, head)))
