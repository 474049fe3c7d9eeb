"""The catalogue of notices: every kind any feature can send, declared in its `notices.py`.

app.py hands the lists in. A kind says in which words (templates), who may still read it when
it is sent, by which channels, and how urgent it is.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from babel.support import LazyProxy

from community.identity.models import Actor


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

    `may_read(actor, thing_id)` is asked when the notice is written, listed and sent: rights may
    have changed in between. `words(actor, thing_id)` reads with the recipient's rights.
    `template` is the folder of the mail's `subject.txt`, `body.txt` and `body.html`.
    `reason` says to the reader why they get it.
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


_kinds: dict[str, NoticeKind] = {}


def register(kinds: Iterable[NoticeKind]) -> None:
    """Take in a feature's kinds; app.py calls this once for each feature."""
    for kind in kinds:
        _kinds[kind.code] = kind


def kind(code: str) -> NoticeKind:
    """One kind by its code; KeyError when no feature declared it."""
    return _kinds[code]


def all_kinds() -> list[NoticeKind]:
    """Every declared kind, in order of declaration."""
    return list(_kinds.values())
