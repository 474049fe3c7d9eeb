"""The pages' acts on what changed since the last import."""

from uuid import UUID

from flask.typing import ResponseReturnValue

from community.core.i18n import gettext as _
from community.exchange.actions import news
from community.exchange.portal.frame import blp
from community.web import pages
from community.web.session import current_actor
from community.web.templating import url


@blp.route("/people/import/<uuid:batch_id>/news/<uuid:person_id>/accept", methods=["POST"])
def accept(batch_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """They moved on."""
    news.accept_news(current_actor(), batch_id, person_id)
    return pages.done(
        _("The former job has its end now. The new one is noted: who congratulates?"),
        to=url("exchange.show", batch_id=batch_id),
    )


@blp.route("/people/import/<uuid:batch_id>/news/<uuid:person_id>/dismiss", methods=["POST"])
def dismiss(batch_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """They do both."""
    news.dismiss_news(current_actor(), batch_id, person_id)
    return pages.done(_("Both jobs stay."), to=url("exchange.show", batch_id=batch_id))
