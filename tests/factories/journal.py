"""Sealing the journal in tests, where other tests write to the same server."""

import time

from community.core import clock
from community.identity.models import Actor
from community.journal import actions
from tests.factories.identity import acting

PATIENCE_SECONDS = 100


def seal_all(actor: Actor, entries: int) -> None:
    """Seal until so many entries are: an open transaction anywhere on the server holds the tail back."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    sealed = 0
    while sealed < entries and time.monotonic() < deadline:
        with acting(actor):
            sealed += actions.seal(clock.now())
        time.sleep(0.02)
    assert sealed == entries
