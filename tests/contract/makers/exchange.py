"""Imports, which are their importer's alone."""

from typing import TYPE_CHECKING

from community.core import db
from community.exchange.models import ImportBatch, ImportRow
from tests.contract.things import OWN, READERS, Kind, Thing, maker_of, word
from tests.factories.identity import acting
from tests.factories.people import make_person

if TYPE_CHECKING:
    from tests.contract.world import World


def import_batch(world: "World", case: str) -> Thing:
    """A file that was read and waits to be published."""
    maker, secret = maker_of(world, case), word()
    with acting(maker):
        batch = ImportBatch(
            id=db.new_id(),
            author_id=maker.person_id,
            format="csv",
            filename=f"{secret}.csv",
            content=f"Name,Email\nQuillon {secret},{secret.lower()}@example.org\n".encode(),
            dry_run=True,
            total=1,
        )
        batch.enter("ready")
        db.add(batch)
        db.flush()
        row = ImportRow(batch_id=batch.id, line=2, outcome="new")
        row.data = {"line": 2, "name": f"Quillon {secret}"}
        db.add(row)
    path = {"batch_id": str(batch.id)}
    return Thing(maker, READERS[case], path, (secret, str(batch.id)), batch.id)


def news(world: "World", case: str) -> Thing:
    """A published import that found somebody in another job."""
    maker, secret = maker_of(world, case), word()
    person = make_person(maker, f"Quillon {secret}", audience="private")
    with acting(maker):
        batch = ImportBatch(
            id=db.new_id(), author_id=maker.person_id, format="csv", filename=f"{secret}.csv"
        )
        batch.enter("done")
        db.add(batch)
        db.flush()
        row = ImportRow(batch_id=batch.id, line=2, outcome="update", person_id=person.id)
        job = {"id": str(db.new_id()), "organisation": secret, "title": ""}
        row.written = {
            "fields": ["positions"],
            "ended": [],
            "news": {"state": "offered", "kind": "job", "was": [job], "is": job},
        }
        db.add(row)
    path = {"batch_id": str(batch.id), "person_id": str(person.id)}
    return Thing(maker, READERS[case], path, (secret, str(batch.id)), batch.id)


KINDS: dict[str, Kind] = {"import": Kind(import_batch, OWN), "news": Kind(news, OWN)}
