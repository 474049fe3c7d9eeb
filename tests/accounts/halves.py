"""Sign-ins that wait for their second factor, for tests of factors."""

import uuid

import pytest

from community.accounts.actions import (
    entry,
)
from community.accounts.actions.entry import Browser
from community.core import db
from community.core.errors import RuleBroken
from community.identity.models import Actor

HERE = Browser("Firefox on Linux", "m" * 43)


def remote() -> str:
    """An address that nobody has tried from."""
    part = uuid.uuid4().hex
    return f"2001:db8:{part[:4]}:{part[4:8]}::1"


def half_of(actor: Actor) -> str:
    """A sign-in that waits for its second factor."""
    with db.transaction():
        found = entry.enter(actor.user_id, HERE)
    assert found.needs_factor
    return found.secret


def finish(half: str, code: str) -> str:
    """Finish it by a code; the secret of the session."""
    with db.transaction():
        return entry.finish_with_code(half, code, remote=remote(), browser=HERE)


def refusal(half: str, code: str) -> str:
    """Why a code is refused."""
    with pytest.raises(RuleBroken) as refused:
        finish(half, code)
    return refused.value.code
