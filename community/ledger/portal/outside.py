"""The answer of somebody outside, by the link they were mailed. No sign-in, no tracking.

Mail scanners open every link: GET shows, POST acts, and a second time does no harm.
"""

from flask import Blueprint, Response, request

from community.accounts.actions import find_link
from community.accounts.models import ActionLink
from community.accounts.queries.links import unknown_link
from community.core import db, tokens
from community.core.errors import Conflict, NotFound
from community.core.i18n import gettext as _
from community.core.i18n import set_locale
from community.identity.models import Team
from community.identity.queries import find_any_team_by_key, find_team_by_key
from community.ledger import actions, queries, schemas
from community.ledger.actions.outside import PURPOSE, check_link
from community.notifications.actions import suppress
from community.notifications.queries import NO_MORE
from community.web import pages
from community.web.security import token_page
from community.web.templating import url

outside = Blueprint("answers", __name__, template_folder="../templates")

# A link that was answered is not an error: the page thanks once more.
_ANSWERED = "link_used"


@outside.get("/i/<token>")
@token_page
def answer(token: str) -> Response:
    """Who says what they gave, and the two answers."""
    team = _enter(token)
    try:
        return _ask(team, find_link(token, PURPOSE), None)
    except NotFound as error:
        return _closed(team, error)


@outside.post("/i/<token>")
@token_page
def give_answer(token: str) -> Response:
    """Take the answer; the link is spent with it."""
    team = _enter(token)
    form = pages.Form(schemas.AnswerIn())
    try:
        link = find_link(token, PURPOSE)
        if not form.valid():
            return _ask(team, link, form)
        said_yes = form.data["answer"] == "yes"
        actions.answer_by_link(link, yes=said_yes, words=form.data["words"])
    except (NotFound, Conflict) as error:
        return _closed(team, error)
    return _thank(team, said_yes=said_yes, with_words=bool(form.data["words"]))


@outside.route("/i/<token>/no-more", methods=["GET", "POST"])
@token_page
def no_more(token: str) -> Response:
    """No more mail from this team to this address; also by the button of a mail program."""
    team = _enter(token, though_shut=True)
    link = queries.find_any_link(token)
    entry = queries.find_entry_of_link(link.thing_id) if link is not None else None
    if link is None or entry is None or not link.is_to(entry.words.told_address):
        raise unknown_link()
    done = request.method == "POST"
    if done:
        suppress(entry.words.told_address, NO_MORE)
    return pages.show("ledger/outside_no_more.html", done=done, brand=team.name)


def _enter(token: str, *, though_shut: bool = False) -> Team:
    parsed = tokens.parse(token)
    find = find_any_team_by_key if though_shut else find_team_by_key
    team = find(parsed.team_key) if parsed else None
    if team is None:
        raise NotFound(_("This link is not known. Please copy the whole link from the mail."))
    db.enter(team.id, None)
    set_locale(team.locale)
    return team


def _ask(team: Team, link: ActionLink, form: pages.Form | None) -> Response:
    entry = queries.find_entry_of_link(link.thing_id)
    if entry is None:
        raise unknown_link()
    check_link(link, entry)
    return pages.show(
        "ledger/outside.html",
        form=form,
        entry=entry,
        brand=team.name,
        no_more_url=url("answers.no_more", token=request.view_args["token"]),  # type: ignore[index]
    )


def _thank(team: Team, *, said_yes: bool, with_words: bool) -> Response:
    return pages.show(
        "ledger/outside_done.html", said_yes=said_yes, with_words=with_words, brand=team.name
    )


def _closed(team: Team, error: NotFound | Conflict) -> Response:
    if error.code == "link_unknown":
        raise error
    status = 200 if error.code == _ANSWERED else 410
    return pages.show(
        "ledger/outside_closed.html", status=status, message=error.message, brand=team.name
    )
