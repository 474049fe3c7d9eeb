"""The catalogue of notices: every kind any feature can send, declared in its `notices.py`.

app.py hands the lists in. A kind says in which words (templates), who may still read it when
it is sent, by which channels, and how urgent it is.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from babel.support import LazyProxy

from community.identity.models import ROLES, Actor


@dataclass(frozen=True)
class Words:
    """A notice in words: one sentence, the page it leads to, and what the mail needs besides.

    `path` is below `/t/<team>`. `reply_to` is the human who caused it, so that answers reach them.
    """

    sentence: str
    path: str
    from_name: str = ""
    reply_to: str | None = None
    mail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NoticeKind:
    """One kind of notice.

    `roles` are those whom it can reach at all; nobody else is asked whether they want it.
    `may_read(actor, thing_id)` is asked when the notice is listed and when it is sent: rights may
    have changed since it was written. `words(actor, thing_id)` reads with the recipient's rights.
    `words_of(actor, thing_ids)` answers both for many things at once, leaving out what the actor
    may not read; a kind of which people get many gives it, so that a list costs one statement a
    kind. `template` is the folder of the mail's `subject.txt`, `body.txt` and `body.html`; PLAIN
    says the sentence and the link. `reason` says to the reader why they get it. What is `essential`
    is nobody's choice, and stands in no list of choices.
    """

    code: str
    label: LazyProxy
    reason: LazyProxy
    template: str
    may_read: Callable[[Actor, UUID], bool]
    words: Callable[[Actor, UUID], Words]
    channels: tuple[str, ...] = ("app", "mail")
    mail_default: bool = True
    urgent: bool = False
    essential: bool = False
    roles: tuple[str, ...] = ROLES
    words_of: Callable[[Actor, Sequence[UUID]], Mapping[UUID, Words]] | None = None

    def read(self, actor: Actor, thing_ids: Sequence[UUID]) -> Mapping[UUID, Words]:
        """The words of the things that the actor may read now."""
        if self.words_of is not None:
            return self.words_of(actor, thing_ids)
        return {id_: self.words(actor, id_) for id_ in thing_ids if self.may_read(actor, id_)}


PLAIN = "notifications/email/notice"
_kinds: dict[str, NoticeKind] = {}


def register(kinds: Iterable[NoticeKind]) -> None:
    """Take in a feature's kinds; app.py calls this once for each feature."""
    for kind in kinds:
        _kinds[kind.code] = kind


def kind(code: str) -> NoticeKind:
    """One kind by its code; KeyError when no feature declared it."""
    return _kinds[code]


def find_kind(code: str) -> NoticeKind | None:
    """One kind by its code, or None when no feature declares it any more."""
    return _kinds.get(code)


def kinds_for(actor: Actor) -> list[NoticeKind]:
    """The kinds that somebody of this role may choose of, in order of declaration."""
    return [kind for kind in choosable() if actor.role in kind.roles]


def choosable() -> list[NoticeKind]:
    """The kinds that may be switched off, in order of declaration."""
    return [kind for kind in all_kinds() if not kind.essential]


def all_kinds() -> list[NoticeKind]:
    """Every declared kind, in order of declaration."""
    return list(_kinds.values())
