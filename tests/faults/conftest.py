"""One installation for all fault tests of a process, and their figures for whoever reads them."""

from collections.abc import Callable, Iterator

import pytest

from tests.faults.rig import Rig, installation

Figures = Callable[..., str]


@pytest.fixture(scope="session")
def installed() -> Iterator[Rig]:
    """Durable servers with an empty database; nothing else runs yet."""
    with installation() as made:
        yield made


@pytest.fixture(scope="module")
def rig(installed: Rig) -> Rig:
    """The installation; each file says by `rig.run` which processes it wants."""
    installed.listener.forget()
    return installed


@pytest.fixture(autouse=True)
def healthy(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test finds nothing killed yet, and leaves a mail server that takes everything."""
    rig: Rig | None = request.getfixturevalue("rig") if "rig" in request.fixturenames else None
    if rig:
        rig.kills.clear()
    yield
    if rig:
        rig.listener.mode = "ok"
        rig.listener.modes_by_address.clear()


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Figures:
    """Note figures: for the summary at the end, the report, and the assertion's message."""

    def note(**values: object) -> str:
        for name, value in values.items():
            record_property(name, value)
        return _in_words(values)

    return note


def _in_words(values: dict[str, object]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in values.items())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What each test counted."""
    reports = [r for name in ("passed", "failed") for r in terminalreporter.stats.get(name, [])]
    counted = [each for each in reports if each.when == "call" and each.user_properties]
    if counted:
        terminalreporter.section("figures")
    for report in counted:
        said = _in_words(dict(report.user_properties))
        terminalreporter.line(f"{report.nodeid.rpartition('::')[2]} ({report.duration:.0f} s)")
        terminalreporter.line(f"    {said}")
