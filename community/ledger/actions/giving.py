"""Logging a give, thanks first: the receiver's thanks counts at once, the giver's word is asked about."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from community.core import clock, db, hold
from community.core.errors import NotFound, RuleBroken
from community.core.i18n import gettext as _
from community.identity.models import Actor, Visibility
from community.ledger.actions import outside
from community.ledger.actions.writing import store_new
from community.ledger.models import Give, GiveAct, GiveState, GiveWords
from community.ledger.models.states import audience_data
from community.ledger.models.values import UNSAID_SIZE
from community.ledger.queries import Entry, PersonRef, find_partner, get_give
from community.notifications.queries import why_suppressed
from community.people.actions import resolve_audience

AHEAD = timedelta(days=1)


@dataclass(frozen=True)
class Letter:
    """Words to somebody outside, approved by the giver."""

    subject: str
    body: str


@dataclass(frozen=True)
class Draft:
    """A give as it is entered. One of the two is the writer; who is left out is the writer.

    `visibility` is what the schema `Audience` read; without it a give is for the team, or private
    when the other one is not visible to the team. A `size` that nobody said counts as medium, and is not told as said.
    `impact` is how much it meant, said by the receiver alone. What `replaces_id` another entry names
    with it which of the entries it refers to (`shown_earlier`) the writer may see. `is_past` is what
    was long before and is written down now: nobody is told.
    """

    giver_id: UUID | None = None
    receiver_id: UUID | None = None
    kind: str = "other"
    size: str | None = None
    impact: str | None = None
    happened_on: date | None = None
    story: str = ""
    thanks: str = ""
    minutes: int | None = None
    visibility: Mapping[str, Any] | Visibility | None = None
    no_reply: bool = False
    tell_outsider: Letter | None = None
    inspired_by_id: UUID | None = None
    replaces_id: UUID | None = field(default=None, compare=False)
    shown_earlier: Collection[UUID] = field(default=(), compare=False)
    is_past: bool = False


@dataclass(frozen=True)
class Logged:
    """The new entry, and the day the writer last used the very same words about this person."""

    entry: Entry
    repeated_on: date | None


def log_give(actor: Actor, draft: Draft) -> Logged:
    """Log help the actor gave or received; what the receiver logs is acknowledged at once."""
    i_gave, other_id = _sides(actor, draft)
    found = find_partner(actor, other_id, draft.story, i_gave=i_gave)
    if found is None:
        field_name = "receiver_id" if i_gave else "giver_id"
        raise RuleBroken(_("There is no such person."), field=field_name, code="no_such_person")
    other, repeated_on = found
    if actor.is_me(other.id):
        raise _self_give()
    _check(draft, i_gave=i_gave, other=other)
    # What stands in another's place keeps what led to that, whoever sees it.
    if draft.inspired_by_id is not None and draft.replaces_id is None:
        _check_inspiration(actor, draft.inspired_by_id)
    entry, first = _compose(actor, draft, i_gave=i_gave, other=other)
    store_new(actor, entry, first, announced=not draft.is_past)
    if draft.tell_outsider is not None:
        outside.tell_later(entry, hold.period())
    return Logged(entry, repeated_on)


def say_thanks(actor: Actor, draft: Draft) -> Logged:
    """The receiver thanks somebody for something: an entry that is born acknowledged."""
    if draft.giver_id is None:
        raise RuleBroken(_("Say whom you thank."), field="giver_id", code="required")
    return log_give(actor, replace(draft, receiver_id=actor.person_id))


def check_day(day: date) -> None:
    """A give counts from its day, which may be one day ahead at most."""
    if day > clock.today() + AHEAD:
        raise RuleBroken(
            _("The day may be tomorrow at the latest."), field="happened_on", code="too_far_ahead"
        )


def _sides(actor: Actor, draft: Draft) -> tuple[bool, UUID]:
    giver_id, receiver_id = draft.giver_id, draft.receiver_id
    if giver_id is None and receiver_id is None:
        raise RuleBroken(_("Say who it was."), field="receiver_id", code="required")
    giver_id, receiver_id = giver_id or actor.person_id, receiver_id or actor.person_id
    if giver_id == receiver_id or (actor.is_me(giver_id) and actor.is_me(receiver_id)):
        raise _self_give()
    if actor.is_me(giver_id):
        return True, receiver_id
    if actor.is_me(receiver_id):
        return False, giver_id
    raise RuleBroken(_("One of the two must be you."), field="giver_id", code="not_one_of_the_two")


def _self_give() -> RuleBroken:
    return RuleBroken(
        _("Giver and receiver must be two people."), field="receiver_id", code="self_give"
    )


def _check(draft: Draft, *, i_gave: bool, other: PersonRef) -> None:
    if draft.happened_on is not None:
        check_day(draft.happened_on)
    if draft.no_reply and not i_gave:
        raise RuleBroken(
            _("Only the giver can say that no reply is needed."), field="no_reply", code="not_giver"
        )
    if draft.impact and i_gave:
        raise RuleBroken(
            _("How much it meant is the receiver's to say. Give a size instead."),
            field="impact",
            code="not_receiver",
        )
    if draft.tell_outsider is not None:
        _check_letter(draft, i_gave=i_gave, other=other)


def _check_letter(draft: Draft, *, i_gave: bool, other: PersonRef) -> None:
    if draft.no_reply:
        text, code = _("No reply needed and a mail to them do not go together."), "no_reply"
    elif not i_gave or other.member_id is not None:
        text, code = (
            _("Only somebody outside the team whom you helped is told by mail."),
            "not_outside",
        )
    elif not other.email:
        text, code = _("There is no mail address of %(name)s.", name=other.shown_name), "no_address"
    elif (why := why_suppressed(other.email)) is not None:
        text, code = outside.unreachable(why, other.shown_name), "no_mail_to_them"
    else:
        return
    raise RuleBroken(text, field="tell_outsider", code=code)


def _check_inspiration(actor: Actor, give_id: UUID) -> None:
    try:
        get_give(actor, give_id)
    except NotFound as error:
        raise RuleBroken(
            _("There is no such entry."), field="inspired_by_id", code="no_such_give"
        ) from error


def _audience(actor: Actor, draft: Draft, other: PersonRef) -> Visibility:
    if isinstance(draft.visibility, Visibility):
        return draft.visibility
    default = "team" if other.audience == "team" and not draft.no_reply else "private"
    visibility = resolve_audience(actor, draft.visibility, default=default)
    if draft.no_reply and visibility.audience != "private":
        raise RuleBroken(
            _("With no reply needed it stays yours alone, so its audience is private."),
            field="visibility",
            code="no_reply",
        )
    return visibility


def _compose(
    actor: Actor, draft: Draft, *, i_gave: bool, other: PersonRef
) -> tuple[Entry, GiveAct]:
    me = PersonRef(
        actor.person_id, actor.name, actor.call_name or actor.name, actor.member_id, True
    )
    giver, receiver = (me, other) if i_gave else (other, me)
    now, team_id = clock.now(), db.current_team_id()
    give = Give(
        team_id=team_id,
        id=db.new_id(),
        giver_id=giver.id,
        receiver_id=receiver.id,
        logged_by_id=actor.person_id,
        kind=draft.kind,
        size=draft.size or UNSAID_SIZE,
        happened_on=draft.happened_on or clock.today(actor.zone),
        minutes=draft.minutes,
        no_reply=draft.no_reply,
        weights_version=0,
        replaces_id=draft.replaces_id,
        inspired_by_id=draft.inspired_by_id,
        source=actor.source,
        created_at=now,
    )
    first = GiveAct(
        team_id=team_id,
        give_id=give.id,
        seq=1,
        verb="log" if i_gave else "thank",
        by_id=actor.person_id,
        at=now,
        data=_first_data(draft, _audience(actor, draft, other), outside=receiver.member_id is None),
    )
    words = _words(draft, give, other)
    state = GiveState.begin(give, first)
    checked = () if draft.inspired_by_id is None else (draft.inspired_by_id,)
    shown = checked if draft.replaces_id is None else draft.shown_earlier
    return Entry(state, give, words, giver, receiver, shown), first


def _words(draft: Draft, give: Give, other: PersonRef) -> GiveWords:
    letter = draft.tell_outsider
    return GiveWords(
        team_id=give.team_id,
        give_id=give.id,
        story=draft.story,
        thanks=draft.thanks,
        dispute_reason="",
        told_subject=letter.subject if letter else "",
        told_body=letter.body if letter else "",
        told_address=(other.email or "") if letter else "",
    )


def _first_data(draft: Draft, visibility: Visibility, *, outside: bool) -> dict[str, Any]:
    data = audience_data(visibility)
    if draft.size:
        data["size"] = draft.size
    if draft.impact:
        data["impact"] = draft.impact
    if outside:
        data["outside"] = True
    if draft.tell_outsider is not None:
        data["tell"] = True
    data["held"] = int(hold.period().total_seconds())
    return data
