"""How the tests of data rights have their work done."""

import io
import zipfile
from typing import Any

import orjson
from sqlalchemy import select

from community.core import db, outbox, queue
from community.identity.models import Actor
from community.notifications.models import Notice
from community.people.models import Person
from community.records import actions
from community.records.jobs import JOBS
from community.records.models import Export, SubjectRequest
from tests.factories.identity import acting

SECRET = "Only I know that she looks for a new office."


def ask(actor: Actor, kind: str, person: Person | None = None) -> SubjectRequest:
    with acting(actor):
        return actions.receive_request(actor, kind, person_id=person.id if person else None)


def prepared(steward: Actor, person: Person, kind: str = "access") -> SubjectRequest:
    asked = ask(steward, kind, person)
    with acting(steward):
        return actions.prepare_request(steward, asked.id)


def completed(owner: Actor, asked: SubjectRequest) -> Export:
    """The file that an owner has made in answer to a prepared request."""
    with acting(owner) as unit:
        actions.complete_request(owner, asked.id)
        return unit.session.scalars(select(Export).where(Export.request_id == asked.id)).one()


def told(actor: Actor, kind: str) -> int:
    with acting(actor) as unit:
        found = select(Notice.id).where(
            Notice.team_id == actor.team_id,
            Notice.member_id == actor.member_id,
            Notice.kind == kind,
        )
        return len(unit.session.scalars(found).all())


def data_of(export: Export) -> dict[str, Any]:
    archive = zipfile.ZipFile(io.BytesIO(built(export)))
    found: dict[str, Any] = orjson.loads(archive.read("data.json"))
    return found


def export(actor: Actor, scope: str, person: Person | None = None) -> Export:
    with acting(actor):
        return actions.make_export(actor, scope, person_id=person.id if person else None)


def work(team_id: object, of: str = queue.WORK) -> int:
    """What the worker would do for the team; returns how many files were made, or mails sent."""
    mine = [claim for claim in outbox.claim(of, 1000) if claim.team_id == team_id]
    found = [claim for claim in outbox.load(mine) if claim.job in JOBS]
    for claim in found:
        JOBS[claim.job](claim)
    return len(found)


def built(export: Export) -> bytes:
    """The bytes of an export once the worker made it."""
    assert work(export.team_id)
    content = again(export).content
    assert content is not None, again(export).error
    return content


def again(export: Export) -> Export:
    """The export as it is now, with its bytes."""
    with db.transaction(export.team_id) as unit:
        found = unit.session.get_one(Export, (export.team_id, export.id))
        assert found.state
        _ = found.content
        return found
