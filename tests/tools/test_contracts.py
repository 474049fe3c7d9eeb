"""The import contracts catch one planted breach each, and only those."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = Path(sys.executable).with_name("lint-imports")
BREACHES = {
    "Features import downwards only": ("core/planted.py", "import community.people.models\n"),
    "Within a feature, roles import downwards only": (
        "ledger/policy.py",
        "import community.ledger.queries\n",
    ),
    "Rules know no request and no schema": ("people/policy.py", "import flask\n"),
    "Entry points are imported by the application only": (
        "exchange/actions.py",
        "import community.people.api\n",
    ),
    "Models import no rules": ("reciprocity/models.py", "import community.ledger.queries\n"),
    "Policy and queries import nothing that acts": (
        "exchange/queries.py",
        "import community.people.actions\n",
    ),
}


@pytest.fixture
def sandbox(tmp_path: Path) -> Path:
    """The tree's packages without their code, each feature with a package as api."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for found in (ROOT / "community").glob("*/__init__.py"):
        plant(tmp_path, f"{found.parent.name}/__init__.py", "")
        for role in ("api/__init__", "schemas", "actions", "queries", "policy", "models"):
            plant(tmp_path, f"{found.parent.name}/{role}.py", "")
    plant(tmp_path, "__init__.py", "")
    plant(tmp_path, "people/api/persons.py", "import community.people.actions\n")
    plant(tmp_path, "people/api/__init__.py", "import community.people.api.persons\n")
    plant(tmp_path, "app.py", "import community.people.api\n")
    plant(tmp_path, "installation.py", "")
    return tmp_path


def plant(root: Path, name: str, code: str) -> None:
    path = root / "community" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(path.read_text() + code if path.exists() else code)


def broken(root: Path) -> list[str]:
    """The names of the broken contracts."""
    env = {"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin", "COLUMNS": "200"}
    argv = [str(LINT), "--no-logo", "--no-cache"]
    done = subprocess.run(argv, cwd=root, env=env, capture_output=True, text=True, check=False)
    assert "Contracts:" in done.stdout, done.stdout + done.stderr
    return re.findall(r"^(.+) BROKEN$", done.stdout, re.MULTILINE)


def test_the_tree_as_such_breaks_nothing(sandbox: Path) -> None:
    assert broken(sandbox) == []


@pytest.mark.parametrize("contract", BREACHES)
def test_a_breach_is_caught(sandbox: Path, contract: str) -> None:
    plant(sandbox, *BREACHES[contract])
    assert contract in broken(sandbox)


def test_a_package_in_no_tier_is_caught(sandbox: Path) -> None:
    plant(sandbox, "loose/__init__.py", "")
    assert broken(sandbox) == ["Features import downwards only"]
