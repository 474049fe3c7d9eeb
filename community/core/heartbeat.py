"""Signs of life of the processes, as rows: RQ's own registry vanishes with the queue's server."""

from datetime import datetime

from sqlalchemy import Text, text
from sqlalchemy.orm import Mapped

from community.core import db
from community.core.privacy import KEY, info, kept


class Heartbeat(db.Base):
    """The last sign of life of one named process."""

    __tablename__ = "heartbeats"
    __table_args__ = {"info": info("keep", "names of our own processes")}

    name: Mapped[str] = kept(Text, primary_key=True, why=KEY)
    beat_at: Mapped[datetime] = kept()
    detail: Mapped[str | None] = kept(Text)


_BEAT = text(
    "INSERT INTO heartbeats (name, beat_at, detail) VALUES (:name, clock_timestamp(), :detail)"
    " ON CONFLICT (name) DO UPDATE SET beat_at = excluded.beat_at, detail = excluded.detail"
)


def beat(name: str, detail: str | None = None) -> None:
    """Say that the process is alive. Own transaction."""
    with db.transaction() as unit:
        unit.session.execute(_BEAT, {"name": name, "detail": detail})


def ages() -> dict[str, float]:
    """Seconds since each process last gave a sign of life, by name."""
    rows = db.session().execute(
        text("SELECT name, extract(epoch FROM clock_timestamp() - beat_at) AS age FROM heartbeats")
    )
    return {row.name: float(row.age) for row in rows}
