"""Teams and their members as they come to be: by set-up, by command, by joining again."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import available_timezones

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from community.accounts.queries import sign_in as queries
from community.core import clock, db, tokens
from community.core.errors import Conflict, RuleBroken
from community.core.i18n import gettext as _
from community.core.text import slugify
from community.identity.models import ROLES, SETTINGS, Actor, Membership, Team, User, UserEmail
from community.identity.queries import find_actor, primary_email
from community.journal import actions as journal
from community.people import queries as people
from community.people.actions.persons import edit_person
from community.people.models import Person, PersonEmail


@dataclass(frozen=True)
class NewTeam:
    """What a new team is made of."""

    name: str
    slug: str
    zone: str = "UTC"


def in_each_team(user_id: UUID, act: Callable[[Actor], None], *, first_only: bool = False) -> None:
    """Let a user act in each of their teams in turn, with the transaction set to that team.

    What is written for one team is sent before the next is set; at the end the transaction is
    set back to where it was.
    """
    unit = db.unit()
    before = unit.team_id, unit.user_id
    db.flush()
    try:
        db.enter(None, user_id)
        for team_id in queries.find_team_ids_of(user_id)[: 1 if first_only else None]:
            db.enter(team_id, user_id)
            actor = find_actor(team_id, user_id)
            if actor is not None:
                act(actor)
            db.flush()
        db.enter(*before)
    finally:
        # After an error the savepoint or the transaction takes the setting back itself.
        unit.team_id, unit.user_id = before


def journal_everywhere(user_id: UUID, verb: str) -> None:
    """Note what a user did to their own way in, in each of their teams."""

    def note(actor: Actor) -> None:
        journal.record(actor, verb, "user", user_id, about_id=actor.person_id)

    in_each_team(user_id, note)


def find_or_create_user(address: str, *, zone: str = "UTC") -> UUID:
    """The user of a normalised address; a new one when nobody signs in with it."""
    user_id = queries.find_user_id(address)
    if user_id is not None:
        return user_id
    user = User(id=db.new_id(), zone=check_zone(zone))
    db.add(user)
    db.flush()
    db.add(UserEmail(user_id=user.id, address=address, is_primary=True))
    try:
        db.flush()
    except IntegrityError as error:
        raise Conflict(
            _("This address belongs to a disabled account."), code="address_disabled", field="email"
        ) from error
    return user.id


def create_team(new: NewTeam, owner_id: UUID, owner_name: str) -> Actor:
    """A new team with its first owner; the transaction is set to it from here on."""
    slug = check_slug(new.slug)
    team_id = db.new_id()
    zone = check_zone(new.zone)
    team = Team(id=team_id, key=tokens.team_key(), slug=slug, name=new.name, zone=zone)
    try:
        with db.attempt():
            db.add(team)
    except IntegrityError as error:
        raise Conflict(
            _("There is a team at this address already. Choose another."),
            code="slug_taken",
            field="slug",
        ) from error
    db.enter(team_id, owner_id)
    actor = add_member(owner_id, owner_name, role="owner")
    journal.record(actor, "create", "team", team_id)
    return actor


def add_member(
    user_id: UUID, name: str, *, role: str = "member", known_as: Person | None = None
) -> Actor:
    """Let a user into the team that is set; Conflict when they are in it already.

    Somebody who comes back becomes the person they were before. The address they sign in with
    stands on their person, so that an import finds the colleague and makes no second one.
    `known_as` is who the team knew them as, in their own words: they become that person instead of a
    new one.
    """
    if role not in ROLES:
        raise RuleBroken(_("There is no such role."), code="no_such_role", field="role")
    team = db.session().get_one(Team, db.current_team_id())
    audience = team.settings.get("default_audience", SETTINGS["default_audience"])
    membership = Membership(id=db.new_id(), user_id=user_id, role=role, default_audience=audience)
    try:
        with db.attempt():
            db.add(membership)
    except IntegrityError as error:
        raise Conflict(
            _("They are in this team already."), code="already_member", field="email"
        ) from error
    address = primary_email(user_id)
    before = _person_before(user_id)
    if before is not None:
        before.membership_id = membership.id
    elif known_as is not None:
        known_as.join(membership.id)
    else:
        _new_person(membership.id, name, address)
    db.flush()
    actor = find_actor(db.current_team_id(), user_id)
    if actor is None:
        raise Conflict(_("This account is disabled."), code="account_disabled")
    journal.record(actor, "join", "membership", membership.id, about_id=actor.person_id)
    if before is not None and address is not None:
        _add_address(actor, address)
    return actor


def _person_before(user_id: UUID) -> Person | None:
    return db.session().scalar(
        select(Person)
        .join(
            Membership,
            (Membership.team_id == Person.team_id) & (Membership.id == Person.membership_id),
        )
        .where(
            Membership.team_id == db.current_team_id(),
            Membership.user_id == user_id,
            Membership.state != "active",
            # Who was erased is nobody's any more: whoever comes back begins anew.
            Person.erased_at.is_(None),
        )
        .order_by(Membership.ended_at.desc())
        .limit(1)
    )


def _new_person(membership_id: UUID, name: str, address: str | None) -> None:
    person_id = db.new_id()
    person = Person(
        id=person_id,
        canonical_id=person_id,
        author_id=person_id,
        membership_id=membership_id,
        audience="team",
        source="member",
        lawful_basis="contract",
        created_at=clock.now(),
    )
    person.rename(name, name.split(maxsplit=1)[0])
    if address is not None:
        person.emails.append(PersonEmail(value=address))
        person.index_names([address])
    db.add(person)


def _add_address(actor: Actor, address: str) -> None:
    emails = _own_emails(actor)
    if address not in [email["value"] for email in emails]:
        edit_person(actor, actor.person_id, emails=[*emails, {"value": address, "label": ""}])


def replace_address(actor: Actor, old: str, new: str) -> None:
    """Put a new address where the old one stands on the actor's person; who took it off stays so."""
    emails = _own_emails(actor)
    if old in [email["value"] for email in emails]:
        kept = [email for email in emails if email["value"] != new]
        for email in kept:
            email["value"] = new if email["value"] == old else email["value"]
        edit_person(actor, actor.person_id, emails=kept)


def _own_emails(actor: Actor) -> list[dict[str, str]]:
    person = people.get_person(actor, actor.person_id, parts=("emails",))
    return [{"value": email.value, "label": email.label} for email in person.emails]


def check_slug(slug: str) -> str:
    """The team's part of every address: as `slugify` makes it, three characters or more."""
    if slug != slugify(slug) or len(slug) < 3:
        raise RuleBroken(
            _("Use three or more small letters, digits and hyphens, like “northlight”."),
            code="bad_slug",
            field="slug",
        )
    return slug


def check_zone(zone: str) -> str:
    """A time zone by its name in the IANA list."""
    if zone not in available_timezones():
        raise RuleBroken(
            _("There is no such time zone. Choose one like Europe/Berlin."),
            code="no_such_zone",
            field="zone",
        )
    return zone


def name_from(address: str) -> str:
    """A first guess at a name, until its owner says better: `mara.ellison@…` is Mara Ellison."""
    words = [word for word in address.partition("@")[0].replace("_", ".").split(".") if word]
    return " ".join(word.capitalize() for word in words) or address
