"""One installation for the fault tests of a file, and its figures for whoever reads them."""

from collections.abc import Callable, Iterator

import pytest

from tests.faults.rig import Rig, installation

Figures = Callable[..., str]


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    """Durable servers with an empty database; the test starts the processes it wants."""
    with installation() as made:
        yield made


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Figures:
    """Note figures: printed (-s), kept in the report, and returned for the assertion's message."""

    def note(**values: object) -> str:
        for name, value in values.items():
            record_property(name, value)
        line = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in values.items())
        print(f"\n{line}")
        return line

    return note
