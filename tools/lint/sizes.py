"""Sizes of files, functions and routes: limits that fail, percentiles that tell."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tools.lint.finding import Finding, files

FILE_LIMIT = 400
FUNCTION_LIMIT = 60
ROUTE_LIMIT = 25
# Longer for a reason, by path or path:function.
LONGER: dict[str, str] = {}


@dataclass
class Sizes:
    """Lines of each file, function and route."""

    files: dict[str, int] = field(default_factory=dict)
    functions: dict[str, int] = field(default_factory=dict)
    routes: dict[str, int] = field(default_factory=dict)


def measure(root: Path) -> Sizes:
    """Lines as written; a function without its decorators and docstring."""
    sizes = Sizes()
    for path in files(root, "community", "tools", "config.py", "wsgi.py"):
        name = str(path.relative_to(root))
        text = path.read_text(encoding="utf-8")
        if path.name != "__init__.py" or text.strip():
            sizes.files[name] = len(text.splitlines())
        for node in ast.walk(ast.parse(text, name)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                key = f"{name}:{node.name}"
                sizes.functions[key] = max(_lines(node), sizes.functions.get(key, 0))
                if _is_route(node):
                    sizes.routes[key] = _lines(node)
    return sizes


def check(root: Path) -> Iterator[Finding]:
    """What is over its limit without a reason."""
    sizes = measure(root)
    for counted, limit, what in (
        (sizes.files, FILE_LIMIT, "file"),
        (sizes.functions, FUNCTION_LIMIT, "function"),
        (sizes.routes, ROUTE_LIMIT, "route"),
    ):
        for key, lines in counted.items():
            if lines > limit and key not in LONGER:
                path = key.partition(":")[0]
                message = f"{key} has {lines} lines, a {what} at most {limit}; split it"
                yield Finding(path, 1, "size", message)


def report(root: Path) -> str:
    """A table of percentiles beside what architecture.md aims at."""
    sizes = measure(root)
    rows = [
        _row("files", sizes.files, "median 120, 90 % 250, most 400"),
        _row("functions", sizes.functions, "90 % 25, most 60"),
        _row("routes", sizes.routes, "median 8, most 25"),
    ]
    heading = f"{'sizes':<10}{'count':>7}{'median':>8}{'90 %':>7}{'most':>7}   aim"
    return "\n".join([heading, *rows])


def _row(name: str, counted: dict[str, int], aim: str) -> str:
    lines = sorted(counted.values()) or [0]
    median, most = lines[len(lines) // 2], lines[-1]
    ninety = lines[min(len(lines) - 1, len(lines) * 9 // 10)]
    return f"{name:<10}{len(counted):>7}{median:>8}{ninety:>7}{most:>7}   {aim}"


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    whole = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node) is not None:
        whole -= (first.end_lineno or first.lineno) - first.lineno + 1
    return whole


def _is_route(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    called = [each.func for each in node.decorator_list if isinstance(each, ast.Call)]
    verbs = ("route", "get", "post", "put", "patch", "delete")
    return any(isinstance(each, ast.Attribute) and each.attr in verbs for each in called)
