"""Pages above all features: Today, a person, search, the palette, and the lists of sections and keys."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import orjson
from flask import Response, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from community.accounts.queries.sign_in import only_team_of
from community.core import clock, slugs
from community.core.asking import words_of
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.paging import PageRequest
from community.home import policy, queries
from community.home.queries import today as todays
from community.identity.models import Actor
from community.people import actions as people_actions
from community.people import policy as people_policy
from community.people import queries as people
from community.people.formats.extras import read_extra_of
from community.people.formats.wording import question_text
from community.reciprocity import queries as reciprocity
from community.web import pages
from community.web.circles import circle_name
from community.web.session import (
    after_response,
    current_actor,
    current_user_id,
    is_partial,
)
from community.web.templating import monthdate, url

blp = pages.blueprint("home")
root = pages.blueprint("root", in_team=False)
TIMELINE_PAGE = 20
FOUND_PAGE = 30


@root.route("/help")
def help_page() -> ResponseReturnValue:
    """What the words mean and how things are done here; in one's team where there is but one."""
    team = only_team_of(current_user_id())
    if team:
        return redirect(url("home.help_page", team=team), 303)
    return pages.show("home/help.html")


@blp.route("/help", endpoint="help_page")
def help_in_team() -> Response:
    """The same within the team's shell."""
    g.page = "help"
    return pages.show("home/help.html")


@blp.route("/")
def today() -> Response:
    """Who is waiting, whom to thank, and what happened lately."""
    g.page = "today"
    actor = current_actor()
    return pages.show(
        "home/today.html",
        view=todays.read(actor),
        today=clock.now(),
        can_create=people_policy.can_create(actor),
    )


@blp.route("/people/<slug>")
def person(slug: str) -> ResponseReturnValue:
    """One person: context, timeline, and what is between us."""
    g.page = "people"
    actor = current_actor()
    row = people.get_person_by_slug(actor, slug)
    if slug != slugs.slug(row.id, row.name):
        return redirect(url("home.person", slug=slugs.slug(row.id, row.name), **request.args), 302)
    members = people.member_options(actor)
    timeline = _timeline(row.id, members)
    if is_partial():
        return pages.show("home/_timeline.html", person=row, **timeline)
    after_response(partial(people_actions.note_opening, actor, row.id))
    return pages.show("home/person.html", person=row, **_person_values(row, members), **timeline)


def _person_values(row: Any, members: Sequence[people.NameOption]) -> dict[str, Any]:
    actor = current_actor()
    me = actor.is_me(row.id)
    lists = {
        name: orjson.loads(getattr(row, name))
        for name in ("emails", "phones", "links", "positions")
    }
    circles = people.circle_options(actor)
    names = {member.id: member.name for member in members}
    return {
        "seen_by": _seen_by(row, names),
        "is_me": me,
        "author": _author(row, names),
        "lists": lists,
        "extras": read_extra_of(row, lists),
        "pair": None if me else reciprocity.get_pair(actor, row.id, clock.today(actor.zone)),
        "can_edit": people_policy.can_edit(actor, row),
        "held": [h for h in people.find_held(actor, row.id) if h.value or h.other_id],
        "can_note": people_policy.can_add_note(actor),
        "members": members,
        "circles": circles,
        "default_audience": actor.default_audience,
        **_known(actor, row),
    }


def _known(actor: Actor, row: Any) -> dict[str, Any]:
    """What is stated of a person, how to speak with them, and the question of the day."""
    around = queries.find_around(actor, row.id)
    known = queries.find_known(actor, row, around.ties, around.profile)
    values: dict[str, Any] = {
        "profile": around.profile,
        "ties": around.ties,
        "relations": around.relations,
        "ground": around.ground,
        "known": known.facts,
        "moments": known.moments,
        "preferences": known.preferences,
        "question": None,
    }
    if known.question is not None and not actor.is_me(row.id):
        slug = slugs.slug(row.id, row.name)
        hrefs = {
            "preferences": url("facts.preferences", slug=slug),
            "birthday": url("people.edit", slug=slug),
            "how_we_met": url("relationships.met", slug=slug),
        }
        values["question"] = {
            "code": known.question,
            "text": question_text(known.question, row.call_name or row.name),
            "href": hrefs.get(known.question) or url("facts.new", slug=slug, kind=known.question),
        }
    return values


def _author(row: Any, names: Mapping[UUID, str]) -> str:
    """Who brought a person here, by name."""
    actor = current_actor()
    if actor.is_me(row.author_id):
        return actor.name
    return names.get(row.author_id) or people.find_name(actor, row.author_id)


def _seen_by(row: Any, names: Mapping[UUID, str]) -> str:
    """Who sees a person, by name where the reader may know the names."""
    if row.audience == "circle":
        return circle_name(row.circle_id)
    if row.audience == "people":
        others = [names[person_id] for person_id in row.audience_people if person_id in names]
        return _("You and %(names)s", names=", ".join(others)) if others else _("Chosen people")
    return _("Only you") if row.audience == "private" else _("The team")


@blp.app_template_filter("source_words")
def source_words(person: Any) -> str:
    """How somebody came to be here, as one says it."""
    name = person.source_detail
    if person.source == "import":
        known = {
            "linkedin": _("From a LinkedIn file"),
            "vcard": _("From an address book file"),
            "google": _("From a Google contacts file"),
            "outlook": _("From an Outlook contacts file"),
        }
        if name in known:
            return known[name]
        return (
            _("From the file of %(name)s", name=name)
            if name != "csv" and name
            else _("From a table")
        )
    if person.source == "api":
        return (
            _("From %(name)s, by a program", name=name)
            if name not in ("", "api")
            else _("By a program")
        )
    known = {"member": _("Joined the team"), "demo": _("With the sample team")}
    return known.get(person.source, _("Typed by hand"))


def _timeline(person_id: UUID, members: Sequence[people.NameOption]) -> dict[str, Any]:
    """The timeline as far as it is asked for. What joins a page begins in the month that one ended in."""
    kind, member = request.args.get("kind") or None, request.args.get("member") or None
    if kind not in (None, *(k.code for k in queries.KINDS)):
        raise NotFound(_("There is no such filter."))
    actor, asked = current_actor(), PageRequest(TIMELINE_PAGE, request.args.get("after"))
    by_options = [(str(option.id), option.label) for option in members]
    by_options = [("", _("Anybody")), (str(actor.person_id), _("You")), *by_options]
    if member not in (None, *(code for code, _label in by_options)):
        raise NotFound(_("There is no such filter."))
    page = queries.find_timeline(
        actor, person_id, asked, kind=kind, member_id=UUID(member) if member else None
    )
    is_later = is_partial() and asked.cursor is not None
    return {
        "timeline": page,
        "kind": kind or "",
        "member": member or "",
        "kinds": queries.KINDS,
        "by_options": by_options if members else [],
        "is_later": is_later,
        "begun": monthdate(queries.read_edge(asked)[0]) if is_later else "",
    }


@blp.route("/me/about")
def about_me() -> Response:
    """What is here about me, who wrote it, who sees it, and who opened it."""
    g.page = "me"
    actor = current_actor()
    page = queries.find_about_me(actor, PageRequest(TIMELINE_PAGE, request.args.get("after")))
    beside = queries.find_beside(actor)
    ids = {item.author_id for item in beside}
    ids |= {person_id for item in beside for person_id in item.audience_people}
    own = dict.fromkeys(actor.person_ids, actor.name)
    return pages.show(
        "home/about_me.html",
        about=page,
        beside=beside,
        names={**(people.find_names(actor, ids) if ids else {}), **own},
        can_dispute={item.id for item in page.items if policy.can_dispute(actor, item)},
        disputes=people.find_disputes(actor, PageRequest(), mine=True).items,
        openings=queries.find_openings(actor, PageRequest(cursor=request.args.get("before"))),
    )


@blp.route("/search")
def search() -> ResponseReturnValue:
    """People, notes, facts and help by a few words: the best of each kind, or a page of one."""
    g.page = "search"
    q = request.args.get("q", "").strip()[:200]
    kind = request.args.get("kind") or None
    if kind not in (None, *(code for code, _label in queries.SEARCH_KINDS)):
        raise NotFound(_("There is no such filter."))
    actor, asked = current_actor(), PageRequest(FOUND_PAGE, request.args.get("after"))
    values: dict[str, Any] = {
        "kind": kind or "",
        "kinds": queries.SEARCH_KINDS,
        "words": " ".join(words_of(q)),
        "found": queries.find_hits(actor, q, kind, asked) if kind and q else None,
        "mixed": queries.find_mixed(actor, q) if q and not kind else None,
        "is_later": is_partial() and asked.cursor is not None,
    }
    return pages.show("home/search.html", q=q, **values, can_create=people_policy.can_create(actor))


@blp.route("/search/palette")
def palette() -> str:
    """The palette's options while somebody types: people, commands and pages; first who was recent."""
    q = request.args.get("q", "").strip()[:200]
    actor = current_actor()
    return render_template(
        "home/_palette.html",
        q=q,
        hits=queries.find_names(actor, q, 6) if q else queries.find_recent(actor),
        organisations=_organisations(actor, q) if q else [],
        options=queries.find_options(actor, q),
        commands=queries.find_commands(actor, q),
    )


def _organisations(actor: Actor, q: str) -> Sequence[Any]:
    """The few whose name or web address has the words, by name."""
    return people.find_organisations(actor, people.OrganisationFilter(q), PageRequest(3)).items


@blp.route("/more")
def more() -> Response:
    """Every section, for the phone's last tab."""
    g.page = "more"
    return pages.show("home/more.html")
