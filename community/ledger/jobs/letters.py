"""The one mail to somebody outside: the giver's words, a link to answer by, and a way to say no more."""

from uuid import UUID

from community.accounts.actions import link_url
from community.accounts.models import ActionLink
from community.core import clock, db
from community.core.mail import Mail
from community.identity.models import Team, User
from community.identity.queries import primary_email
from community.ledger.actions.outside import is_to_be_told
from community.ledger.queries import find_entry_of_link
from community.web import letters

ANSWER_PATH = "/i"
NO_MORE = "no-more"


def write_letter(give_id: UUID, link_id: UUID) -> Mail | None:
    """The mail about a give, as its giver approved it; None when it was taken back meanwhile, or
    waited so long (for a deleted team) that nobody could answer any more."""
    entry = find_entry_of_link(give_id)
    team = db.session().get(Team, db.current_team_id())
    link = db.session().get(ActionLink, (db.current_team_id(), link_id))
    if link is None or link.expires_at <= clock.now():
        return None
    if entry is None or team is None or not is_to_be_told(entry) or entry.giver.user_id is None:
        return None
    user = db.session().get_one(User, entry.giver.user_id)
    url = link_url(link_id, ANSWER_PATH)
    off_url = f"{url}/{NO_MORE}"
    letter = letters.write(
        "ledger/email/tell_outsider",
        locale=user.locale,
        zone=user.zone,
        team_name=team.name,
        giver_name=entry.giver.name,
        subject=entry.words.told_subject,
        body=entry.words.told_body,
        url=url,
        unsubscribe_url=off_url,
    )
    return Mail(
        reference=f"give-{give_id}",
        to=entry.words.told_address,
        to_name=entry.receiver.name,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        from_name=team.name,
        reply_to=primary_email(entry.giver.user_id),
        headers={
            "List-Unsubscribe": f"<{off_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
