"""The sentence "Thank … for …" as a form: its fields, its choices, and who is meant by a name."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from community.core.errors import RuleBroken
from community.core.i18n import gettext as _
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

NAMES = 60


@dataclass(frozen=True)
class Sentence:
    """What the form shows: names to propose, kinds, and what was typed.

    `choices` are the people a typed name may mean; `may_add` offers to add them.
    """

    names: list[str]
    kinds: list[tuple[str, str]]
    sizes: list[tuple[str, str]]
    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    choices: list[NameOption] = field(default_factory=list)
    may_add: bool = False
    whole: bool = False
    members: list[tuple[UUID, str]] = field(default_factory=list)
    circles: list[tuple[UUID, str]] = field(default_factory=list)
    because: SeenGive | None = None


class WhoIsMeantError(RuleBroken):
    """A typed name means several people, or nobody yet."""

    def __init__(self, message: str, choices: list[NameOption], *, may_add: bool) -> None:
        super().__init__(message, field="who", code="who_is_meant")
        self.choices, self.may_add = choices, may_add


def sentence(**given: Any) -> Sentence:
    """The form for the reader of this request; one statement, for the names."""
    actor = current_actor()
    names = [option.label for option in people.name_options(actor, NAMES)]
    return Sentence(
        names,
        labels.options(labels.KINDS, labels.QUICK_KINDS),
        labels.options(labels.SIZES),
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
    return [(option.id, option.name) for option in people.member_options(actor)]


def log(actor: Actor, data: Mapping[str, Any]) -> Logged:
    """Do what the sentence says."""
    other_id = _who(actor, data)
    letter = _letter(data)
    draft = Draft(
        kind=data["kind"],
        happened_on=data["happened_on"],
        story=data["what"],
        minutes=data["minutes"],
        visibility=data["visibility"],
        inspired_by_id=data["because"],
    )
    if data["mode"] == "thank":
        if data["no_reply"] or letter:
            raise RuleBroken(
                _("This is for help you gave. A thanks always reaches them."), field="mode"
            )
        return actions.say_thanks(actor, replace(draft, giver_id=other_id, impact=data["size"]))
    size = data["size"] or "medium"
    return actions.log_give(
        actor,
        replace(
            draft,
            receiver_id=other_id,
            size=size,
            no_reply=data["no_reply"],
            tell_outsider=letter,
        ),
    )


def _letter(data: Mapping[str, Any]) -> Letter | None:
    if not data["tell"]:
        return None
    for name, message in (
        ("subject", _("Write a subject for the mail to them.")),
        ("body", _("Write what the mail to them should say.")),
    ):
        if not data[name]:
            raise RuleBroken(message, field=name)
    return Letter(data["subject"], data["body"])


def _who(actor: Actor, data: Mapping[str, Any]) -> UUID:
    if data["who_id"] is not None:
        return UUID(str(data["who_id"]))
    found = [o for o in people.find_named(actor, data["who"]) if not actor.is_me(o.id)]
    if len(found) == 1:
        return found[0].id
    name, may_add = data["who"], people_policy.can_create(actor)
    if data["add"] and may_add:
        return people_actions.create_person(actor, name=name).person.id
    if found:
        raise WhoIsMeantError(_("Whom do you mean?"), found, may_add=may_add)
    raise WhoIsMeantError(_("Nobody here is called %(name)s yet.", name=name), [], may_add=may_add)
