"""Aliases that outlive a request name their own columns, whichever threads ask first."""

import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import inspect
from sqlalchemy.orm import aliased
from sqlalchemy.orm.util import AliasedClass

from community.app import create_app
from community.core.aliases import shared_alias
from community.identity.models import Membership

ROUNDS = 300
THREADS = 6
NAMES = ("state", "id", "team_id", "user_id", "role")


@pytest.fixture
def eager_switching() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("eager_switching")
def test_threads_that_are_first_at_once_all_get_the_aliass_own_columns() -> None:
    for _ in range(ROUNDS):
        made = shared_alias(Membership, name="other")
        _ask_at_once(made)
        assert all(str(getattr(made, name) == 1).startswith("other.") for name in NAMES)


def _ask_at_once(made: Any) -> None:
    barrier = threading.Barrier(THREADS)

    def ask(first: int) -> None:
        barrier.wait()
        for name in NAMES[first:] + NAMES[:first]:
            getattr(made, name).__clause_element__()

    threads = [
        threading.Thread(target=ask, args=(number % len(NAMES),)) for number in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_every_alias_that_a_module_keeps_has_found_its_columns() -> None:
    assert create_app
    kept = {
        f"{name}.{key}": value
        for name, module in list(sys.modules.items())
        if name.startswith("community.")
        for key, value in vars(module).items()
        if isinstance(value, AliasedClass)
    }
    assert len(kept) >= 10
    assert [name for name, each in kept.items() if not _has_found(each)] == []
    assert not _has_found(aliased(Membership))


def _has_found(made: Any) -> bool:
    columns = inspect(made).selectable.exported_columns
    return {each.key for each in columns} <= vars(made).keys()
