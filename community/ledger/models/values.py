"""What a give is worth, and what of that counts (measures.md §1). Plain functions over codes."""

from datetime import timedelta
from decimal import Decimal

KINDS = (
    "advice",
    "introduction",
    "resource",
    "time",
    "feedback",
    "referral",
    "sponsorship",
    "support",
    "congratulation",
    "mentoring",
    "other",
)
SIZES = ("small", "medium", "large")
STATES = ("logged", "acknowledged", "amended", "disputed", "retracted", "lapsed", "corrected")
VERBS = (
    "log",
    "thank",
    "acknowledge",
    "amend",
    "dispute",
    "retract",
    "lapse",
    "correct",
    "share",
    "take_back",
    "miss",
)
MISSES = ("no_more", "refused", "failed")
"""Why a mail to somebody outside did not arrive: they want none, their address or server took none."""
UNSAID_SIZE = "medium"
"""What a give counts as whose size nobody said (measures.md §1)."""
POINTS = {"small": Decimal("0.5"), "medium": Decimal(1), "large": Decimal(2)}
LINK_FOR = timedelta(days=14)
"""How long somebody outside can answer by the link they were mailed."""
CONFIRMED = ("acknowledged", "amended")
ZERO = Decimal(0)


def value_of(size: str, impact: str | None) -> Decimal:
    """The points of the impact the receiver stated, or else of the giver's size.

    Every kind weighs 1: that is version 0 of the weights, which each entry keeps.
    """
    return POINTS[impact or size]


def counted(state: str, value: Decimal) -> Decimal:
    """What counts in every figure: nothing until the receiver said so."""
    return value if state in CONFIRMED else ZERO


def counted_for_giver(state: str, value: Decimal, *, outside: bool, no_reply: bool) -> Decimal:
    """What counts in the giver's own view.

    Help given to somebody outside, or with no reply asked, counts there without an answer.
    """
    if state == "logged" and (outside or no_reply):
        return value
    return counted(state, value)
