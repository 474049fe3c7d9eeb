"""Lints over plain text: templates, leftovers, lock files."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tools.lint.finding import Finding, files

_TEMPLATES = (".html", ".txt", ".svg", ".xml")
# Tags only, so that `style=` in a sentence or in Jinja is not taken for an attribute.
_TAG = re.compile(r"<[a-zA-Z][^<>]*>", re.DOTALL)
_TAG_RULES = (
    ("inline-style", re.compile(r"\sstyle\s*=", re.IGNORECASE), "use a class; the CSP drops it"),
    (
        "inline-handler",
        re.compile(r"\s(?:on[a-z]+|hx-on[\w:-]*)\s*=", re.IGNORECASE),
        "listen in static/src/app.js; the CSP drops it",
    ),
    (
        "inline-script",
        re.compile(r"^<script(?![^>]*\ssrc\s*=)", re.IGNORECASE),
        "put it into static/src; the CSP drops it",
    ),
    ("inline-style", re.compile(r"^<style\b", re.IGNORECASE), "put it into static/src"),
    ("inline-script", re.compile(r"=\s*[\"']?\s*javascript:", re.IGNORECASE), "use a form"),
)
# A sentence of ours may hold markup made by filters: `_("Seen %(when)s")|safe % {...}` escapes
# every value that is not markup itself.
_UNSAFE = re.compile(r"""(?<!["']\))\|\s*safe\b|\|\s*safe\b(?! %)|\{%-?\s*autoescape\s+false""")
# Written apart so that this file does not accuse itself.
_LEFT = re.compile(
    r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b"
)
PUBLIC_HOSTS = {"pypi.org", "files.pythonhosted.org"}


def check(root: Path) -> Iterator[Finding]:
    """Every rule over every file it is about."""
    for path in files(root, "community", suffixes=_TEMPLATES):
        if "templates" in path.parts:
            yield from template(str(path.relative_to(root)), path.read_text(encoding="utf-8"))
    kinds = (".py", ".html", ".txt", ".css", ".js", ".md", ".toml")
    places = ("community", "tests", "tools", "bench", "migrations", "docs", "config.py")
    for path in files(root, *places, "Makefile", "README.md", suffixes=(*kinds, "")):
        yield from leftovers(str(path.relative_to(root)), path.read_text(encoding="utf-8"))
    for name, rule in (("uv.lock", uv_lock), ("package-lock.json", npm_lock)):
        if (root / name).exists():
            yield from rule(name, (root / name).read_text(encoding="utf-8"))


def template(name: str, text: str) -> Iterator[Finding]:
    """What the content security policy forbids, and what would let text become markup.

    Mail has no style sheet to link: a style element is allowed there and inlined at sending.
    """
    for found in _UNSAFE.finditer(text):
        yield Finding(
            name,
            _line(text, found.start()),
            "unsafe",
            "escaping is never switched off; return Markup from tested code instead",
        )
    for tag in _TAG.finditer(text):
        for rule, pattern, mend in _TAG_RULES:
            in_mail = "/email/" in name and tag.group().lower().startswith("<style")
            if pattern.search(tag.group()) and not in_mail:
                yield Finding(name, _line(text, tag.start()), rule, f"{tag.group()[:60]}: {mend}")


def leftovers(name: str, text: str) -> Iterator[Finding]:
    """A promise in a comment is kept by nobody."""
    for number, line in enumerate(text.splitlines(), 1):
        if _LEFT.search(line):
            yield Finding(name, number, "leftover", "finish it now, or file an issue and say why")


def uv_lock(name: str, text: str) -> Iterator[Finding]:
    """The lock must work for everyone: the public index only."""
    for number, line in enumerate(text.splitlines(), 1):
        for url in re.findall(r"https?://[^\"\s]+", line):
            if urlsplit(url).hostname not in PUBLIC_HOSTS:
                yield Finding(name, number, "lock-host", "lock again with no index variable set")


def npm_lock(name: str, text: str) -> Iterator[Finding]:
    """`.npmrc` leaves the addresses out; a lock made without it names one registry."""
    for package, found in json.loads(text)["packages"].items():
        if "resolved" in found:
            yield Finding(name, 1, "lock-host", f"{package} names a host; lock with our .npmrc")


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
