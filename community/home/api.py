"""JSON: a person's timeline, and search."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import Response

from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import Page
from community.home import queries
from community.home.policy import can_dispute
from community.home.queries import Hit, Shared, TimelineItem
from community.home.schemas import (
    AboutItemOut,
    HitOut,
    OpeningOut,
    QuestionsOut,
    SearchArgs,
    SharedOut,
    TimelineArgs,
    TimelineItemOut,
)
from community.identity.models import Actor
from community.identity.policy import shown_circle, shown_people
from community.people import actions as people_actions
from community.people import queries as people
from community.people.formats.wording import QUESTIONS, question_text
from community.relationships import queries as relationships
from community.web import endpoints, session
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
    session.after_response(partial(people_actions.note_opening, actor, person.id))
    return endpoints.fast_list(page, partial(_item, actor))


@blp.route("/people/<uuid:person_id>/questions", methods=["GET"])
@blp.response(200, QuestionsOut)
def list_questions(person_id: UUID) -> Response:
    """What one does not know of somebody yet: the question of the day, and what one put aside."""
    return _questions(person_id)


@blp.route("/people/<uuid:person_id>/questions/<code>/dismissal", methods=["POST"])
@blp.response(200, QuestionsOut)
def dismiss_question(person_id: UUID, code: str) -> Response:
    """Not to be asked this about them again."""
    people_actions.dismiss_prompt(current_actor(), *_asked(person_id, code))
    return _questions(person_id)


@blp.route("/people/<uuid:person_id>/questions/<code>/dismissal", methods=["DELETE"])
@blp.response(204)
def restore_question(person_id: UUID, code: str) -> Response:
    """To be asked it again."""
    people_actions.restore_prompt(current_actor(), *_asked(person_id, code))
    return Response(status=204)


@blp.route("/people/<uuid:person_id>/common_ground", methods=["GET"])
@blp.response(200, endpoints.items_schema(SharedOut, "CommonGround"))
def common_ground(person_id: UUID) -> Response:
    """What one and a person share, from what one may see: places of work, people, facts, tags; one page."""
    actor = current_actor()
    person = people.get_person(actor, person_id)
    session.after_response(partial(people_actions.note_opening, actor, person.id))
    shared = queries.find_ground(actor, person.id)
    return endpoints.fast_list(Page(shared, None), _shared)


@blp.route("/me/about", methods=["GET"])
@blp.arguments(endpoints.PageArgs, location="query")
@blp.response(200, endpoints.items_schema(AboutItemOut, "AboutMe"))
def about_me(args: dict[str, Any]) -> Response:
    """What is shared about oneself: who wrote it, how it came here, since when and for whom."""
    actor = current_actor()
    page = queries.find_about_me(actor, endpoints.page_request(args))
    return endpoints.fast_list(page, partial(_about, actor))


@blp.route("/me/openings", methods=["GET"])
@blp.arguments(endpoints.PageArgs, location="query")
@blp.response(200, endpoints.items_schema(OpeningOut, "Openings"))
def my_openings(args: dict[str, Any]) -> Response:
    """Who opened what is here about oneself, by day; latest first."""
    page = queries.find_openings(current_actor(), endpoints.page_request(args))
    return endpoints.fast_list(page, _opening)


@blp.route("/search", methods=["GET"])
@blp.arguments(SearchArgs, location="query")
@blp.response(200, endpoints.items_schema(HitOut, "SearchHits"))
def search(args: dict[str, Any]) -> Response:
    """People, notes, facts and help with the words in them, each kind best first; typos in names forgiven.

    Without `kind` people come first and then up to five of each other kind, at most `limit` together.
    """
    actor, kind = current_actor(), args["kind"]
    queries.check_cursor(kind, args["cursor"])
    if kind:
        page = queries.find_hits(actor, args["q"], kind, endpoints.page_request(args))
    else:
        page = Page(queries.find_mixed(actor, args["q"], args["limit"]).best(args["limit"]), None)
    return endpoints.fast_list(page, _hit)


def _asked(person_id: UUID, code: str) -> tuple[UUID, str]:
    """About whom, and what: whoever is hidden is not there, whatever the question."""
    person = people.get_person(current_actor(), person_id)
    if code not in QUESTIONS:
        raise NotFound(_("There is no such question."))
    return person.id, code


def _questions(person_id: UUID) -> Response:
    actor = current_actor()
    person = people.get_person_row(actor, person_id)
    known = queries.find_known(actor, person, relationships.find_ties_of(actor, person.id))
    code = None if actor.is_me(person.id) else known.question
    text = question_text(code, person.call_name or person.name) if code else ""
    aside = sorted(known.dismissed)
    return endpoints.answered({"asked": code, "text": text, "dismissed": aside})


def _item(actor: Actor, item: TimelineItem) -> dict[str, Any]:
    thing = item.thing
    return {
        "kind": item.kind,
        "id": item.id,
        "happened_at": item.at,
        "title": item.title,
        "text": item.text,
        "created_by_id": item.by_id,
        "created_by_name": item.by_name,
        "source": item.source,
        "visibility": {
            "audience": item.audience,
            "people": shown_people(actor, item.by_id, thing.audience_people),
            "circle_id": shown_circle(actor, item.by_id, thing.circle_id),
        },
    }


def _about(actor: Actor, item: TimelineItem) -> dict[str, Any]:
    return {
        **_item(actor, item),
        "created_at": item.since,
        "is_disputed": item.is_disputed,
        "can_dispute": can_dispute(actor, item),
    }


def _opening(row: Any) -> dict[str, Any]:
    return {"day": row.day, "reader_id": row.reader_id, "reader_name": row.name}


def _shared(one: Shared) -> dict[str, Any]:
    return {"kind": one.kind, "text": one.text, "id": one.id, "words": one.words}


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "kind": hit.kind,
        "id": hit.id,
        "title": hit.title,
        "text": hit.text,
        "person_id": hit.person_id,
        "happened_at": hit.happened_at,
        "matches": [
            {"kind": m.kind, "id": m.id, "text": m.text, "happened_at": m.happened_at}
            for m in hit.matches
        ],
    }
