"""Use cases of the ledger: help is logged, answered, taken back, corrected and shared."""

from community.ledger.actions.answers import acknowledge, amend, answer_by_link, dispute
from community.ledger.actions.changes import correct, lapse_unanswered, retract, share, undo
from community.ledger.actions.giving import Draft, Letter, Logged, log_give, say_thanks
from community.ledger.actions.outside import could_not_reach
from community.ledger.actions.projections import Change, Counts, register

__all__ = [
    "Change",
    "Counts",
    "Draft",
    "Letter",
    "Logged",
    "acknowledge",
    "amend",
    "answer_by_link",
    "correct",
    "could_not_reach",
    "dispute",
    "lapse_unanswered",
    "log_give",
    "register",
    "retract",
    "say_thanks",
    "share",
    "undo",
]
