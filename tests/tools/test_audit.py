"""The audit of locked packages: what it could not ask is said, once, and never passes for clean."""

import subprocess
from typing import Any

import pytest

from tools import audit

LOCK = "flask==3.0\nbabel==2.0 ; python_version > '3'\n"


def packages(*names: str, vulns: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    return [
        {"name": name, "version": "1", "vulns": [{"id": found} for found in vulns]}
        for name in names
    ]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[list[dict[str, Any]]]:
    """What the service says, question by question."""
    given: list[list[dict[str, Any]]] = []
    monkeypatch.setattr(audit, "audit", lambda _requirements: given.pop(0))
    exported = subprocess.CompletedProcess([], 0, stdout=LOCK)
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_kwargs: exported)
    return given


@pytest.mark.parametrize("said", [[[]], [packages("flask"), []]])
def test_a_service_that_does_not_answer_is_said_once_and_is_no_clean_bill(
    answers: list[Any], capsys: pytest.CaptureFixture[str], said: list[Any]
) -> None:
    answers += said
    audit.main()
    out = capsys.readouterr().out
    assert out.count("NOT DONE") == 1
    assert "Nothing is known of the locked packages" in out
    assert "0 with known vulnerabilities" not in out


def test_packages_without_an_answer_are_counted(
    answers: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    answers += [packages("flask"), packages("flask")]
    audit.main()
    out = capsys.readouterr().out
    assert "1 of 2 packages answered for, 0 with known vulnerabilities; NOT DONE for 1" in out


def test_all_answered_for_is_said_without_a_but(
    answers: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    answers += [packages("flask"), packages("flask", "babel")]
    audit.main()
    assert "NOT DONE" not in capsys.readouterr().out


def test_a_known_vulnerability_fails(answers: list[Any]) -> None:
    answers += [packages("flask"), packages("flask", "babel", vulns=("PYSEC-1",))]
    with pytest.raises(SystemExit, match="flask 1: PYSEC-1"):
        audit.main()
