"""What an importer hears of: that an import is done, or could not be."""

from uuid import UUID

from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.i18n import lazy, ngettext
from community.exchange import queries
from community.exchange.models import ImportBatch
from community.identity.models import Actor
from community.notifications.catalogue import NoticeKind, Words

IMPORT_DONE = "import_done"


def may_read(actor: Actor, batch_id: UUID) -> bool:
    """Whether the import is there, and the actor's own."""
    try:
        queries.get_batch(actor, batch_id)
    except NotFound:
        return False
    return True


def words(actor: Actor, batch_id: UUID) -> Words:
    """What became of it."""
    batch = queries.get_batch(actor, batch_id)
    return Words(
        sentence=_sentence(batch),
        path=f"/people/import/{batch.id}",
        mail={"filename": batch.filename, "counts": batch.counts, "error": batch.error or ""},
    )


def _sentence(batch: ImportBatch) -> str:
    name = batch.filename or _("what you pasted")
    if batch.state == "failed":
        return _("The import of %(name)s failed. %(why)s", name=name, why=batch.error or "")
    new = int(batch.counts.get("new", 0))
    if batch.format == "past":
        return ngettext(
            "%(name)s is written down: %(num)d thing from the past.",
            "%(name)s is written down: %(num)d things from the past.",
            new,
            name=name,
        )
    return ngettext(
        "Your import of %(name)s is done: %(num)d new person.",
        "Your import of %(name)s is done: %(num)d new people.",
        new,
        name=name,
    )


KINDS = [
    NoticeKind(
        code=IMPORT_DONE,
        label=lazy("An import of yours is done"),
        reason=lazy("You get this because you imported a file."),
        template="exchange/email/import_done",
        may_read=may_read,
        words=words,
        mail_default=False,
        roles=("owner", "steward", "member"),
    )
]
