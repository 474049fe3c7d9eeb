"""What is told of requests: that one came, is ready, is due, was answered; and of files."""

from uuid import UUID

from community.core import slugs
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.i18n import lazy
from community.identity.models import Actor
from community.notifications.catalogue import PLAIN, NoticeKind, Words
from community.records import policy, queries

REQUEST_RECEIVED = "data_request_received"
REQUEST_PREPARED = "data_request_prepared"
REQUEST_DUE = "data_request_due"
REQUEST_ANSWERED = "data_request_answered"
RELEASE_ASKED = "release_asked"
EXPORT_READY = "export_ready"
MERGED = "people_merged"
MERGE_UNDONE = "merge_undone"
OF_THE_WORK = (REQUEST_RECEIVED, REQUEST_PREPARED, REQUEST_DUE, RELEASE_ASKED)


def _prepares(actor: Actor, request_id: UUID) -> bool:
    return policy.can_prepare(actor) and _waits(actor, request_id)


def _completes(actor: Actor, request_id: UUID) -> bool:
    return policy.can_complete(actor) and _waits(actor, request_id)


def _waits(actor: Actor, request_id: UUID) -> bool:
    try:
        return bool(queries.get_request_row(actor, request_id).SubjectRequest.is_open)
    except NotFound:
        return False


def _page(request_id: UUID) -> str:
    return f"/admin/privacy/{request_id}"


def _name(actor: Actor, request_id: UUID) -> str:
    return queries.get_request_row(actor, request_id).person_name or _("Somebody")


def _received(actor: Actor, request_id: UUID) -> Words:
    said = _("%(name)s asks about what the team holds on them.", name=_name(actor, request_id))
    return Words(sentence=said, path=_page(request_id))


def _prepared(actor: Actor, request_id: UUID) -> Words:
    said = _("The request of %(name)s is prepared.", name=_name(actor, request_id))
    return Words(sentence=said, path=_page(request_id))


def _due(actor: Actor, request_id: UUID) -> Words:
    row = queries.get_request_row(actor, request_id)
    said = _(
        "The request of %(name)s must be answered by %(day)s.",
        name=row.person_name or _("Somebody"),
        day=row.SubjectRequest.due_at.date().isoformat(),
    )
    return Words(sentence=said, path=_page(request_id))


def _is_answered(actor: Actor, request_id: UUID) -> bool:
    try:
        row = queries.get_request_row(actor, request_id)
    except NotFound:
        return False
    return row.SubjectRequest.person_id == actor.person_id and not row.SubjectRequest.is_open


def _answered(actor: Actor, request_id: UUID) -> Words:
    asked = queries.get_request_row(actor, request_id).SubjectRequest
    said = {
        "completed": _("Your request about your data is answered."),
        "declined": _("Your request about your data was declined."),
        "withdrawn": _("Your request about your data was withdrawn."),
    }[asked.state]
    return Words(sentence=said, path="/settings/privacy")


def _asked(_actor: Actor, _request_id: UUID) -> Words:
    said = _(
        "Somebody you wrote about asks what the team holds on them."
        " Say what of yours they may have."
    )
    return Words(sentence=said, path="/settings/privacy")


def _has_export(actor: Actor, export_id: UUID) -> bool:
    try:
        return queries.get_export(actor, export_id).state in ("done", "failed")
    except NotFound:
        return False


def _export_ready(actor: Actor, export_id: UUID) -> Words:
    export = queries.get_export(actor, export_id)
    said = _("Your export is ready. It is kept for 7 days.")
    if export.state == "failed":
        said = _("Your export could not be made.")
    return Words(sentence=said, path="/settings/privacy")


def _stands(actor: Actor, merge_id: UUID) -> bool:
    """Whether the merge is still there to be looked at and undone."""
    try:
        queries.get_merge(actor, merge_id)
    except NotFound:
        return False
    return True


def _merged(actor: Actor, merge_id: UUID) -> Words:
    row = queries.get_merge_row(actor, merge_id)
    said = _(
        "Somebody's own entry was merged into %(kept)s. You can undo it for 30 days.",
        kept=row.kept_name,
    )
    if row.merged_id is None:
        return Words(sentence=said, path="/people/merges")
    said = _(
        "%(other)s was merged into %(kept)s. You can undo it for 30 days.",
        other=row.merged_name,
        kept=row.kept_name,
    )
    return Words(sentence=said, path="/people/merges")


def _sees(actor: Actor, person_id: UUID) -> bool:
    try:
        queries.get_person(actor, person_id)
    except NotFound:
        return False
    return True


def _undone(actor: Actor, person_id: UUID) -> Words:
    person = queries.get_person(actor, person_id)
    said = _("%(name)s is a person of their own again: your merge was undone.", name=person.name)
    return Words(sentence=said, path=f"/people/{slugs.slug(person.id, person.name)}")


KINDS: list[NoticeKind] = [
    NoticeKind(
        code=MERGED,
        label=lazy("Somebody merges a person I entered"),
        reason=lazy("You entered one of the two, or one of them is you."),
        template=PLAIN,
        may_read=_stands,
        words=_merged,
    ),
    NoticeKind(
        code=MERGE_UNDONE,
        label=lazy("Somebody undoes a merge of mine"),
        reason=lazy("You merged the two."),
        template=PLAIN,
        may_read=_sees,
        words=_undone,
    ),
    NoticeKind(
        code=REQUEST_RECEIVED,
        label=lazy("Somebody asks about their data"),
        reason=lazy("Stewards and owners answer what people ask about their data."),
        template=PLAIN,
        may_read=_prepares,
        words=_received,
        roles=policy.STEWARDS,
    ),
    NoticeKind(
        code=REQUEST_PREPARED,
        label=lazy("A request about data is prepared"),
        reason=lazy("Owners complete what people ask about their data."),
        template=PLAIN,
        may_read=_completes,
        words=_prepared,
        mail_default=False,
        roles=("owner",),
    ),
    NoticeKind(
        code=REQUEST_DUE,
        label=lazy("A request about data must be answered soon"),
        reason=lazy("Owners complete what people ask about their data."),
        template=PLAIN,
        may_read=_completes,
        words=_due,
        urgent=True,
        roles=("owner",),
    ),
    NoticeKind(
        code=REQUEST_ANSWERED,
        label=lazy("My request about my data is answered"),
        reason=lazy("You asked."),
        template=PLAIN,
        may_read=_is_answered,
        words=_answered,
    ),
    NoticeKind(
        code=RELEASE_ASKED,
        label=lazy("Somebody I wrote about asks for it"),
        reason=lazy("You wrote something about them that not everybody reads."),
        template=PLAIN,
        may_read=queries.is_asked,
        words=_asked,
    ),
    NoticeKind(
        code=EXPORT_READY,
        label=lazy("An export of mine is ready"),
        reason=lazy("You asked for it."),
        template=PLAIN,
        may_read=_has_export,
        words=_export_ready,
        mail_default=False,
    ),
]
