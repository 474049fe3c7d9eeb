"""How achievements and hard times are said: who takes them on, and how they stand."""

from typing import Any

from community.core.i18n import gettext as _
from community.core.i18n import lazy
from community.people.formats.wording import SOURCES
from community.people.models import ACHIEVEMENT, IMPORTED

MOMENT_SOURCES = {**SOURCES, IMPORTED: lazy("From a file")}


def state_words(moment: Any, name: str) -> str:
    """How a moment stands, `name` being who took it on, or empty."""
    if moment.state == "sent":
        return _("%(name)s congratulated them", name=name) if name else _("Congratulated")
    if moment.state == "over":
        return _("Over")
    if moment.kind == ACHIEVEMENT:
        return (
            _("%(name)s will write", name=name)
            if name
            else _("Nobody has said yet that they write")
        )
    return (
        _("%(name)s is with them", name=name)
        if name
        else _("Nobody has said yet that they are with them")
    )


def own_state_words(moment: Any) -> str:
    """The same where it is the reader who took it on."""
    words = {"sent": _("You congratulated them"), "over": _("Over")}
    if moment.state in words:
        return words[moment.state]
    return _("You will write") if moment.kind == ACHIEVEMENT else _("You are with them")
