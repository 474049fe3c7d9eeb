"""The API of notices and of what one hears by which channel."""

from typing import Any

from flask import Response

from community.identity.models import Actor
from community.notifications import actions, catalogue, queries, schemas
from community.notifications.queries import ShownNotice
from community.web import endpoints
from community.web.session import current_actor

blp = endpoints.blueprint("notifications", description="Notices, and by which channel they come.")


@blp.route("/notices", methods=["GET"])
@blp.arguments(schemas.NoticeArgs, location="query")
@blp.response(200, endpoints.items_schema(schemas.NoticeOut, "Notices"))
def list_notices(args: dict[str, Any]) -> Response:
    """Own notices, newest first."""
    page = queries.list_notices(current_actor(), args["state"], endpoints.page_request(args))
    return endpoints.fast_list(page, _notice)


@blp.route("/notices/seen", methods=["POST"])
@blp.arguments(schemas.SeenIn)
@blp.response(200, schemas.SeenOut)
def see_notices(data: dict[str, Any]) -> Response:
    """Mark notices as seen, those given or all."""
    return endpoints.answered({"seen": actions.mark_seen(current_actor(), data["ids"])})


@blp.route("/notification_preferences", methods=["GET"])
@blp.response(200, schemas.PreferencesOut)
def get_preferences() -> Response:
    """Every kind of notice that can reach one's role, and whether it comes in the portal and by mail."""
    return _preferences(current_actor())


@blp.route("/notification_preferences", methods=["PUT"])
@blp.arguments(schemas.PreferencesIn)
@blp.response(200, schemas.PreferencesOut)
def replace_preferences(data: dict[str, Any]) -> Response:
    """Set all switches; what is not named is as by default."""
    actor = current_actor()
    chosen = {item.pop("kind"): item for item in data["items"]}
    actions.replace_preferences(actor, chosen)
    return _preferences(actor)


def _preferences(actor: Actor) -> Response:
    found = queries.preferences(actor)
    items = [
        {
            "kind": kind.code,
            "label": str(kind.label),
            "app": found[kind.code].get("app"),
            "mail": found[kind.code].get("mail"),
        }
        for kind in catalogue.kinds_for(actor)
    ]
    return endpoints.answered({"items": items})


def _notice(notice: ShownNotice) -> dict[str, Any]:
    return {
        "id": notice.id,
        "kind": notice.kind.code,
        "label": str(notice.kind.label),
        "sentence": notice.words.sentence,
        "reason": str(notice.kind.reason),
        "path": notice.words.path,
        "thing_kind": notice.thing_kind,
        "thing_id": notice.thing_id,
        "from_person_id": notice.from_person_id,
        "state": "seen" if notice.seen_at else "new",
        "created_at": notice.created_at,
        "seen_at": notice.seen_at,
    }
