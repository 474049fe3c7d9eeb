"""Lints over the tree: file names mean roles, and every feature stands under the contracts."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from tools.lint.finding import Finding, files

# Packages that are no features: their files are named by what they hold.
FOUNDATIONS = {"core", "web", "embedded", "worker"}
ROLES = {
    "__init__",
    "models",
    "policy",
    "queries",
    "notices",
    "actions",
    "schemas",
    "api",
    "portal",
    "jobs",
    "cli",
    # pure algorithms
    "measures",
    "paths",
    "matching",
    "formats",
}
MEANINGLESS = {
    "utils",
    "util",
    "helpers",
    "helper",
    "manager",
    "service",
    "services",
    "base",
    "misc",
}
# A name beside the roles needs its reason here.
OTHERS = {
    "journal/chain": "the seals' pure algorithm, named by what it computes",
    "notifications/quiet": "when mail waits: quiet hours as plain functions over plain data",
    "operation/errors": "one error for all the operator's commands; they serve no feature",
    "notifications/catalogue": "the kinds of notices, declared by features above, sent from here",
    "notifications/delivery": "the sending itself, between two transactions, so no action",
}


def check(root: Path) -> Iterator[Finding]:
    """Both rules."""
    yield from names(root)
    yield from contracts(root)


def names(root: Path) -> Iterator[Finding]:
    """The file names of architecture.md, or the packages of the same names."""
    for path in files(root, "community"):
        inside = path.relative_to(root / "community")
        where = f"community/{inside}"
        if path.stem in MEANINGLESS:
            yield Finding(where, 1, "name", f"{path.stem} says nothing; name what it holds")
        if len(inside.parts) < 2 or inside.parts[0] in FOUNDATIONS:
            continue
        role = Path(inside.parts[1]).stem
        if role not in ROLES and f"{inside.parts[0]}/{role}" not in OTHERS:
            yield Finding(where, 1, "role", f"{role} is no role; see the roles in CONTRIBUTING.md")


def contracts(root: Path) -> Iterator[Finding]:
    """A new feature is listed in the contract on roles; tiers are exhaustive by themselves."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    found = settings["tool"]["importlinter"]["contracts"]
    listed = next(each["containers"] for each in found if each["id"] == "roles")
    for path in sorted((root / "community").glob("*/__init__.py")):
        name = path.parent.name
        if name not in FOUNDATIONS and f"community.{name}" not in listed:
            yield Finding(
                "pyproject.toml", 1, "contract", f"add community.{name} to the contract on roles"
            )
