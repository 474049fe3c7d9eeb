"""Making the sample team, and taking it away again.

Everything is done by the features' own actions, each at the time it would have been done, so
that states, sums, journal and notices agree as they do in a team that lived through the year.
Nothing is owed to anybody outside: what would have been mailed is not.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from operator import itemgetter
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import delete, text, update

from community.accounts.actions.agreement import accept_agreement, publish
from community.accounts.actions.circles import add_to_circle, create_circle
from community.accounts.actions.teams import NewTeam, add_member, create_team, find_or_create_user
from community.core import clock, db, outbox
from community.demo import queries
from community.demo.actions import moments, stories, year
from community.demo.actions.cast import AGREEMENT, CIRCLES, MEMBERS, TEAM_NAME, TEAM_SLUG, TEAM_ZONE
from community.demo.actions.faces import draw_face
from community.demo.actions.profiles import PROFILES, TEAM
from community.demo.actions.year import Act, Held
from community.identity.models import Actor, Team, User, UserEmail, Visibility
from community.identity.queries import find_actor, get_team
from community.ledger import actions as ledger
from community.ledger.actions import Draft, Letter
from community.notifications.models import Notice
from community.people.actions.facts import add_fact
from community.people.actions.notes import add_note
from community.people.actions.organisations import create_organisation
from community.people.actions.persons import create_person, edit_person
from community.people.actions.pictures import set_picture
from community.people.actions.profiles import set_profile
from community.people.actions.relations import add_relation
from community.people.actions.views import save_view
from community.records.actions import receive_request, record_consent
from community.relationships.actions import add_tie

Step = tuple[datetime, Callable[[], None]]

UNSEEN = timedelta(days=8)
# Before the commit there are no statistics, and a plan guessed or kept from when the tables
# were empty takes seconds once they are not. Each side of a join is read once instead.
_PLAIN_PLANS = text(
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true),"
    " set_config('enable_nestloop', 'off', true), set_config('join_collapse_limit', '1', true)"
)


def make_sample_team() -> str | None:
    """The sample team with its year of help. Returns its slug, or None when it is here already."""
    if queries.find_sample_team() is not None:
        return None
    db.session().execute(_PLAIN_PLANS)
    now = clock.now()
    team = _Making(now)
    with clock.running_at(now - year.FIRST_MORNING):
        team.found()
    # In the order of time, in which the audit tells of it.
    for at, step in sorted(team.steps(), key=itemgetter(0)):
        with clock.running_at(at):
            step()
            db.session().flush()
    db.flush()
    _owe_nothing(now)
    return TEAM_SLUG


def remove_sample_team() -> bool:
    """Take the sample team and everything in it away; its users too, but who is in another team."""
    team = queries.find_sample_team()
    if team is None:
        return False
    db.enter(team.id, None)
    users = queries.user_ids(team.id)
    ours = []
    for user_id in users:
        db.enter(None, user_id)
        ours += [user_id] if queries.count_teams_of(user_id) == 1 else []
    db.session().execute(delete(Team).where(Team.id == team.id))
    db.session().execute(delete(User).where(User.id.in_(ours)))
    return True


class _Making:
    """The sample team while it is being made: who is who, by name, and the gives by number."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.random = Random(year.SEED)
        self.actors: dict[str, Actor] = {}
        self.person_ids: dict[str, UUID] = {}
        self.circles: dict[str, UUID] = {}
        self.held: dict[str, Held] = {held.person.name: held for held in year.hold_outsiders(now)}
        self.others: dict[int, str] = {}
        self.gives: dict[int, UUID] = {}

    def found(self) -> None:
        """The team, its members and its two circles."""
        users = {member.name: _user(member.email) for member in MEMBERS}
        owner = create_team(
            NewTeam(TEAM_NAME, TEAM_SLUG, TEAM_ZONE), users[MEMBERS[0].name], MEMBERS[0].name
        )
        get_team(owner).is_demo = True
        number = publish(owner, AGREEMENT).number
        joined = {MEMBERS[0].name: owner}
        for member in MEMBERS[1:]:
            joined[member.name] = add_member(users[member.name], member.name, role=member.role)
        for name, purpose in CIRCLES.items():
            circle = create_circle(owner, name=name, purpose=purpose)
            self.circles[name] = circle.id
            owner = _again(owner)
            for member in MEMBERS[1:]:
                if name in member.circles:
                    add_to_circle(owner, circle.id, joined[member.name].person_id)
        for member in MEMBERS:
            actor = self.actors[member.name] = _again(joined[member.name])
            self.person_ids[member.name] = actor.person_id
            accept_agreement(actor, number)
            edit_person(
                actor,
                actor.person_id,
                emails=[{"value": member.email, "label": "work"}],
                positions=[{"title": member.title, "organisation": "Northlight"}],
                birthday=_birthday(member.birthday),
                tags=list(member.tags),
            )
            set_picture(actor, actor.person_id, draw_face(member.name))

            said = PROFILES.get(member.name, {})
            set_profile(
                actor, {part: {"text": text, "visibility": TEAM} for part, text in said.items()}
            )

        owner = self.actors[MEMBERS[0].name]
        save_view(owner, name="Founders around us", query="tag=founder", is_shared=True)

    def steps(self) -> Iterator[Step]:
        """What happened after that, and when."""
        yield from self._entries()
        yield from self._acts()
        yield from self._notes()
        yield from self._around()
        yield from self._facts()
        yield from moments.steps(self.now, list(self.held.values()), self.actors, self.person_ids)
        yield from self._rights()

    def _entries(self) -> Iterator[Step]:
        """The people around the team, each entered by whoever knows them best."""
        for number, held in enumerate(self.held.values()):
            yield held.entered_at, partial(self._enter, held, self._given(number, held))

    def _enter(self, held: Held, given: dict[str, Any]) -> None:
        name, actor = held.person.name, self.actors[held.author]
        written = create_person(actor, source_kind="demo", **given)
        self.person_ids[name] = written.person.id
        if len(self.person_ids) % 3 == 0:
            set_picture(actor, written.person.id, draw_face(name))

    def _given(self, number: int, held: Held) -> dict[str, Any]:
        person, random = held.person, self.random
        first, last = person.name.split(maxsplit=1)
        began = self.now.date() - timedelta(days=random.randint(300, 2500))
        given: dict[str, Any] = {
            "name": person.name,
            "call_name": first,
            "emails": [{"value": person.email, "label": "work"}],
            "tags": list(person.tags),
            "positions": [
                {"title": person.title, "organisation": person.organisation, "from_on": began}
            ],
            "visibility": self._visibility(held.author, held.audience),
        }
        if number % 3 == 0:
            given["phones"] = [{"value": f"+44 20 7946 0{number:03d}", "label": "mobile"}]
        if number % 4 == 1:
            given["links"] = [
                {"value": f"https://www.example.org/people/{first}-{last}".lower(), "label": "web"}
            ]
        if number % 5 != 4:
            # Two of them in the coming fortnight, the others over the year.
            ahead = {10: 5, 25: 11}.get(number, random.randint(15, 350))
            given["birthday"] = _of_day(
                self.now.date() + timedelta(days=ahead), random.randint(1955, 1998)
            )
        return given

    def _visibility(self, author: str, audience: str) -> dict[str, Any]:
        circle = next(member.circles[0] for member in MEMBERS if member.name == author)
        circle_id = self.circles[circle] if audience == "circle" else None
        return {"audience": audience, "people": [], "circle_id": circle_id}

    def _acts(self) -> Iterator[Step]:
        """The year's help, act by act."""
        planned = year.plan_year(self.now)
        self.others = {
            each.number: each.receiver if each.acts[0].verb == "log" else each.giver
            for each in planned
        }
        for act in year.acts_in_order(planned):
            yield act.at, partial(self._do, act)

    def _do(self, act: Act) -> None:
        if act.verb in ("log", "thank"):
            self.gives[act.give] = self._write(act)
            return
        if act.verb == "lapse":
            ledger.lapse_unanswered(act.at)
            return
        if act.verb == "answer_by_link":
            link = queries.get_link(self.gives[act.give])
            ledger.answer_by_link(link, yes=True, words=act.data["words"])
            return
        getattr(ledger, act.verb)(self.actors[act.by], self.gives[act.give], **act.data)

    def _write(self, act: Act) -> UUID:
        actor, other = self.actors[act.by], self.others[act.give]
        data: dict[str, Any] = {**act.data}
        audience, letter = data.pop("audience"), data.pop("letter", False)
        data["receiver_id" if act.verb == "log" else "giver_id"] = self.person_ids[other]
        draft = Draft(
            visibility=self._audience(act.by, other, audience),
            tell_outsider=_letter(act.by, other, data["story"]) if letter else None,
            **data,
        )
        write = ledger.log_give if act.verb == "log" else ledger.say_thanks
        return write(actor, draft).entry.give.id

    def _audience(self, writer: str, other: str, audience: str) -> Visibility | None:
        if audience == "private":
            return Visibility("private")
        of = {member.name: set(member.circles) for member in MEMBERS}
        shared = sorted(of[writer] & of.get(other, set()))
        return (
            Visibility("circle", circle_id=self.circles[shared[0]])
            if audience == "circle" and shared
            else None
        )

    def _around(self) -> Iterator[Step]:
        """Where some of them are, how they were met, and how two of them stand to each other."""
        seen = [held for held in self.held.values() if held.audience == "team"]
        known = list({held.person.organisation: held for held in reversed(seen)}.values())[-4:]
        for number, held in enumerate(known):
            at = held.entered_at + timedelta(hours=2)
            yield at, partial(self._place, held)
            yield at + timedelta(minutes=5), partial(self._meet, held, stories.MET[number])
        first, second = known[:2]
        at = max(first.entered_at, second.entered_at) + timedelta(days=3)
        yield at, partial(self._relate, first, second)

    def _place(self, held: Held) -> None:
        create_organisation(self.actors[held.author], name=held.person.organisation)

    def _meet(self, held: Held, where: str) -> None:
        met_on = f"{held.entered_at:%Y-%m}"
        visibility = self._visibility(held.author, "team")
        add_tie(
            self.actors[held.author],
            self.person_ids[held.person.name],
            met_on=met_on,
            met_where=where,
            visibility=visibility,
        )

    def _relate(self, one: Held, other: Held) -> None:
        add_relation(
            self.actors[one.author],
            self.person_ids[one.person.name],
            kind="introduced_by",
            other_id=self.person_ids[other.person.name],
            visibility=self._visibility(one.author, "team"),
        )

    def _rights(self) -> Iterator[Step]:
        """What some agreed to, and what one of them asks about what is held on them."""
        known = [name for name, held in self.held.items() if held.audience == "team"][:3]
        for days, name in zip((210, 96, 40), known, strict=False):
            yield self.now - timedelta(days=days), partial(self._agree, name)
        yield self.now - timedelta(days=9), partial(self._ask, known[-1])

    def _agree(self, name: str) -> None:
        record_consent(
            self.actors[MEMBERS[0].name],
            self.person_ids[name],
            purpose=stories.CONSENT,
            is_given=True,
            how=stories.CONSENT_HOW,
        )

    def _ask(self, name: str) -> None:
        owner, asked = self.actors[MEMBERS[0].name], self.person_ids[name]
        receive_request(owner, "access", person_id=asked, words=stories.DATA_REQUEST)

    def _notes(self) -> Iterator[Step]:
        """What members noted about the people they know: for the team, their circle, or themselves."""
        for number, (name, held) in enumerate(self.held.items()):
            for author in held.known_by[: 1 + number % 3]:
                audience = self.random.choices(("team", "circle", "private"), (5, 2, 3))[0]
                audience = audience if held.audience == "team" else "private"
                words = stories.PRIVATE_NOTES if audience == "private" else stories.NOTES
                body = stories.fill(self.random, self.random.choice(words), city=held.person.city)
                at = self.now - timedelta(
                    days=self.random.randint(1, 350), hours=self.random.randint(1, 9)
                )
                yield (
                    max(at, held.entered_at + timedelta(hours=1)),
                    partial(self._note, author, name, body, audience),
                )

    def _note(self, author: str, name: str, body: str, audience: str) -> None:
        visibility = self._visibility(author, audience)
        add_note(self.actors[author], self.person_ids[name], body=body, visibility=visibility)

    def _facts(self) -> Iterator[Step]:
        """What members know of some of them, now and then with a day to look again."""
        for number, (name, held) in enumerate(list(self.held.items())[::2]):
            kind, words, days = stories.FACTS[number % len(stories.FACTS)]
            given: dict[str, Any] = {
                "kind": kind,
                "text": stories.fill(self.random, words, city=held.person.city),
                "certainty": ("sure", "sure", "likely")[number % 3],
            }
            if days is not None:
                given["recheck_on"] = (self.now + timedelta(days=days)).date()
            yield held.entered_at + timedelta(hours=2), partial(self._fact, held, name, given)

    def _fact(self, held: Held, name: str, given: dict[str, Any]) -> None:
        audience = "team" if held.audience == "team" else "private"
        visibility = self._visibility(held.author, audience)
        add_fact(self.actors[held.author], self.person_ids[name], visibility=visibility, **given)


def _user(address: str) -> UUID:
    user_id = find_or_create_user(address)
    db.session().execute(
        update(UserEmail).where(UserEmail.address == address).values(verified_at=clock.now())
    )
    return user_id


def _again(actor: Actor) -> Actor:
    found = find_actor(actor.team_id, actor.user_id)
    assert found is not None
    return found


def _birthday(day: tuple[int, int] | None) -> dict[str, int | None] | None:
    return {"month": day[0], "day": day[1], "year": None} if day else None


def _of_day(day: date, born: int) -> dict[str, int | None]:
    return {"month": day.month, "day": day.day, "year": None if day.month == 2 else born}


def _letter(writer: str, other: str, story: str) -> Letter:
    names = {"name": other.split(maxsplit=1)[0], "me": writer.split(maxsplit=1)[0]}
    return Letter(stories.LETTER_SUBJECT, stories.LETTER_BODY.format(story=story, **names))


def _owe_nothing(now: datetime) -> None:
    """No mail leaves for what is only said to have happened; older notices were seen."""
    db.session().execute(
        delete(outbox.OutboxRow).where(outbox.OutboxRow.team_id == db.current_team_id())
    )
    db.session().execute(
        update(Notice)
        .where(Notice.team_id == db.current_team_id(), Notice.visible_at < now - UNSEEN)
        .values(seen_at=Notice.visible_at + timedelta(hours=5))
    )
