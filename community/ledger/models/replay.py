"""A give's state made again from its acts alone."""

from collections.abc import Sequence

from community.ledger.models.gives import Give, GiveAct
from community.ledger.models.states import GiveState


def replay(give: Give, acts: Sequence[GiveAct]) -> GiveState:
    """The state that these acts, in order, lead to. The first is `log` or `thank`.

    The row it returns is not part of any session.
    """
    state = GiveState.begin(give, acts[0])
    for act in acts[1:]:
        state.apply(act)
    return state
