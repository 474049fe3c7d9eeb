"""How programs and addresses of the list narrow it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from community.core.fields import Choice, Email, Id, Moment, Text, YesNo
from community.people.queries import SORTS, Filter
from community.people.schemas.values import KEY, LABEL, NAME
from community.web.endpoints import PageArgs

CHOICE = {"description": "One of the choices of a field of the team's own: `key:choice`."}


class PeopleArgs(PageArgs):
    """Filters of the list of people."""

    q = Text(length=NAME)
    tag = Text(length=LABEL)
    circle = Id()
    archived = Choice(("true", "false", "any"), load_default="false")
    is_member = YesNo()
    external_id = Text(length=KEY)
    source = Text(length=LABEL)
    email = Email()
    updated_since = Moment()
    field = Text(length=NAME, metadata=CHOICE)
    sort = Choice(SORTS)


ARCHIVED = {"true": True, "false": False, "any": None}


def list_filter(args: Mapping[str, Any]) -> Filter:
    """What a program's list of people asks for, without its page."""
    wanted = {name: value for name, value in args.items() if name not in ("limit", "cursor")}
    return Filter(**{**wanted, "archived": ARCHIVED[args["archived"]]})


_NO_CIRCLE = UUID(int=0)
_SHOWN = {"archived": True, "any": None}


def asked_filter(words: Mapping[str, str]) -> Filter:
    """What the address of the list of people asks for, and of the same list as a table."""
    return Filter(
        q=words.get("q", "")[:NAME],
        tag=words.get("tag", "")[:NAME] or None,
        circle=_asked_circle(words.get("circle", "")),
        field=words.get("field", "")[:NAME] or None,
        archived=_SHOWN.get(words.get("show", ""), False),
        sort=words["sort"] if words.get("sort") in SORTS else "",
    )


def _asked_circle(text: str) -> UUID | None:
    """The circle of the address; what is no id names a circle in which nobody is."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return _NO_CIRCLE
