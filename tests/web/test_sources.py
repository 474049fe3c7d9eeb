"""What the program's own sources may not do, read from them: docs/security.md leans on it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "community").rglob("*.py"))

# docs/security.md, "What it speaks to": who may open a line to somewhere.
SPEAKERS = {
    "smtplib": {"core/mail.py"},
    "requests": {"core/oidc.py"},
    "authlib": {"core/oidc.py"},
    "urllib.request": {"embedded/up.py"},
    "socket": {"embedded/supervisor.py", "embedded/up.py", "embedded/valkey.py"},
    "http.client": set(),
    "urllib3": set(),
    "httpx": set(),
    "aiohttp": set(),
    "asyncio": set(),
    "ftplib": set(),
    "xmlrpc": set(),
}


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_only_these_modules_speak_over_the_network() -> None:
    found: dict[str, set[str]] = {name: set() for name in SPEAKERS}
    for path in SOURCES:
        names = set(_imported(ast.parse(path.read_text())))
        for speaker in SPEAKERS:
            if any(name == speaker or name.startswith(f"{speaker}.") for name in names):
                found[speaker].add(path.relative_to(ROOT / "community").as_posix())
    assert found == SPEAKERS


_SHELLS = re.compile(r"^os\.(system|popen|spawn\w+)$|^subprocess\.(getoutput|getstatusoutput)$")


def test_no_program_is_started_by_a_shell() -> None:
    """Neither by a call that has one, nor by asking for one, nor by naming one."""
    started, wrong = 0, []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            started += called in ("subprocess.Popen", "subprocess.run")
            asked = [key for key in node.keywords if key.arg == "shell" or key.arg == "executable"]
            if asked or _SHELLS.match(called):
                wrong.append(f"{path.name}:{node.lineno}")
    assert started > 3
    assert wrong == []


def test_our_scripts_merge_no_objects_and_name_no_prototype() -> None:
    """A key that is made of a text could be `__proto__`: the one that is written is a header."""
    scripts = sorted((ROOT / "community/web/static/src").glob("*.js"))
    said = "\n".join(path.read_text() for path in scripts)
    assert len(scripts) > 1
    never = (
        r"__proto__|\bprototype\b|\bconstructor\s*\[|Object\.(?:assign|defineProperty|setPrototypeOf|fromEntries)"
        r"|structuredClone|\bfor\s*\(\s*(?:const|let|var)\s+\w+\s+in\b|\bReflect\."
    )
    assert re.findall(never, said) == []
    by_key = re.findall(r"[\w)\]]\[([^\]\n]+)\]\s*=(?!=)", said)
    assert by_key == ['"X-CSRFToken"']
