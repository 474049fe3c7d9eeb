"""Changing what the team and the portal know of oneself, and what the team calls itself."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update

from community.accounts.actions.teams import check_zone, in_each_team
from community.core import clock, db, phones
from community.core.errors import NotAllowed, RuleBroken, Stale
from community.core.i18n import LANGUAGES
from community.core.i18n import gettext as _
from community.identity import policy
from community.identity.models import SETTINGS, Actor, Membership, Team, User
from community.identity.queries import get_membership, get_team
from community.journal import actions as journal
from community.people import actions as people
from community.people.models import Person

_OF_USER = ("locale", "zone", "hotkeys")
_OF_MEMBERSHIP = ("default_audience", "quiet_hours", "capacity")
_OF_PERSON = ("name", "call_name")


def change_profile(actor: Actor, changes: Mapping[str, Any], *, version: int | None = None) -> None:
    """Change own fields: name, call_name, locale, zone, hotkeys, default_audience, quiet_hours
    and capacity. Fields that are not given stay. `version` is the one of `get_profile`.
    """
    _check(changes)
    membership = get_membership(actor, actor.member_id)
    person = db.session().get_one(Person, (actor.team_id, actor.person_id))
    if version is not None and version != membership.version + person.version:
        raise Stale(_("Someone changed this in the meantime. Load it again."))
    user = db.session().get_one(User, actor.user_id)
    changed = [
        *_take(user, changes, _OF_USER),
        *_take(membership, changes, _OF_MEMBERSHIP),
        *_rename(actor, changes),
    ]
    if not changed:
        return
    db.flush()
    if set(changed) & set(_OF_USER):
        _touch_memberships(actor)
    journal.record(
        actor,
        "change_profile",
        "membership",
        membership.id,
        about_id=actor.person_id,
        fields=changed,
    )


def change_team(actor: Actor, changes: Mapping[str, Any], *, version: int | None = None) -> Team:
    """An owner changes the team's name, time zone, language or settings."""
    if not policy.can_change_team(actor):
        raise NotAllowed(_("Only owners change the team's settings."))
    _check(changes)
    team = get_team(actor)
    if version is not None and version != team.version:
        raise Stale(_("Someone changed this in the meantime. Load it again."))
    given = dict(changes)
    if "settings" in given:
        given["settings"] = {**team.settings, **_checked_settings(given["settings"])}
    settings = _changed_settings(team, given)
    changed = _take(team, given, ("name", "zone", "locale", "settings"))
    if changed:
        db.flush()
        fields = [name for name in changed if name != "settings"]
        journal.record(actor, "change", "team", team.id, fields=[*fields, *settings])
    return team


def _changed_settings(team: Team, given: Mapping[str, Any]) -> list[str]:
    wanted = given.get("settings", team.settings)
    return [name for name in wanted if wanted[name] != team.settings.get(name, SETTINGS.get(name))]


def _checked_settings(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """`region`: the country whose telephone numbers are written without a country code."""
    if given.get("region") is not None and given["region"] not in phones.regions():
        raise RuleBroken(
            _("This is not a country code, like DE or GB."),
            code="no_such_region",
            field="settings.region",
        )
    return given


def _check(changes: Mapping[str, Any]) -> None:
    if "zone" in changes:
        check_zone(changes["zone"])
    if "locale" in changes and changes["locale"] not in LANGUAGES:
        raise RuleBroken(
            _("This language is not there yet. Choose one of: %(all)s.", all=", ".join(LANGUAGES)),
            code="no_such_language",
            field="locale",
        )
    if changes.get("default_audience") not in (None, "private", "team"):
        raise RuleBroken(
            _("The default is “only me” or “the team”."),
            code="bad_audience",
            field="default_audience",
        )


def _take(row: Any, changes: Mapping[str, Any], names: tuple[str, ...]) -> list[str]:
    changed = [name for name in names if name in changes and getattr(row, name) != changes[name]]
    for name in changed:
        setattr(row, name, changes[name])
    return changed


def _rename(actor: Actor, changes: Mapping[str, Any]) -> list[str]:
    given = {name: changes[name] for name in _OF_PERSON if name in changes}
    return people.edit_person(actor, actor.person_id, **given).fields if given else []


def _touch_memberships(actor: Actor) -> None:
    """Language and zone belong to the user, so their profile changed in every team."""

    def touch(there: Actor) -> None:
        db.session().execute(
            update(Membership)
            .where(Membership.team_id == there.team_id, Membership.id == there.member_id)
            .values(version=Membership.version + 1, updated_at=clock.now())
        )

    in_each_team(actor.user_id, touch)
