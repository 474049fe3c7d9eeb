"""Plain: bare Flask and SQLAlchemy's ORM as a tutorial has them, without authentication."""

import os
from typing import Any
from uuid import UUID

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import MetaData, create_engine, func, or_, select
from sqlalchemy.ext.automap import automap_base
from sqlalchemy.orm import Session

from bench.load import WORLD
from community.core.db import new_id

engine = create_engine(os.environ["FLOOR_DATABASE_URL"], pool_size=8)
_metadata = MetaData()
_metadata.reflect(
    engine,
    only=["persons", "person_emails", "person_phones", "positions", "notes", "gives", "give_acts"]
    + ["give_states", "give_words", "pair_sums"],
)
_Base = automap_base(metadata=_metadata)
_Base.prepare(generate_relationship=lambda *_args, **_kwargs: None)
_rows: Any = _Base.classes
app = Flask(__name__)
# What was opened for reflecting must not be shared by the forked workers.
engine.dispose()


def _values(row: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


def _person(session: Session, row: Any) -> dict[str, Any]:
    found = _values(row)
    for name, model in (
        ("emails", _rows.person_emails),
        ("phones", _rows.person_phones),
        ("positions", _rows.positions),
    ):
        inner = session.scalars(
            select(model).where(model.team_id == row.team_id, model.person_id == row.id)
        )
        found[name] = [_values(value) for value in inner]
    return found


@app.get("/api/v1/people")
def people() -> ResponseReturnValue:
    """List 50."""
    p = _rows.persons
    with Session(engine) as session:
        rows = session.scalars(
            select(p).where(p.team_id == WORLD.team).order_by(p.sort_key, p.id).limit(50)
        )
        return jsonify(items=[_person(session, row) for row in rows], next=None)


@app.get("/api/v1/people/<uuid:person_id>")
def person(person_id: UUID) -> ResponseReturnValue:
    """One person."""
    with Session(engine) as session:
        return jsonify(
            _person(
                session, session.get_one(_rows.persons, {"team_id": WORLD.team, "id": person_id})
            )
        )


@app.get("/api/v1/people/<uuid:person_id>/timeline")
def timeline(person_id: UUID) -> ResponseReturnValue:
    """The latest notes and gives."""
    n, s, w = _rows.notes, _rows.give_states, _rows.give_words
    with Session(engine) as session:
        notes = session.scalars(
            select(n)
            .where(n.team_id == WORLD.team, n.person_id == person_id)
            .order_by(n.happened_at.desc())
            .limit(20)
        )
        found = [_values(row) for row in notes]
        gives = session.execute(
            select(s, w)
            .join(w, (w.team_id == s.team_id) & (w.give_id == s.give_id))
            .where(
                s.team_id == WORLD.team, or_(s.giver_id == person_id, s.receiver_id == person_id)
            )
            .order_by(s.happened_on.desc())
            .limit(20)
        )
        found += [{**_values(state), "story": words.story} for state, words in gives]
        return jsonify(items=found[:20], next=None)


@app.get("/api/v1/search")
def search() -> ResponseReturnValue:
    """By name."""
    p = _rows.persons
    with Session(engine) as session:
        like = p.sought.op("%>")(request.args["q"].lower())
        order = func.word_similarity(request.args["q"].lower(), p.sought).desc()
        rows = session.scalars(
            select(p).where(p.team_id == WORLD.team, like).order_by(order).limit(20)
        )
        return jsonify(items=[_values(row) for row in rows], next=None)


@app.get("/api/v1/reciprocity/people/<uuid:person_id>")
def pair(person_id: UUID) -> ResponseReturnValue:
    """The kept sums of a pair."""
    key = {"team_id": WORLD.team, "viewer_id": WORLD.me, "other_id": person_id}
    with Session(engine) as session:
        row = session.get(_rows.pair_sums, key)
        return jsonify(_values(row) if row else None)


@app.post("/api/v1/gives")
def give() -> ResponseReturnValue:
    """Log one."""
    sent, give_id = request.get_json(), new_id()
    day = func.current_date()
    common = {
        "team_id": WORLD.team,
        "giver_id": WORLD.me,
        "receiver_id": UUID(sent["receiver_id"]),
        "kind": sent["kind"],
    }
    with Session(engine) as session:
        more = {"size": "medium", "happened_on": day, "no_reply": False, "created_at": func.now()}
        session.add(
            _rows.gives(id=give_id, logged_by_id=WORLD.me, weights_version=0, **common, **more)
        )
        session.flush()
        session.add(
            _rows.give_acts(
                team_id=WORLD.team,
                give_id=give_id,
                seq=1,
                verb="log",
                by_id=WORLD.me,
                at=func.now(),
                data={},
            )
        )
        state = {
            "state": "logged",
            "version": 1,
            "value": 1,
            "counted_value": 0,
            "awaiting": True,
            "outside": False,
        }
        audience = {
            "author_id": WORLD.me,
            "audience": "team",
            "audience_people": [],
            "updated_at": func.now(),
        }
        session.add(_rows.give_states(give_id=give_id, **common, **more, **state, **audience))
        words = {
            "thanks": "",
            "dispute_reason": "",
            "told_subject": "",
            "told_body": "",
            "told_address": "",
        }
        session.add(
            _rows.give_words(team_id=WORLD.team, give_id=give_id, story=sent["story"], **words)
        )
        session.commit()
    return jsonify(id=give_id, state="logged", **sent), 201
