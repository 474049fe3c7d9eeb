"""The ledger's rows, the state machine of a give, and what a give is worth."""

from community.ledger.models.gives import Give, GiveAct, GiveWords
from community.ledger.models.replay import replay
from community.ledger.models.states import GiveState
from community.ledger.models.values import KINDS, SIZES, STATES, VERBS

__all__ = [
    "KINDS",
    "SIZES",
    "STATES",
    "VERBS",
    "Give",
    "GiveAct",
    "GiveState",
    "GiveWords",
    "replay",
]
