"""What members hear of: that somebody shared a note about them."""

from uuid import UUID

from community.core import markdown
from community.core.errors import NotFound
from community.core.i18n import gettext as _
from community.core.i18n import lazy
from community.identity.models import Actor
from community.notifications.catalogue import NoticeKind, Words
from community.people import queries
from community.people.models import Note

NOTE_ABOUT_YOU = "note_about_you"


def keys_about(note: Note) -> list[str]:
    """The keys a note's notices have had, the one of its present version last.

    A note that is hidden and shared again is told of again, so the version is in the key.
    """
    return [f"{NOTE_ABOUT_YOU}:{note.id}:{version}" for version in range(1, note.version + 1)]


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


KINDS = [
    NoticeKind(
        code=NOTE_ABOUT_YOU,
        label=lazy("Someone shares a note about you"),
        reason=lazy("You get this because the note is about you."),
        template="people/email/note_about_you",
        may_read=may_read,
        words=words,
    )
]
