"""JSON: a person's timeline, and search."""

from typing import Any
from uuid import UUID

from flask import Response

from community.core.paging import Page
from community.home import queries
from community.home.queries import Hit, TimelineItem
from community.home.schemas import HitOut, SearchArgs, TimelineArgs, TimelineItemOut
from community.people import queries as people
from community.web import endpoints
from community.web.session import current_actor

blp = endpoints.blueprint("home", description="What happened with a person, and search.")


@blp.route("/people/<uuid:person_id>/timeline", methods=["GET"])
@blp.arguments(TimelineArgs, location="query")
@blp.response(200, endpoints.items_schema(TimelineItemOut, "Timeline"))
def person_timeline(args: dict[str, Any], person_id: UUID) -> Response:
    """What happened with a person, newest first."""
    actor = current_actor()
    person = people.get_person_row(actor, person_id)
    page = queries.find_timeline(
        actor, person.id, endpoints.page_request(args), kind=args["kind"], member_id=args["member"]
    )
    return endpoints.fast_list(page, _item)


@blp.route("/search", methods=["GET"])
@blp.arguments(SearchArgs, location="query")
@blp.response(200, endpoints.items_schema(HitOut, "SearchHits"))
def search(args: dict[str, Any]) -> Response:
    """The best hits for a name or address, typos and accents forgiven."""
    hits = queries.find_everything(current_actor(), args["q"], args["limit"])
    return endpoints.fast_list(Page(hits, None), _hit)


def _item(item: TimelineItem) -> dict[str, Any]:
    thing = item.thing
    return {
        "kind": item.kind,
        "id": item.id,
        "happened_at": item.at,
        "title": item.title,
        "text": item.text,
        "created_by_id": item.by_id,
        "visibility": {
            "audience": item.audience,
            "people": list(thing.audience_people),
            "circle_id": thing.circle_id,
        },
    }


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "kind": hit.kind,
        "id": hit.id,
        "title": hit.title,
        "text": hit.text,
        "person_id": hit.person_id,
    }
