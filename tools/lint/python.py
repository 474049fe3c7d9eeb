"""Lints over syntax trees: clock, commit, local imports, broad excepts, migrations."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

from tools.lint.finding import Finding, files

CLOCK = "community/core/clock.py"
# Beside the one place, what works on the owner's connection while nothing else runs.
DATABASE = {
    "community/core/db.py": "the one place",
    "community/core/schema.py": "migrations, under a lock that outlives their transactions",
    "community/operation/queries/checks/database.py": "the doctor looks on a connection of its own",
    "community/operation/actions/restore.py": "fills an empty database by pg_restore",
}
# The launcher runs before there is a database, and measures patience, not business time.
LAUNCHER = "community/embedded/"
WORKER = ("community/worker.py", "community/worker/")
# Imported where they are used: a second of start-up that only some jobs need.
HEAVY = {"scipy", "numpy", "rustworkx", "lapjv", "bm25s"}
_NOW = {"now", "utcnow", "today"}

Rule = Callable[[str, ast.Module], Iterator[Finding]]


def check(root: Path) -> Iterator[Finding]:
    """Every rule over every Python file it is about."""
    for path in files(root, "community", "config.py", "wsgi.py", "migrations"):
        name = str(path.relative_to(root))
        tree = ast.parse(path.read_text(encoding="utf-8"), name)
        rules = (migration_imports,) if name.startswith("migrations") else APPLICATION
        for rule in rules:
            yield from rule(name, tree)


def clock(name: str, tree: ast.Module) -> Iterator[Finding]:
    """Only core.clock knows what time it is."""
    if name == CLOCK or name.startswith(LAUNCHER):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _reads_the_clock(node):
            yield Finding(
                name,
                node.lineno,
                "clock",
                f"{ast.unparse(node)} reads the machine's clock; use core.clock.now(), the"
                " transaction's time, or take `at` as an argument",
            )


def commit(name: str, tree: ast.Module) -> Iterator[Finding]:
    """One transaction a request, opened and ended by core.db."""
    if name in DATABASE:
        return
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr in ("commit", "rollback"):
            yield Finding(
                name,
                node.lineno,
                "commit",
                f"{ast.unparse(node.func)}() belongs to core.db; the request, job or command"
                " around this ends the transaction",
            )


def local_imports(name: str, tree: ast.Module) -> Iterator[Finding]:
    """An import in a function hides a cycle; only slow libraries may wait for their use."""
    for function in _functions(tree):
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom) and not _is_heavy(node):
                yield Finding(
                    name,
                    node.lineno,
                    "local-import",
                    f"{ast.unparse(node)} stands in a function; move it to the top, and if that"
                    " makes a cycle, move the code to the tier it belongs to",
                )


def broad_except(name: str, tree: ast.Module) -> Iterator[Finding]:
    """Only the worker's loop may outlive an error it does not know; tidying up and raising is fine."""
    if name.startswith(WORKER):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and _is_broad(node.type) and not _goes_on(node):
            yield Finding(
                name,
                node.lineno,
                "broad-except",
                "name the errors that are expected here; only the worker loop catches all",
            )


def migration_imports(name: str, tree: ast.Module) -> Iterator[Finding]:
    """A migration says what was true then; models say what is true now."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        for module in _modules(node):
            if module.startswith("community.") and not module.startswith("community.core"):
                yield Finding(
                    name,
                    node.lineno,
                    "migration-import",
                    f"{module} changes after this migration was written; state the tables here",
                )


APPLICATION: tuple[Rule, ...] = (clock, commit, local_imports, broad_except)


def _reads_the_clock(node: ast.Attribute) -> bool:
    owner = node.value
    last = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
    if last in ("datetime", "date"):
        return node.attr in _NOW
    return last == "time" and node.attr in ("time", "time_ns", "localtime", "gmtime")


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Functions that stand in no other function."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        for node in ast.iter_child_nodes(waiting.pop()):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node
            else:
                waiting.append(node)


def _is_heavy(node: ast.Import | ast.ImportFrom) -> bool:
    return all(module.split(".")[0] in HEAVY for module in _modules(node))


def _modules(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [each.name for each in node.names]


def _goes_on(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _is_broad(kind: ast.expr | None) -> bool:
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(
        each is None or getattr(each, "id", None) in ("Exception", "BaseException")
        for each in kinds
    )
