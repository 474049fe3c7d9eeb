"""Pictures of persons: decoded, turned and cut before they come here, and never as they were sent."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped

from community.core import clock, db
from community.core.privacy import KEY, PROOF, about, erased, exported, info, kept


class Picture(db.TeamThing, db.Base):
    """One picture. `Person.picture_id` says which one is shown, so that none is ever rewritten.

    One that nobody shows stays for as long as the act can be undone, and is forgotten then.
    """

    __tablename__ = "pictures"
    __table_args__ = (
        db.team_fk("person_id", "persons"),
        db.team_fk("author_id", "persons", ondelete="NO ACTION"),
        Index("ix_pictures_person", "team_id", "person_id"),
        {
            # Whoever chose it for somebody else has not written anything: it is theirs whom it shows.
            "info": info("erase", concerns=about("person_id", seen=("picture", "id")))
        },
    )

    person_id: Mapped[UUID] = kept(why=KEY, person=True)
    author_id: Mapped[UUID] = kept(why=PROOF, person=True)
    content: Mapped[bytes] = exported(LargeBinary, deferred=True)
    small: Mapped[bytes] = erased(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = kept(default=clock.now)
    unused_since: Mapped[datetime | None] = kept()
