"""Emptying a person for good: their rows go, their ids stay, and every sum with them.

What is emptied is what the tables declare (`core.privacy`); beyond that, answers that were kept,
errors, files and exports are swept, since they may quote what no reference leads to.
"""

from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    ColumnElement,
    LargeBinary,
    Table,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy import Text as SqlText

from community.core import clock, db, i18n, outbox
from community.core.addresses import digest_of
from community.core.errors import Conflict
from community.core.i18n import gettext as _
from community.core.idempotency import IdempotencyKey
from community.core.outbox import OutboxRow
from community.core.privacy import DIGEST
from community.identity.models import Actor, User
from community.ledger.actions.outside import tell_key
from community.ledger.models import Give
from community.people.models import Person
from community.records import queries
from community.records.actions import farewell
from community.records.models import Export
from community.records.queries import concerns
from community.records.queries.concerns import Subject

_UNFETCHED: dict[str, Any] = {"synchronize_session": False}
_ENCODINGS = ("utf-8", "utf-16-le", "latin-1")
_QUOTING = ("data", "before", "written", "errors")


def check_may_erase(subject: Subject) -> None:
    """Conflict while the person is in the team: they leave, or an owner lets them go, first."""
    if subject.is_member:
        raise Conflict(
            _("They are in the team. They leave it first, or an owner lets them go."),
            code="still_member",
        )


def erase(actor: Actor, subject: Subject) -> dict[str, int]:
    """Empty everything about the person; returns how many rows each table lost or emptied.

    There is no way back. Nothing of it is in the journal but that it was done.
    """
    check_may_erase(subject)
    db.flush()
    _lock(subject)
    texts = queries.find_names(subject)
    addressees = farewell.find_addressees(subject)
    subject = _with_account(subject)
    _cancel_mail(subject)
    _sweep(subject, texts)
    counts = _empty(subject)
    _close_account(subject)
    _name_nobody(actor, subject)
    farewell.owe_word(addressees)
    db.session().expire_all()
    return counts


def _lock(subject: Subject) -> None:
    db.session().execute(
        select(Person.id)
        .where(Person.team_id == subject.team_id, Person.id.in_(subject.person_ids))
        .order_by(Person.id)
        .with_for_update()
    )


def _with_account(subject: Subject) -> Subject:
    """The account goes too, unless its user is in another team."""
    unit = db.unit()
    before = unit.team_id, unit.user_id
    alone = []
    for user_id in queries.find_users(subject):
        db.enter(unit.team_id, user_id)
        if not queries.is_elsewhere(user_id):
            alone.append(user_id)
    db.enter(*before)
    return replace(subject, user_ids=tuple(dict.fromkeys(alone)))


def _cancel_mail(subject: Subject) -> None:
    gives = db.session().scalars(
        select(Give.id).where(
            Give.team_id == subject.team_id, Give.receiver_id.in_(subject.person_ids)
        )
    )
    outbox.cancel(keys=[tell_key(give_id) for give_id in gives])


def _empty(subject: Subject) -> dict[str, int]:
    """Those that refer first, so that a row is found by what it refers to."""
    counts: dict[str, int] = {}
    for table in reversed(list(concerns.personal())):
        if concerns.is_account(table) and not subject.user_ids:
            continue
        changed = _empty_table(table, subject)
        if changed:
            counts[table.name] = changed
    return counts


def _empty_table(table: Table, subject: Subject) -> int:
    about = concerns.about(table, subject)
    if table.info["privacy"] == "erase":
        gone = db.row_count(db.session().execute(delete(table).where(about)))
        return gone + _forget_private(table, subject)
    columns = concerns.emptied_columns(table)
    if not columns:
        return 0
    if any(table.c[name].info["emptied"] == DIGEST for name in columns):
        return _digest(table, subject)
    nothing = {name: _nothing(table, name) for name in columns}
    return db.row_count(db.session().execute(update(table).where(about).values(nothing)))


def _forget_private(table: Table, subject: Subject) -> int:
    """What they wrote for themselves alone has no reader left."""
    written = concerns.by(table, subject)
    if written is None or "audience" not in table.c:
        return 0
    alone = delete(table).where(written, table.c.audience == "private")
    return db.row_count(db.session().execute(alone))


def _nothing(table: Table, name: str) -> Any:
    column = table.c[name]
    if column.info["emptied"] is not None:
        return column.info["emptied"]
    if column.nullable:
        return None
    if isinstance(column.type, JSON):
        return {}
    empty: dict[type, Any] = {str: "", list: [], dict: {}, bytes: b""}
    return empty[column.type.python_type]


def _digest(table: Table, subject: Subject) -> int:
    """Addresses that get no mail still get none, and nobody is found by them."""
    changed = 0
    for address in subject.addresses:
        known = update(table).where(table.c.team_id == subject.team_id, table.c.address == address)
        changed += db.row_count(db.session().execute(known.values(address=digest_of(address))))
    return changed


def _close_account(subject: Subject) -> None:
    if subject.user_ids:
        db.session().execute(
            update(User)
            .where(User.id.in_(subject.user_ids))
            .values(disabled_at=clock.now())
            .execution_options(**_UNFETCHED)
        )


def _name_nobody(actor: Actor, subject: Subject) -> None:
    """The row keeps its id, and says in the team's language that nobody is behind it any more."""
    with i18n.speaking(queries.find_locale()):
        words = _("Erased person")
    now = clock.now()
    db.session().execute(
        update(Person)
        .where(Person.team_id == subject.team_id, Person.id.in_(subject.person_ids))
        .values(
            name=words,
            erased_at=now,
            deleted_at=func.coalesce(Person.deleted_at, now),
            deleted_by_id=func.coalesce(Person.deleted_by_id, actor.person_id),
            updated_at=now,
            version=Person.version + 1,
        )
        .execution_options(**_UNFETCHED)
    )


def _sweep(subject: Subject, texts: list[str]) -> None:
    """What may quote them and refers to nobody: kept answers, errors, files, exports."""
    answers = (
        update(IdempotencyKey)
        .where(IdempotencyKey.team_id == subject.team_id)
        .values(
            body=None,
            headers={},
            thing_id=func.coalesce(IdempotencyKey.thing_id, subject.person_id),
        )
    )
    db.session().execute(answers.execution_options(**_UNFETCHED))
    files = (
        update(Export)
        .where(Export.team_id == subject.team_id, Export.state.in_(("queued", "running", "done")))
        .values(state="ended", content=None, error="erased")
    )
    db.session().execute(files.execution_options(**_UNFETCHED))
    quoting = [func.strpos(OutboxRow.last_error, text) > 0 for text in texts]
    if quoting:
        errors = update(OutboxRow).where(OutboxRow.team_id == subject.team_id, or_(*quoting))
        db.session().execute(errors.values(last_error=None).execution_options(**_UNFETCHED))
    _sweep_imports(subject, texts)


def _sweep_imports(subject: Subject, texts: list[str]) -> None:
    """Files that name them are dropped, also those that others brought and nobody published yet."""
    batches, rows = (concerns.table_of(name) for name in ("import_batches", "import_rows"))
    with i18n.speaking(queries.find_locale()):
        why = _("Somebody in this file was erased. Bring it again without them.")
    if not texts:
        return
    encoded = {text.encode(way) for text in texts for way in _ENCODINGS if _fits(text, way)}
    dropped = update(batches).where(
        batches.c.team_id == subject.team_id,
        batches.c.content.is_not(None),
        or_(*(_holds(batches.c.content, quoted) for quoted in encoded)),
    )
    db.session().execute(dropped.values(content=None, state="failed", error=why))
    said = func.concat(*(rows.c[name].cast(SqlText) for name in _QUOTING))
    staged = or_(*(func.strpos(said, orjson.dumps(text).decode()[1:-1]) > 0 for text in texts))
    db.session().execute(delete(rows).where(rows.c.team_id == subject.team_id, staged))


def _holds(content: ColumnElement[Any], quoted: bytes) -> ColumnElement[bool]:
    return func.position(literal(quoted, LargeBinary).op("IN")(content)) > 0


def _fits(text: str, encoding: str) -> bool:
    return encoding != "latin-1" or all(ord(letter) < 256 for letter in text)
