"""The states of a request: what may follow what, whoever does it."""

import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.core.errors import Conflict
from community.records.models import MOVES, OPEN, REQUEST_STATES, SubjectRequest

AT = datetime(2026, 11, 22, tzinfo=UTC)
WHO = uuid.uuid4()


def request(state: str = "received") -> SubjectRequest:
    return SubjectRequest(kind="access", state=state, words="", reason="", due_at=AT)


def do(asked: SubjectRequest, state: str) -> None:
    if state == "prepared":
        asked.prepare(by=WHO, at=AT)
    elif state == "completed":
        asked.complete(by=WHO, at=AT)
    elif state == "declined":
        asked.decline(by=WHO, at=AT, reason="by law")
    else:
        asked.withdraw(by=WHO, at=AT)


@pytest.mark.parametrize("before", REQUEST_STATES)
@pytest.mark.parametrize("after", list(MOVES))
def test_only_the_moves_that_are_named_are_made(before: str, after: str) -> None:
    asked = request(before)
    if before in MOVES[after]:
        do(asked, after)
        assert asked.state == after
    else:
        with pytest.raises(Conflict):
            do(asked, after)
        assert asked.state == before


@given(st.lists(st.sampled_from(list(MOVES)), max_size=8))
def test_a_request_ends_once_whatever_is_tried(steps: list[str]) -> None:
    asked = request()
    ended = 0
    for step in steps:
        try:
            do(asked, step)
        except Conflict:
            continue
        ended += asked.state not in OPEN
    assert ended <= 1
    assert (asked.ended_at is not None) == (asked.state not in OPEN)
    assert asked.state != "completed" or asked.prepared_at is not None
