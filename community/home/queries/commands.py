"""What the palette offers besides people: commands by their words, some of them about a person."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from babel.support import LazyProxy

from community.core.i18n import gettext as _
from community.core.i18n import lazy
from community.core.paging import PageRequest
from community.core.text import fold
from community.home.queries.search import Hit, find_names
from community.identity.models import Actor
from community.identity.policy import can_see_members
from community.people import policy
from community.people import queries as people

MOST = 6
RECENT = 5


@dataclass(frozen=True)
class Command:
    """Something one can do from anywhere: a page to go to, found by its name or by `words`."""

    endpoint: str
    icon: str
    label: LazyProxy
    words: LazyProxy
    may: Callable[[Actor], bool] = lambda _actor: True
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AboutPerson:
    """A command about whoever is named after its first word: “note Mara”."""

    code: str
    icon: str
    words: LazyProxy
    may: Callable[[Actor], bool]


@dataclass(frozen=True)
class Option:
    """A command about somebody, ready to be chosen."""

    code: str
    icon: str
    text: str
    person_id: UUID
    name: str


COMMANDS: tuple[Command, ...] = (
    Command("people.new", "plus", lazy("Add a person"), lazy("new contact"), policy.can_create),
    Command("ledger.new", "heart", lazy("Say thanks or log help"), lazy("give thank you")),
    Command(
        "people.paste",
        "mail",
        lazy("Paste a signature or card"),
        lazy("add person"),
        policy.can_create,
    ),
    Command(
        "exchange.new",
        "upload",
        lazy("Import people"),
        lazy("csv vcard linkedin file bring"),
        policy.can_create,
    ),
    Command("profiles.me", "person", lazy("My page"), lazy("profile say of myself story values")),
    Command(
        "profiles.directory",
        "people",
        lazy("Directory of the team"),
        lazy("members who say strengths"),
        can_see_members,
    ),
    Command("home.about_me", "eye", lazy("What is here about me"), lazy("privacy seen opened")),
    Command("records.mine", "download", lazy("Export my data"), lazy("download privacy file")),
    Command(
        "settings.show_appearance",
        "sun",
        lazy("Theme: light or dark"),
        lazy("appearance colours language"),
    ),
    Command("home.help_page", "info", lazy("Help"), lazy("words how")),
    Command(
        "accounts.teams",
        "out",
        lazy("Log out or change team"),
        lazy("sign out leave switch"),
        values={"show": "all"},
    ),
)
ABOUT_PERSON: tuple[AboutPerson, ...] = (
    AboutPerson("note", "note", lazy("note write about"), policy.can_add_note),
    AboutPerson("thank", "heart", lazy("thank thanks help"), lambda _actor: True),
)


def find_commands(actor: Actor, q: str) -> list[Command]:
    """The commands each word of which begins one of a command's own; the first ones for none."""
    typed = fold(q).split()
    found = [
        command
        for command in COMMANDS
        if command.may(actor)
        and all(_begins(word, f"{command.label} {command.words}") for word in typed)
    ]
    return found[:MOST] if typed else found[:2]


def _begins(word: str, words: str) -> bool:
    return any(each.startswith(word) for each in fold(words).replace(":", " ").split())


def find_options(actor: Actor, q: str) -> list[Option]:
    """Commands about those who are named after the command's word: “thank mara”."""
    verb, _space, name = q.strip().partition(" ")
    about = _("about")
    name = name.strip().removeprefix(f"{about} ").strip()
    chosen = [
        each
        for each in ABOUT_PERSON
        if each.may(actor) and fold(verb) in fold(str(each.words)).split()
    ]
    if not chosen or not name:
        return []
    return [
        Option(each.code, each.icon, _TEXTS[each.code](hit.title), hit.id, hit.title)
        for each in chosen
        for hit in find_names(actor, name, 3)
        if not actor.is_me(hit.id)
    ]


_TEXTS: Mapping[str, Callable[[str], str]] = {
    "note": lambda name: _("Note about %(name)s", name=name),
    "thank": lambda name: _("Thank %(name)s", name=name),
}


def find_recent(actor: Actor) -> Sequence[Hit]:
    """Who was changed last: whom one is most likely to go to."""
    wanted = people.Filter(sort="-updated")
    rows = people.find_people(actor, wanted, PageRequest(RECENT + 1)).items
    others = [row for row in rows if not actor.is_me(row.id)][:RECENT]
    return [
        Hit("person", o.id, o.name, o.beside, o.id, o.name) for o in people.listed_options(others)
    ]
