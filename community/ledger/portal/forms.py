"""The sentence "Thank … for …" as a form: its fields, its choices, and who is meant by a name."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from community.core.errors import RuleBroken
from community.core.i18n import gettext as _
from community.core.text import fold
from community.identity.models import Actor
from community.ledger import actions
from community.ledger.actions import Draft, Letter, Logged
from community.ledger.portal import labels
from community.ledger.queries import SeenGive
from community.people import actions as people_actions
from community.people import policy as people_policy
from community.people import queries as people
from community.people.queries import NameOption
from community.web.session import current_actor

NAMES, NEAR = 60, 5
SHORT_FIELDS = ("happened_on", "size", "impact", "learned")
TELLING = ("tell", "tell_outsider", "subject", "body")
OWN_FIELDS = (*SHORT_FIELDS, "minutes", "visibility", "no_reply", *TELLING)


@dataclass(frozen=True)
class Sentence:
    """What the form shows: names to propose, kinds, and what was typed.

    `choices` are the people a typed name may mean, or those it is only near to (`near`);
    `may_add` offers to add them. `audience` is chosen until somebody chooses. `is_member` is
    whether the other one is in the team, where that is known.
    """

    names: list[str]
    kinds: list[tuple[str, str]]
    sizes: list[tuple[str, str]]
    impacts: list[tuple[str, str]]
    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    choices: list[NameOption] = field(default_factory=list)
    near: bool = False
    may_add: bool = False
    audience: str = "team"
    is_member: bool | None = None
    whole: bool = False
    members: list[tuple[UUID, str]] = field(default_factory=list)
    circles: list[tuple[UUID, str]] = field(default_factory=list)
    picked: list[str] = field(default_factory=list)
    because: SeenGive | None = None

    @property
    def may_tell(self) -> bool:
        """Whether the other one may be somebody outside."""
        return not self.is_member

    @property
    def private_words(self) -> str:
        """What the narrowest audience is called: somebody outside has no account to see it with."""
        if self.is_member is None:
            return _("Nobody else in the team")
        return _("Only the two of us") if self.is_member else _("Only me")

    @property
    def elsewhere(self) -> dict[str, list[str]]:
        """The messages without a field of their own in the part below the sentence."""
        own = OWN_FIELDS if self.whole else SHORT_FIELDS
        return {name: said for name, said in self.errors.items() if name not in own}


class WhoIsMeantError(RuleBroken):
    """A typed name means several people, or nobody yet."""

    def __init__(
        self, message: str, choices: list[NameOption], *, may_add: bool, near: bool = False
    ) -> None:
        super().__init__(message, field="who", code="who_is_meant")
        self.choices, self.may_add, self.near = choices, may_add, near


def sentence(**given: Any) -> Sentence:
    """The form for the reader of this request; one statement, for the names."""
    actor = current_actor()
    names = [option.label for option in people.name_options(actor, NAMES)]
    return Sentence(
        names,
        labels.options(labels.KINDS, labels.QUICK_KINDS),
        labels.options(labels.SIZES),
        labels.options(labels.IMPACTS),
        **given,
    )


def whole_sentence(**given: Any) -> Sentence:
    """The same with every kind, and the audiences one can choose."""
    actor = current_actor()
    return replace(
        sentence(**given),
        whole=True,
        kinds=labels.options(labels.KINDS),
        members=members(actor),
        circles=people.circle_options(actor),
    )


def members(actor: Actor) -> list[tuple[UUID, str]]:
    """Whom an audience can name."""
    return [(option.id, option.label) for option in people.member_options(actor)]


def log(actor: Actor, data: Mapping[str, Any]) -> Logged:
    """Do what the sentence says."""
    other_id = _who(actor, data)
    people_actions.note_learned(actor, other_id, data["learned"])
    draft = Draft(
        kind=data["kind"],
        size=data["size"],
        happened_on=data["happened_on"],
        story=data["what"],
        minutes=data["minutes"],
        visibility=_audience(data["visibility"], data["shown_audience"]),
        inspired_by_id=data["because"],
    )
    if data["mode"] == "thank":
        return actions.say_thanks(actor, replace(draft, giver_id=other_id, impact=data["impact"]))
    letter = Letter(data["subject"], data["body"]) if data["tell"] else None
    helped = replace(draft, receiver_id=other_id, no_reply=data["no_reply"], tell_outsider=letter)
    return actions.log_give(actor, helped)


def _audience(chosen: Mapping[str, Any] | None, shown: str) -> Mapping[str, Any] | None:
    """What was chosen; nothing, where the team stood there before anybody chose.

    Then the ledger's own rule says who sees it: the two alone, where the team does not know
    the other one, or where no reply is needed.
    """
    untouched = chosen is not None and chosen["audience"] == shown == "team"
    return None if untouched else chosen


def _who(actor: Actor, data: Mapping[str, Any]) -> UUID:
    if data["who_id"] is not None:
        return UUID(str(data["who_id"]))
    found = [o for o in people.find_named(actor, data["who"]) if not actor.is_me(o.id)]
    if len(found) == 1:
        return found[0].id
    name, may_add = data["who"], people_policy.can_create(actor)
    if not found and _is_my_name(actor, name):
        raise _self_named(actor, name)
    if data["add"] and may_add:
        return people_actions.create_person(actor, name=name).person.id
    if found:
        raise WhoIsMeantError(_("Whom do you mean?"), found, may_add=may_add)
    message = _("Nobody here is called %(name)s yet.", name=name)
    near = _near(actor, name)
    if near:
        message += " " + _("Did you mean one of these?")
    raise WhoIsMeantError(message, near, may_add=may_add, near=bool(near))


def _is_my_name(actor: Actor, name: str) -> bool:
    return fold(name) in (fold(actor.name), fold(actor.call_name or actor.name))


def _self_named(actor: Actor, name: str) -> WhoIsMeantError:
    """Nobody else has the actor's own name: adding them would make a double."""
    near = _near(actor, name)
    message = _("Giver and receiver must be two people, and this is your own name.")
    return WhoIsMeantError(message, near, may_add=False, near=bool(near))


def _near(actor: Actor, name: str) -> list[NameOption]:
    """Whose name is much like this one, the nearest first."""
    rows = [row for row in people.search_people(actor, name, NEAR + 1) if not actor.is_me(row.id)]
    return people.named_options(rows[:NEAR])
