"""How a give stands now: the projection of its acts, and the rules of what may follow what.

Every change of state is an act: a method here makes the next one and applies it, and
`replay` applies the same acts again. So the row equals a replay by construction.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Index, Integer, Numeric, Text, text
from sqlalchemy.orm import Mapped

from community.core import clock, db
from community.core.errors import Conflict
from community.core.i18n import gettext as _
from community.core.privacy import KEY, SUMS, about, info, kept
from community.identity.models import Audienced, Visibility, audience_checks
from community.ledger.models.gives import Give, GiveAct
from community.ledger.models.values import CONFIRMED, counted, counted_for_giver, value_of

MOVES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "acknowledge": (("logged", "lapsed", "disputed"), "acknowledged"),
    "amend": (("logged", "lapsed"), "amended"),
    "dispute": (("logged",), "disputed"),
    "retract": (("logged", "disputed"), "retracted"),
    "lapse": (("logged",), "lapsed"),
    "correct": (CONFIRMED, "corrected"),
}
"""verb → (from these states, to this one). A thanks may be retracted too, inside its hold."""
SETTLED = ("retracted", "corrected")


class GiveState(db.TeamOwned, Audienced, db.Base):
    """How a give stands now.

    `outside` says that nobody of the team received it when it was logged. `told_at` is when
    the giver asked for them to be told. Until `held_until` the latest act can be undone.
    """

    __tablename__ = "give_states"
    __table_args__ = (
        *audience_checks(),
        db.team_fk("give_id", "gives"),
        db.team_fk("giver_id", "persons", ondelete="NO ACTION"),
        db.team_fk("receiver_id", "persons", ondelete="NO ACTION"),
        db.team_fk("author_id", "persons", ondelete="NO ACTION"),
        db.team_fk("circle_id", "circles", ondelete="NO ACTION"),
        Index("ix_give_states_list", "team_id", "happened_on", "give_id"),
        Index("ix_give_states_giver", "team_id", "giver_id", "happened_on", "give_id"),
        Index("ix_give_states_receiver", "team_id", "receiver_id", "happened_on", "give_id"),
        Index(
            "ix_give_states_awaiting", "team_id", "created_at", postgresql_where=text("awaiting")
        ),
        {
            "info": info(
                "keep",
                SUMS,
                concerns=about("giver_id", "receiver_id", by="author_id", seen=("give", "give_id")),
            )
        },
    )

    give_id: Mapped[UUID] = kept(primary_key=True, why=KEY)
    state: Mapped[str] = kept(Text, why=SUMS)
    version: Mapped[int] = kept(Integer, default=1)
    giver_id: Mapped[UUID] = kept(why=SUMS, person=True)
    receiver_id: Mapped[UUID] = kept(why=SUMS, person=True)
    kind: Mapped[str] = kept(Text, why=SUMS)
    size: Mapped[str] = kept(Text, why=SUMS)
    impact: Mapped[str | None] = kept(Text, why=SUMS)
    happened_on: Mapped[date] = kept(why=SUMS)
    no_reply: Mapped[bool] = kept(Boolean, default=False, why=SUMS)
    outside: Mapped[bool] = kept(Boolean, default=False, why=SUMS)
    value: Mapped[Decimal] = kept(Numeric(8, 3), why=SUMS)
    counted_value: Mapped[Decimal] = kept(Numeric(8, 3), default=Decimal(0), why=SUMS)
    awaiting: Mapped[bool] = kept(Boolean, default=False)
    told_at: Mapped[datetime | None] = kept()
    held_until: Mapped[datetime | None] = kept()
    created_at: Mapped[datetime] = kept(default=clock.now)
    updated_at: Mapped[datetime] = kept(default=clock.now)

    @classmethod
    def begin(cls, give: Give, first: GiveAct) -> "GiveState":
        """The state after the first act, which says who may see it and who must be asked."""
        state = cls(
            team_id=give.team_id,
            give_id=give.id,
            state="acknowledged" if first.verb == "thank" else "logged",
            giver_id=give.giver_id,
            receiver_id=give.receiver_id,
            kind=give.kind,
            size=give.size,
            impact=first.data.get("impact"),
            happened_on=give.happened_on,
            no_reply=give.no_reply,
            outside=bool(first.data.get("outside")),
            author_id=give.logged_by_id,
            told_at=first.at if first.data.get("tell") else None,
            created_at=first.at,
            **_audience(first.data),
        )
        state._noted(first)
        return state

    # questions

    @property
    def giver_wrote(self) -> bool:
        """Whether it was the giver who logged it, and not the receiver."""
        return self.author_id == self.giver_id

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered and nobody has taken it back."""
        return self.state in ("logged", "lapsed")

    @property
    def is_confirmed(self) -> bool:
        """Whether the receiver said that it was so."""
        return self.state in CONFIRMED

    @property
    def giver_counts(self) -> Decimal:
        """What counts in the giver's own view."""
        return counted_for_giver(
            self.state, self.value, outside=self.outside, no_reply=self.no_reply
        )

    def is_held(self, at: datetime) -> bool:
        """Whether the latest act can still be undone without anybody having heard of it."""
        return self.held_until is not None and at < self.held_until

    def allows(self, verb: str) -> bool:
        """Whether the state admits this act, whoever does it."""
        return self.state in MOVES[verb][0]

    def require(self, verb: str) -> None:
        """Conflict, in words, when the state does not admit this act."""
        if not self.allows(verb):
            raise Conflict(_refusal(self.state), code="wrong_state")

    # changes; each returns the act to be stored

    def acknowledge(
        self,
        *,
        by: UUID | None,
        at: datetime,
        impact: str | None = None,
        hold: timedelta = timedelta(0),
    ) -> GiveAct:
        """The receiver says yes, and how much it meant."""
        return self._move("acknowledge", by, at, {"impact": impact}, hold)

    def amend(
        self, *, by: UUID | None, at: datetime, hold: timedelta = timedelta(0), **changes: Any
    ) -> GiveAct:
        """The receiver says yes, with their own `kind`, `size`, `happened_on` or `impact`."""
        data = {name: str(value) for name, value in changes.items() if value is not None}
        return self._move("amend", by, at, data, hold)

    def dispute(self, *, by: UUID | None, at: datetime, hold: timedelta = timedelta(0)) -> GiveAct:
        """The receiver remembers it differently."""
        return self._move("dispute", by, at, {}, hold)

    def retract(self, *, by: UUID, at: datetime) -> GiveAct:
        """Whoever logged it takes it back; a thanks only while it is held."""
        if self.is_confirmed and self.author_id == self.receiver_id and self.is_held(at):
            return self._do("retract", by, at, {}, timedelta(0))
        return self._move("retract", by, at, {}, timedelta(0))

    def lapse(self, *, at: datetime) -> GiveAct:
        """Nobody answered for thirty days."""
        return self._move("lapse", None, at, {}, timedelta(0))

    def correct(
        self,
        *,
        by: UUID,
        at: datetime,
        replacement_id: UUID | None = None,
        hold: timedelta = timedelta(0),
    ) -> GiveAct:
        """Either side takes the entry out of the sums, with or without another in its place."""
        return self._move(
            "correct", by, at, {"replacement_id": replacement_id and str(replacement_id)}, hold
        )

    def take_back(self, *, by: UUID, at: datetime, give: Give, to: str) -> GiveAct:
        """The receiver takes their answer back while it is held: the give waits as before."""
        if not self.is_held(at) or self.state not in ("acknowledged", "amended", "disputed"):
            raise Conflict(_("This cannot be undone any more."), code="too_late")
        data = {
            "to": to,
            "kind": give.kind,
            "size": give.size,
            "happened_on": str(give.happened_on),
        }
        return self._do("take_back", by, at, data, timedelta(0))

    def share(self, *, by: UUID, at: datetime, visibility: Visibility) -> GiveAct:
        """The author says anew who may see it."""
        if self.state in SETTLED:
            raise Conflict(_("This entry is closed."), code="closed")
        if self.no_reply:
            raise Conflict(_("Help given with no reply asked stays yours alone."), code="no_reply")
        return self._do("share", by, at, audience_data(visibility), None)

    def miss(self, *, at: datetime, why: str) -> GiveAct:
        """The mail to somebody outside could not be delivered (`MISSES`): nobody was told."""
        return self._do("miss", None, at, {"why": why}, None)

    # applying

    def apply(self, act: GiveAct) -> None:
        """Change as the act says. The state machine was asked when the act was made."""
        data = act.data
        if act.verb in MOVES:
            self.state = MOVES[act.verb][1]
        if act.verb == "take_back":
            self.state, self.impact = data["to"], None
        if act.verb == "share":
            for name, value in _audience(data).items():
                setattr(self, name, value)
        if act.verb == "miss":
            self.told_at = None
        self._take(data)
        self._noted(act)

    def _take(self, data: Mapping[str, Any]) -> None:
        self.kind = data.get("kind", self.kind)
        self.size = data.get("size", self.size)
        self.impact = data.get("impact") or self.impact
        if "happened_on" in data:
            self.happened_on = date.fromisoformat(data["happened_on"])

    def _noted(self, act: GiveAct) -> None:
        self.version, self.updated_at = act.seq, act.at
        if "held" in act.data:
            self.held_until = (
                act.at + timedelta(seconds=act.data["held"]) if act.data["held"] else None
            )
        self.value = value_of(self.size, self.impact)
        self.counted_value = counted(self.state, self.value)
        asked = self.told_at is not None if self.outside else not self.no_reply
        self.awaiting = self.state == "logged" and asked

    def _move(
        self, verb: str, by: UUID | None, at: datetime, data: dict[str, Any], hold: timedelta
    ) -> GiveAct:
        self.require(verb)
        return self._do(verb, by, at, data, hold)

    def _do(
        self, verb: str, by: UUID | None, at: datetime, data: dict[str, Any], hold: timedelta | None
    ) -> GiveAct:
        held = {} if hold is None else {"held": int(hold.total_seconds())}
        act = GiveAct(
            team_id=self.team_id,
            give_id=self.give_id,
            seq=self.version + 1,
            verb=verb,
            by_id=by,
            at=at,
            data={**{name: value for name, value in data.items() if value is not None}, **held},
        )
        self.apply(act)
        return act


def audience_data(visibility: Visibility) -> dict[str, Any]:
    """An audience as an act stores it."""
    columns = visibility.columns()
    return {
        "audience": columns["audience"],
        "people": [str(person) for person in columns["audience_people"]],
        "circle_id": columns["circle_id"] and str(columns["circle_id"]),
    }


def _audience(data: Mapping[str, Any]) -> dict[str, Any]:
    circle = data.get("circle_id")
    return {
        "audience": data["audience"],
        "audience_people": [UUID(person) for person in data.get("people", ())],
        "circle_id": UUID(circle) if circle else None,
    }


def _refusal(state: str) -> str:
    words = {
        "logged": _("This waits for an answer first."),
        "acknowledged": _(
            "This was answered with thanks already. A correction can still change it."
        ),
        "amended": _("This was answered with thanks already. A correction can still change it."),
        "disputed": _("This was answered already: it is remembered differently."),
        "retracted": _("This was taken back."),
        "lapsed": _("Nobody answered this for a long time. A thank you is still welcome."),
        "corrected": _("This was corrected and counts no more."),
    }
    return words[state]
