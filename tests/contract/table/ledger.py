"""Gives, thanks, and how giving goes between two."""

from typing import TYPE_CHECKING, Any

from tests.contract.route import NOBODY, Route, api, outside, page

if TYPE_CHECKING:
    from tests.contract.things import Thing
    from tests.contract.world import World

_OTHER_KIND = {"kind": "advice"}
_SHARING = {"visibility": {"audience": "private"}}


def _help(world: "World", thing: "Thing") -> dict[str, Any]:
    return {"receiver_id": str(world.subject(thing.maker).id), "story": world.new_name()}


def _thanks(world: "World", thing: "Thing") -> dict[str, Any]:
    return {"giver_id": str(world.subject(thing.maker).id), "story": world.new_name()}


def _sentence(world: "World", thing: "Thing") -> dict[str, Any]:
    person = world.subject(thing.maker)
    who = {"who": person.name, "who_id": str(person.id)}
    return {"mode": "helped", **who, "what": world.new_name()}


_API = (
    api("GET", "/gives", queries=("?from=me", "?state=logged", "?thanked=no", "?to=me")),
    api("POST", "/gives", sends=_help, refers=("receiver_id", "giver_id"), answers=201),
    api("POST", "/thanks", sends=_thanks, refers=("giver_id",), answers=201),
    api("GET", "/gives/<uuid:give_id>", of="give"),
    api("POST", "/gives/<uuid:give_id>/acknowledgement", of="give", by="named", roles=NOBODY),
    api(
        "POST",
        "/gives/<uuid:give_id>/amendment",
        of="give",
        sends=_OTHER_KIND,
        by="named",
        roles=NOBODY,
    ),
    api("POST", "/gives/<uuid:give_id>/dispute", of="give", by="named", roles=NOBODY),
    api("POST", "/gives/<uuid:give_id>/retraction", of="give", roles=NOBODY),
    api("POST", "/gives/<uuid:give_id>/undo", of="settled_give", roles=NOBODY),
    api("POST", "/gives/<uuid:give_id>/correction", of="settled_give", roles=NOBODY),
    api(
        "POST",
        "/gives/<uuid:give_id>/sharing",
        of="settled_give",
        sends=_SHARING,
        roles=NOBODY,
    ),
    api("GET", "/reciprocity/me"),
    api("GET", "/reciprocity/people/<uuid:person_id>", of="person"),
)

_PORTAL = (
    page("GET", "/gives", queries=("?from=me", "?state=logged", "?thanked=no")),
    page("GET", "/gives.csv", queries=("?from=me", "?state=logged", "?thanked=no")),
    page("GET", "/gives/new", queries=("?mode=helped",)),
    page("POST", "/gives", sends=_sentence, refers=("who_id",)),
    page("GET", "/gives/<uuid:give_id>", of="give"),
    page("POST", "/gives/<uuid:give_id>/acknowledgement", of="give", by="named", roles=NOBODY),
    page(
        "POST",
        "/gives/<uuid:give_id>/amendment",
        of="give",
        sends=_OTHER_KIND,
        by="named",
        roles=NOBODY,
    ),
    page("POST", "/gives/<uuid:give_id>/dispute", of="give", by="named", roles=NOBODY),
    page("POST", "/gives/<uuid:give_id>/retraction", of="give", roles=NOBODY),
    page("POST", "/gives/<uuid:give_id>/undo", of="settled_give", roles=NOBODY),
    page("POST", "/gives/<uuid:give_id>/correction", of="settled_give", roles=NOBODY),
    page(
        "POST",
        "/gives/<uuid:give_id>/sharing",
        of="settled_give",
        sends={"visibility": "private"},
        roles=NOBODY,
    ),
    page("GET", "/reciprocity"),
)

_OUTSIDE = (
    outside("GET", "/i/<token>", public=True, of="answer_link"),
    outside(
        "POST",
        "/i/<token>",
        public=True,
        proof=True,
        of="answer_link",
        sends={"answer": "yes"},
        answers=200,
    ),
    outside("GET", "/i/<token>/no-more", public=True, of="answer_link"),
    outside("POST", "/i/<token>/no-more", public=True, proof=True, of="answer_link", answers=200),
)

ROUTES: tuple[Route, ...] = (*_API, *_PORTAL, *_OUTSIDE)
