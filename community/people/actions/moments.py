"""Noting what somebody achieved or goes through, and taking it on: one member at a time.

Who takes it on is seen by those who see the moment itself, so that neither nobody nor eight
people write. Every act locks the row first, so of two at once one hears of the other.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from community.core import clock, db, hold
from community.core.errors import Conflict, NotAllowed, RuleBroken
from community.core.i18n import gettext as _
from community.identity.models import Actor, Visibility
from community.journal import actions as journal
from community.notifications import actions as notifications
from community.people import notices, policy, queries
from community.people.actions.audiences import resolve_audience
from community.people.actions.confidence import FEW
from community.people.actions.persons import check_version
from community.people.models import ACHIEVEMENT, HARD_TIME, Moment

_FIELDS = ("title", "happened_on", "source")


def add_achievement(actor: Actor, person_id: UUID, **given: Any) -> Moment:
    """Note what somebody achieved; as widely seen as the author says, or by their default."""
    return _add(actor, person_id, ACHIEVEMENT, **given)


def add_hard_time(actor: Actor, person_id: UUID, *, is_with: bool = False, **given: Any) -> Moment:
    """Note that somebody goes through a hard time, for a named few; `is_with` also says "I am with them"."""
    moment = _add(actor, person_id, HARD_TIME, **given)
    if is_with:
        claim(actor, moment.id)
    return moment


def _add(
    actor: Actor,
    person_id: UUID,
    kind: str,
    *,
    visibility: Mapping[str, Any] | None = None,
    **given: Any,
) -> Moment:
    if not policy.can_add_note(actor):
        raise NotAllowed(_("Guests cannot write about people."))
    person = queries.get_person(actor, person_id)
    moment = Moment(person_id=person.id, author_id=actor.person_id, id=db.new_id(), kind=kind)
    moment.state, moment.source = "noticed", given.get("source") or "told_me"
    moment.title = given["title"]
    moment.happened_on = given.get("happened_on") or clock.today(actor.zone)
    _check_day(actor, moment)
    moment.see(_resolve(actor, moment, visibility))
    db.add(moment)
    db.flush()
    journal.record(actor, "add", kind, moment.id, about_id=person.id)
    _tell(actor, moment, was_read=False, knew=())
    return moment


def edit_moment(
    actor: Actor,
    moment_id: UUID,
    *,
    kind: str | None = None,
    version: int | None = None,
    **given: Any,
) -> Moment:
    """Change what it says, or who may see it; the author's alone."""
    moment = _own(actor, moment_id, kind)
    check_version(moment.version, version)
    was_read, knew = _subject_reads(moment), tuple(moment.audience_people)
    changed = [n for n in _FIELDS if given.get(n) and getattr(moment, n) != given[n]]
    for name in changed:
        setattr(moment, name, given[name])
    _check_day(actor, moment)
    if given.get("visibility") is not None:
        before = moment.visibility
        moment.see(_resolve(actor, moment, given["visibility"]))
        changed += ["visibility"] if moment.visibility != before else []
    if "visibility" in changed:
        _release_unseeing(moment)
    if changed:
        db.flush()
        journal.record(
            actor, "edit", moment.kind, moment.id, about_id=moment.person_id, fields=changed
        )
    if "visibility" in changed:
        _tell(actor, moment, was_read=was_read, knew=knew)
    return moment


def _release_unseeing(moment: Moment) -> None:
    """Whoever took it on and is not among its readers any more has not taken it on any more."""
    taker = moment.claimed_by_id
    may_not_see = moment.audience != "team" and taker not in (
        moment.author_id,
        *moment.audience_people,
    )
    if moment.state == "claimed" and may_not_see:
        moment.release()


def delete_moment(
    actor: Actor, moment_id: UUID, *, kind: str | None = None, version: int | None = None
) -> Moment:
    """Hide it; its author can bring it back."""
    moment = _own(actor, moment_id, kind)
    check_version(moment.version, version)
    moment.delete(clock.now())
    _note(actor, "delete", moment)
    return moment


def restore_moment(actor: Actor, moment_id: UUID, *, kind: str | None = None) -> Moment:
    """Undo the deletion of one's own."""
    moment = queries.get_own_moment(actor, moment_id, kind)
    if moment.deleted_at is not None:
        moment.restore()
        _note(actor, "restore", moment)
    return moment


def claim(actor: Actor, moment_id: UUID, *, kind: str | None = None) -> Moment:
    """“I will write”, “I am with them”: Conflict where somebody else has said so, or it is over."""
    moment = queries.get_moment(actor, moment_id, kind)
    _check_claimable(actor, moment)
    if _is_mine(actor, moment):
        return moment
    moment.claim(actor.person_id, clock.now())
    _note(actor, "claim", moment)
    _tell_author(actor, moment)
    return moment


def release(actor: Actor, moment_id: UUID, *, kind: str | None = None) -> Moment:
    """Let it go: somebody else may take it on."""
    moment = queries.get_moment(actor, moment_id, kind)
    if not _is_mine(actor, moment):
        raise Conflict(_("You have not taken this on."), code="not_claimed")
    was_heard = moment.claimed_at is not None and (moment.claimed_at + hold.period() <= clock.now())
    moment.release()
    _note(actor, "release", moment)
    _tell_author(actor, moment, is_new=was_heard)
    return moment


def finish(actor: Actor, moment_id: UUID, *, kind: str | None = None) -> Moment:
    """They were congratulated, by whoever says so; a hard time is over, say its author or who is with them."""
    moment = queries.get_moment(actor, moment_id, kind)
    if moment.kind == ACHIEVEMENT:
        _check_claimable(actor, moment)
        if not _is_mine(actor, moment):
            moment.claim(actor.person_id, clock.now())
    elif not moment.is_open:
        raise _over(moment)
    elif not (_is_mine(actor, moment) or policy.can_change_note(actor, moment)):
        raise NotAllowed(_("Whoever is with them says so, or whoever noted it."))
    moment.end(clock.now())
    _note(actor, "finish", moment)
    _tell_author(actor, moment)
    return moment


def reopen(actor: Actor, moment_id: UUID, *, kind: str | None = None) -> Moment:
    """Undo that, by whoever took it on or noted it."""
    moment = queries.get_moment(actor, moment_id, kind)
    if moment.is_open:
        raise Conflict(_("This is open still."), code="open")
    if not {moment.author_id, moment.claimed_by_id} & set(actor.person_ids):
        raise NotAllowed(_("Whoever took this on can open it again, or whoever noted it."))
    moment.reopen()
    _note(actor, "reopen", moment)
    _tell_author(actor, moment, is_new=False)
    return moment


def _check_claimable(actor: Actor, moment: Moment) -> None:
    """Whether the actor may take it on, which nobody else has done."""
    if actor.is_guest:
        raise NotAllowed(_("Members take this on; guests do not."))
    if not policy.can_claim(actor, moment):
        raise NotAllowed(_("This is about you."), code="about_you")
    if not moment.is_open:
        raise _over(moment)
    if moment.state == "claimed" and not _is_mine(actor, moment):
        name = queries.find_claimer(moment)
        if name is not None:
            raise Conflict(_("%(name)s has taken this on already.", name=name), code="claimed")


def _over(moment: Moment) -> Conflict:
    if moment.kind == ACHIEVEMENT:
        return Conflict(_("They were congratulated already."), code="sent")
    return Conflict(_("This is over."), code="over")


def _is_mine(actor: Actor, moment: Moment) -> bool:
    return moment.state == "claimed" and moment.claimed_by_id in actor.person_ids


def _own(actor: Actor, moment_id: UUID, kind: str | None) -> Moment:
    moment = queries.get_moment(actor, moment_id, kind)
    if not policy.can_change_note(actor, moment):
        raise NotAllowed(_("Only whoever noted this can change it."))
    return moment


def _check_day(actor: Actor, moment: Moment) -> None:
    if moment.happened_on > clock.today(actor.zone):
        raise RuleBroken(_("This day is still to come."), code="in_the_future", field="happened_on")


def _resolve(actor: Actor, moment: Moment, given: Mapping[str, Any] | None) -> Visibility:
    default = actor.default_audience if moment.kind == ACHIEVEMENT else "private"
    wanted = resolve_audience(actor, given, default=default, keep=moment.circle_id)
    if moment.kind == HARD_TIME and wanted.audience not in FEW:
        raise RuleBroken(
            _("A hard time is for you alone, or for people you name."),
            code="named_few",
            field="visibility",
        )
    return wanted


def _note(actor: Actor, verb: str, moment: Moment) -> None:
    db.flush()
    journal.record(actor, verb, moment.kind, moment.id, about_id=moment.person_id)


def _subject_reads(moment: Moment) -> bool:
    return moment.audience != "private" and queries.subject_reads(moment.id, Moment)


def _tell(actor: Actor, moment: Moment, *, was_read: bool, knew: tuple[UUID, ...]) -> None:
    """Whom it is about, as soon as it is shared; and the named, for it is shared with them to act."""
    told = {}
    subject = queries.find_subject(actor, moment.person_id)
    if subject is not None and not was_read and _subject_reads(moment):
        told[subject] = notices.MOMENT_ABOUT_YOU
    new = [person for person in moment.audience_people if person not in knew]
    for member_id in queries.find_seats(actor, new).values() if new else ():
        if member_id not in (subject, actor.member_id):
            told[member_id] = notices.MOMENT_SHARED
    for member_id, kind in told.items():
        _notify(actor, kind, moment, member_id, f"{kind}:{moment.id}:{member_id}")


def _tell_author(actor: Actor, moment: Moment, *, is_new: bool = True) -> None:
    """How it stands now, once; what was said of it before is not so any more.

    Who noted it of themself is whom it is about, and not told who takes it on.
    """
    notifications.withdraw(keys=notices.keys_of_claim(moment)[:-1])
    if not is_new or moment.author_id in actor.person_ids:
        return
    member_id = queries.find_subject(actor, moment.author_id)
    if member_id is not None and member_id != queries.find_subject(actor, moment.person_id):
        key = notices.keys_of_claim(moment)[-1]
        _notify(actor, notices.MOMENT_CLAIMED, moment, member_id, key)


def _notify(actor: Actor, kind: str, moment: Moment, member_id: UUID, key: str) -> None:
    notifications.notify(
        kind,
        member_id=member_id,
        thing_kind=moment.kind,
        thing_id=moment.id,
        key=key,
        from_person_id=actor.person_id,
        hold=hold.period(),
    )
