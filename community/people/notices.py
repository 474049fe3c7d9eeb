"""What members hear of: notes about them that somebody shares, and disputes of such notes."""

from typing import Any
from uuid import UUID

from community.core import markdown, slugs
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.i18n import lazy
from community.identity.models import Actor, Dispute
from community.notifications.catalogue import PLAIN, NoticeKind, Words
from community.people import queries
from community.people.models import ACHIEVEMENT, Fact, Moment, Note, Preference

NOTE_ABOUT_YOU = "note_about_you"
FACT_ABOUT_YOU = "fact_about_you"
PREFERENCE_ABOUT_YOU = "preference_about_you"
ABOUT_YOU = {"note": NOTE_ABOUT_YOU, "fact": FACT_ABOUT_YOU, "preference": PREFERENCE_ABOUT_YOU}
NOTE_DISPUTED = "note_disputed"
DISPUTE_ANSWERED = "dispute_answered"
DISPUTE_ENDED = "dispute_ended"
MOMENT_ABOUT_YOU = "moment_about_you"
MOMENT_SHARED = "moment_shared"
MOMENT_CLAIMED = "moment_claimed"
HANDED_OVER = "handed_over"


def code_of(item: Note | Fact | Preference) -> str:
    """What kind of thing an item is."""
    return "preference" if isinstance(item, Preference) else item.disputed_as


def keys_about(item: Note | Fact | Preference) -> list[str]:
    """The keys an item's notices have had, the one of its present version last.

    One that is hidden and shared again is told of again, so the version is in the key.
    """
    kind = ABOUT_YOU[code_of(item)]
    return [f"{kind}:{item.id}:{version}" for version in range(1, item.version + 1)]


def may_read(actor: Actor, note_id: UUID) -> bool:
    """Whether the note is still there, still shared, and about the actor."""
    try:
        return actor.is_me(queries.get_note_row(actor, note_id).person_id)
    except NotFound:
        return False


def words(actor: Actor, note_id: UUID) -> Words:
    """Who shared it, where it stands, and its beginning."""
    row = queries.get_note_row(actor, note_id)
    return Words(
        sentence=_("%(name)s shared a note about you.", name=row.author_name),
        path=f"/notes/{row.id}/edit",
        from_name=row.author_name,
        mail={"author": row.author_name, "excerpt": markdown.plain(row.body, 300)},
    )


def _may_read_fact(actor: Actor, fact_id: UUID) -> bool:
    try:
        return actor.is_me(queries.get_fact_row(actor, fact_id).person_id)
    except NotFound:
        return False


def _fact_words(actor: Actor, fact_id: UUID) -> Words:
    row = queries.get_fact_row(actor, fact_id)
    said = _("%(name)s shared something about you: %(text)s", name=row.author_name, text=row.text)
    return Words(sentence=said, path=fact_path(row), from_name=row.author_name)


def _find_preference(actor: Actor, preference_id: UUID) -> Any | None:
    rows = queries.find_preferences(actor, actor.person_id)
    return next((row for row in rows if row.Preference.id == preference_id), None)


def _may_read_preference(actor: Actor, preference_id: UUID) -> bool:
    return _find_preference(actor, preference_id) is not None


def _preference_words(actor: Actor, preference_id: UUID) -> Words:
    row = _find_preference(actor, preference_id)
    name = row.author_name if row is not None else ""
    said = _("%(name)s noted how to speak with you, and shares it.", name=name)
    return Words(sentence=said, path="/me/about", from_name=name)


def fact_path(row: Any) -> str:
    """The page of one fact, below the person's."""
    return f"/people/{slugs.slug(row.person_id, row.person_name)}/facts/{row.id}/edit"


def _path_of(row: Any) -> str:
    """The page of what a dispute is about."""
    if row.kind == "fact":
        slug = slugs.slug(row.subject_id, row.subject_name)
        return f"/people/{slug}/facts/{row.thing_id}/edit"
    return f"/notes/{row.thing_id}/edit"


def keys_of(kind: str, dispute: Dispute) -> list[str]:
    """The keys that notices of this kind have had, the one of the dispute's present version last."""
    return [f"{kind}:{dispute.id}:{version}" for version in range(1, dispute.version + 1)]


def _may_read_dispute(actor: Actor, dispute_id: UUID) -> bool:
    """Whether the actor is one of the two and it goes on."""
    try:
        return queries.get_dispute_row(actor, dispute_id).ended_at is None
    except NotFound:
        return False


def _may_read_end(actor: Actor, dispute_id: UUID) -> bool:
    try:
        return queries.get_dispute_row(actor, dispute_id).ended_at is not None
    except NotFound:
        return False


def _disputed(actor: Actor, dispute_id: UUID) -> Words:
    row = queries.get_dispute_row(actor, dispute_id)
    said = (
        _("%(name)s says that your fact about them is not right.", name=row.subject_name)
        if row.kind == "fact"
        else _("%(name)s says that your note about them is not right.", name=row.subject_name)
    )
    return Words(sentence=said, path=_path_of(row), from_name=row.subject_name)


def _answered(actor: Actor, dispute_id: UUID) -> Words:
    row = queries.get_dispute_row(actor, dispute_id)
    name, is_fact = row.author_name, row.kind == "fact"
    if row.body is None:
        said = (
            _("%(name)s does not share the fact any more that you disputed.", name=name)
            if is_fact
            else _("%(name)s does not share the note any more that you disputed.", name=name)
        )
        return Words(sentence=said, path="/me/about", from_name=name)
    said = (
        _("%(name)s changed the fact that you disputed. Is it right now?", name=name)
        if is_fact
        else _("%(name)s changed the note that you disputed. Is it right now?", name=name)
    )
    return Words(sentence=said, path=_path_of(row), from_name=row.author_name)


def _ended(actor: Actor, dispute_id: UUID) -> Words:
    row = queries.get_dispute_row(actor, dispute_id)
    said = (
        _("%(name)s lets your fact about them stand.", name=row.subject_name)
        if row.kind == "fact"
        else _("%(name)s lets your note about them stand.", name=row.subject_name)
    )
    return Words(sentence=said, path=_path_of(row), from_name=row.subject_name)


def keys_of_claim(moment: Moment) -> list[str]:
    """The keys its notices of who takes it on have had, the one of its present version last."""
    return [f"{MOMENT_CLAIMED}:{moment.id}:{version}" for version in range(1, moment.version + 1)]


def _may_read_moment(actor: Actor, moment_id: UUID) -> bool:
    try:
        queries.get_moment_row(actor, moment_id)
    except NotFound:
        return False
    return True


def _moment_words(said: str, row: Any, from_name: str) -> Words:
    return Words(sentence=said, path=f"/moments/{row.id}", from_name=from_name)


def _moment_about_you(actor: Actor, moment_id: UUID) -> Words:
    row = queries.get_moment_row(actor, moment_id)
    said = _("%(name)s shared something about you: %(text)s", name=row.author_name, text=row.title)
    return _moment_words(said, row, row.author_name)


def _moment_shared(actor: Actor, moment_id: UUID) -> Words:
    row = queries.get_moment_row(actor, moment_id)
    names = {"name": row.author_name, "person": row.person_name, "text": row.title}
    said = (
        _("%(name)s let you know of %(person)s: %(text)s. Who congratulates?", **names)
        if row.kind == ACHIEVEMENT
        else _("%(name)s let you know of %(person)s: %(text)s. Who is with them?", **names)
    )
    return _moment_words(said, row, row.author_name)


def _moment_claimed(actor: Actor, moment_id: UUID) -> Words:
    row = queries.get_moment_row(actor, moment_id)
    names = {"name": row.claimer_name or "", "person": row.person_name, "text": row.title}
    if row.state == "sent":
        said = _("%(name)s congratulated %(person)s: %(text)s", **names)
    elif row.state == "over":
        said = _("What %(person)s went through is over: %(text)s", **names)
    elif not row.claimer_name:
        said = _("Nobody has taken on any more: %(person)s, %(text)s", **names)
    elif row.kind == ACHIEVEMENT:
        said = _("%(name)s will write to %(person)s: %(text)s", **names)
    else:
        said = _("%(name)s is with %(person)s: %(text)s", **names)
    return _moment_words(said, row, row.claimer_name or "")


def _may_read_handover(actor: Actor, handover_id: UUID) -> bool:
    try:
        return actor.is_me(queries.get_handover_row(actor, handover_id).to_id)
    except NotFound:
        return False


def _handed_over(actor: Actor, handover_id: UUID) -> Words:
    row = queries.get_handover_row(actor, handover_id)
    about = {"name": row.author_name, "person": row.person_name}
    said = _("%(name)s hands %(person)s over to you.", **about)
    if row.words:
        said = _("%(name)s hands %(person)s over to you: %(words)s", **about, words=row.words)
    path = f"/people/{slugs.slug(row.person_id, row.person_name)}/context"
    return Words(sentence=said, path=path, from_name=row.author_name)


KINDS = [
    NoticeKind(
        code=NOTE_ABOUT_YOU,
        label=lazy("Someone shares a note about you"),
        reason=lazy("You get this because the note is about you."),
        template="people/email/note_about_you",
        may_read=may_read,
        words=words,
    ),
    NoticeKind(
        code=FACT_ABOUT_YOU,
        label=lazy("Someone shares a fact about you"),
        reason=lazy("You get this because the fact is about you."),
        template=PLAIN,
        may_read=_may_read_fact,
        words=_fact_words,
    ),
    NoticeKind(
        code=NOTE_DISPUTED,
        label=lazy("Someone disputes a note or a fact of mine about them"),
        reason=lazy("You wrote what this is about."),
        template=PLAIN,
        may_read=_may_read_dispute,
        words=_disputed,
    ),
    NoticeKind(
        code=DISPUTE_ANSWERED,
        label=lazy("A note or a fact I disputed is changed"),
        reason=lazy("You disputed it, and it is about you."),
        template=PLAIN,
        may_read=_may_read_dispute,
        words=_answered,
    ),
    NoticeKind(
        code=DISPUTE_ENDED,
        label=lazy("Someone lets a note or a fact of mine stand that they disputed"),
        reason=lazy("You wrote what this is about."),
        template=PLAIN,
        may_read=_may_read_end,
        words=_ended,
    ),
    NoticeKind(
        code=MOMENT_ABOUT_YOU,
        label=lazy("Someone shares what I achieved or go through"),
        reason=lazy("You get this because it is about you."),
        template=PLAIN,
        may_read=_may_read_moment,
        words=_moment_about_you,
    ),
    NoticeKind(
        code=MOMENT_SHARED,
        label=lazy("Someone lets me know what somebody achieved or goes through"),
        reason=lazy("You were named by whoever noted it."),
        template=PLAIN,
        may_read=_may_read_moment,
        words=_moment_shared,
    ),
    NoticeKind(
        code=MOMENT_CLAIMED,
        label=lazy("Someone takes on what I noted of somebody: congratulates, or is with them"),
        reason=lazy("You noted what this is about."),
        template=PLAIN,
        may_read=_may_read_moment,
        words=_moment_claimed,
    ),
    NoticeKind(
        code=PREFERENCE_ABOUT_YOU,
        label=lazy("Someone shares how to speak with you"),
        reason=lazy("You get this because it is about you."),
        template=PLAIN,
        may_read=_may_read_preference,
        words=_preference_words,
    ),
    NoticeKind(
        code=HANDED_OVER,
        label=lazy("Someone hands a person over to me"),
        reason=lazy("You get this because a colleague handed somebody over to you."),
        template=PLAIN,
        may_read=_may_read_handover,
        words=_handed_over,
    ),
]
