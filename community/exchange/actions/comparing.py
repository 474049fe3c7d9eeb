"""Planning: who of the file is here already, and what each row would make or change."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import select, text

from community.core import clock, db
from community.exchange import queries
from community.exchange.actions.refusing import refuse_broken_rows
from community.exchange.actions.surroundings import Surroundings
from community.exchange.formats.opening import TABLES
from community.exchange.formats.record import PersonRecord
from community.exchange.matching.joining import Group, Here, Joiner, Key, Place
from community.exchange.matching.names import STRANGERS, closeness
from community.exchange.matching.news import news_of
from community.exchange.matching.plans import (
    REASONS,
    Plan,
    Standing,
    join_records,
    plan_new,
    plan_update,
)
from community.exchange.models import ImportBatch, ImportRow
from community.exchange.queries.duplicates import find_duplicates
from community.exchange.queries.here import chunks, find_here, find_keys
from community.exchange.queries.standing import find_standing
from community.identity.models import Actor

AT_ONCE = 500


class Comparer:
    """Compares one import with the people here; kept over the stretches of one job."""

    def __init__(self) -> None:
        self._groups: Any = None
        self._around: Surroundings | None = None

    def compare_some(self, actor: Actor, batch: ImportBatch) -> None:
        """The next people of the file; after the last the preview is ready."""
        if self._groups is None:
            self._groups = self._open(actor, batch)
        groups = list(islice(self._groups, AT_ONCE))
        assert self._around is not None
        plan_groups(actor, batch, groups, self._around)
        batch.progress += sum(len(group.rows) for group in groups)
        if len(groups) < AT_ONCE:
            batch.counts = queries.count_outcomes(batch)
            refuse_broken_rows(batch)
            batch.enter("ready" if batch.dry_run else "publishing")

    def _open(self, actor: Actor, batch: ImportBatch) -> Any:
        staged = find_staged(batch)
        groups = survey(actor, batch)
        self._around = around(actor, batch, groups)
        return iter([group for group in groups if any(row.place in staged for row in group.rows)])


def find_staged(batch: ImportBatch) -> set[Place]:
    """The rows nothing was decided about yet."""
    statement = select(ImportRow.line, ImportRow.seq).where(
        ImportRow.team_id == batch.team_id,
        ImportRow.batch_id == batch.id,
        ImportRow.outcome == "staged",
    )
    return {(line, seq) for line, seq in db.session().execute(statement)}


def survey(actor: Actor, batch: ImportBatch) -> list[Group]:
    """The people of the file, each with its rows and with whom it is here."""
    keys = find_keys(batch)
    here = find_here(actor, batch.source, keys)
    foreign = _named_like_another(batch, keys, here)
    joiner = Joiner(here)
    joiner.take(key for key in keys if key.place not in foreign)
    _refuse(batch, [key for key in keys if key.place in foreign])
    return joiner.groups


def _named_like_another(batch: ImportBatch, keys: Sequence[Key], here: Here) -> set[Place]:
    """Rows whose id an earlier table without a source's name gave to somebody else.

    Every spreadsheet has a row 1: without a name for where it comes from, an id is believed
    only as long as the name or a mail agrees.
    """
    if batch.format not in TABLES or batch.reading.source:
        return set()
    foreign = set()
    for key in keys:
        known = here.by_external_id.get(key.external_id or "")
        if known is None or closeness(key.name, known.name) > STRANGERS:
            continue
        holders = {holder.id for mail in key.emails for holder in here.by_mail.get(mail, ())}
        if known.id not in holders:
            foreign.add(key.place)
    return foreign


def _refuse(batch: ImportBatch, keys: Sequence[Key]) -> None:
    plans = {
        key.place: Plan(
            "error",
            reasons=[_reason("external_id", "id_of_another", value=str(key.external_id)[:80])],
        )
        for key in keys
    }
    write_plans(batch, plans)


def around(actor: Actor, batch: ImportBatch, groups: Sequence[Group]) -> Surroundings:
    """What the plans of these people are made against."""
    return Surroundings(actor, batch, {each for group in groups for each in group.external_ids})


def plan_groups(
    actor: Actor, batch: ImportBatch, groups: Sequence[Group], about: Surroundings
) -> None:
    """Decide what becomes of these people's rows, and stage it."""
    for some in chunks(groups, AT_ONCE):
        write_plans(batch, _plans(actor, batch, some, about))


def _plans(
    actor: Actor, batch: ImportBatch, groups: Sequence[Group], about: Surroundings
) -> dict[Place, Plan]:
    records = _records(batch, [row.place for group in groups for row in group.rows])
    here = {group.person.id: group.person for group in groups if group.person}
    standing = find_standing(actor, batch, here) if here else {}
    today, team = clock.today(actor.team_zone), about.of(records.values())
    plans: dict[Place, Plan] = {}
    for group in groups:
        record = join_records([records[row.place] for row in group.rows])
        known = standing.get(group.person.id) if group.person else None
        ids = list(dict.fromkeys(row.external_id for row in group.rows if row.external_id))
        plans[group.leader] = (
            _with_news(plan_update(record, ids, known, today, team), known)
            if known
            else plan_new(record, ids, team)
        )
        for row in group.rows:
            if row.place != group.leader:
                line = group.leader[0]
                joined = Plan("joined", before={"line": line})
                plans[row.place] = joined
                joined.reasons.append(_reason(None, "joined", line=line))
    for place, alike in find_duplicates(actor, plans).items():
        plans[place].before["duplicates"] = alike
    return plans


def _with_news(plan: Plan, known: Standing) -> Plan:
    """An update that also says what is new in somebody's life."""
    found = news_of(plan.written, known) if plan.written.get("positions") else None
    if found is not None:
        plan.written["news"] = found
    return plan


def _reason(field: str | None, code: str, **params: str | int) -> dict[str, Any]:
    return {"field": field, "code": code, "params": params}


_RECORDS = text(
    """
    SELECT r.line, r.seq, r.data
    FROM unnest(CAST(:lines AS integer[]), CAST(:seqs AS integer[])) AS w (line, seq)
    JOIN import_rows r ON r.team_id = :team_id AND r.batch_id = :batch_id
         AND r.line = w.line AND r.seq = w.seq
    """
)


def _records(batch: ImportBatch, places: Sequence[Place]) -> dict[Place, PersonRecord]:
    found = {}
    for some in chunks(places, AT_ONCE):
        lines, seqs = zip(*some, strict=True)
        values: dict[str, Any] = {"team_id": batch.team_id, "batch_id": batch.id}
        values |= {"lines": list(lines), "seqs": list(seqs)}
        for row in db.session().execute(_RECORDS, values):
            found[row.line, row.seq] = PersonRecord.from_data(row.data)
    return found


# What was wrong with the row as it was read stays; what an earlier comparison said is replaced.
_WRITE = text(
    """
    UPDATE import_rows r
    SET outcome = p.outcome, before = p.before, written = p.written, person_id = p.person_id,
        person_version = p.person_version,
        errors = p.reasons || coalesce((SELECT jsonb_agg(e) FROM jsonb_array_elements(r.errors) e
                                        WHERE e ->> 'code' <> ALL (:reasons)), '[]')
    FROM jsonb_to_recordset(CAST(:plans AS jsonb)) AS p (line integer, seq integer, outcome text,
         before jsonb, written jsonb, reasons jsonb, person_id uuid, person_version integer)
    WHERE r.team_id = :team_id AND r.batch_id = :batch_id AND r.line = p.line AND r.seq = p.seq
    """
)


def write_plans(batch: ImportBatch, plans: Mapping[Place, Plan]) -> None:
    """Stage what was decided."""
    if not plans:
        return
    rows = [
        {
            "line": line,
            "seq": seq,
            "outcome": plan.outcome,
            "before": plan.before,
            "written": plan.written,
            "reasons": plan.reasons,
            "person_id": plan.person_id,
            "person_version": plan.version,
        }
        for (line, seq), plan in plans.items()
    ]
    values = {"team_id": batch.team_id, "batch_id": batch.id, "reasons": list(REASONS)}
    db.session().execute(_WRITE, {**values, "plans": orjson.dumps(rows).decode()})
