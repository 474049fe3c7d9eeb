"""A kind of notice that these tests own: who may read which thing is theirs to say."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from community.core import db, outbox, queue
from community.core.i18n import lazy
from community.core.outbox import Claim
from community.identity.models import Actor
from community.notifications import actions, catalogue
from community.notifications.catalogue import PLAIN, NoticeKind, Words
from tests.factories.identity import acting

KIND = "test_thanked"
QUIET_KIND = "test_portal_only"


@dataclass
class Things:
    """What the test's kind reads: hidden things may not be read by anybody."""

    hidden: set[uuid.UUID] = field(default_factory=set)
    asked: int = 0

    def may_read(self, _actor: Actor, thing_id: uuid.UUID) -> bool:
        self.asked += 1
        return thing_id not in self.hidden

    def words(self, _actor: Actor, thing_id: uuid.UUID) -> Words:
        return Words(
            sentence=f"Ivy thanked you for {thing_id}", path=f"/gives/{thing_id}", from_name="Ivy"
        )


@pytest.fixture
def things(configured: None) -> Iterator[Things]:
    """Two declared kinds of notice: one by portal and mail, one in the portal only."""
    things = Things()
    common = {
        "label": lazy("Someone thanks you"),
        "reason": lazy("You helped with this."),
        "template": PLAIN,
        "may_read": things.may_read,
        "words": things.words,
    }
    catalogue.register(
        [
            NoticeKind(code=KIND, **common),  # type: ignore[arg-type]
            NoticeKind(code=QUIET_KIND, channels=("app",), **common),  # type: ignore[arg-type]
        ]
    )
    yield things
    for code in (KIND, QUIET_KIND):
        del catalogue._kinds[code]


def tell(
    member: Actor, *, by: Actor | None = None, hold: timedelta = timedelta(0), **values: object
) -> uuid.UUID:
    """A notice of a new thing to the member; returns the thing's id."""
    thing_id = uuid.uuid4()
    with acting(by or member):
        actions.notify(
            str(values.get("kind", KIND)),
            member_id=member.member_id,
            thing_kind="give",
            thing_id=thing_id,
            key=str(values.get("key", f"thanked:{thing_id}")),
            from_person_id=by.person_id if by else None,
            hold=hold,
        )
    return thing_id


def claims_of(actor: Actor, job: str = actions.MAIL_JOB) -> list[Claim]:
    """The due rows of the actor's team, taken; those of other tests go back."""
    loaded = outbox.load(outbox.claim(queue.MAIL, 10_000))
    mine = [claim for claim in loaded if claim.team_id == actor.team_id and claim.job == job]
    outbox.release([claim for claim in loaded if claim not in mine])
    return mine


def state_of(claim: Claim) -> str:
    """The state of an outbox row."""
    with db.transaction(claim.team_id) as unit:
        row = unit.session.get_one(outbox.OutboxRow, (claim.team_id, claim.id))
        return row.state


Deliver = Callable[[], list[str]]
