"""What a lint says, and the files it reads."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SKIPPED = {".git", ".venv", ".data", "node_modules", "__pycache__", "build", "dist", "results"}


@dataclass(frozen=True, order=True)
class Finding:
    """One breach: where, which rule, what to do."""

    path: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


def files(root: Path, *folders: str, suffixes: tuple[str, ...] = (".py",)) -> Iterator[Path]:
    """The project's own files below these folders, in a fixed order."""
    for folder in folders:
        start = root / folder
        found = sorted(start.rglob("*")) if start.is_dir() else [start]
        for path in found:
            inside = path.relative_to(root)
            if path.is_file() and path.suffix in suffixes and not SKIPPED & set(inside.parts):
                yield path
