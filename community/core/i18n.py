"""Translations without a request: the language is a context variable.

The web sets it from the reader, a job from the recipient. English is the source language.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.support import LazyProxy, NullTranslations, Translations

TRANSLATIONS = Path(__file__).parents[1] / "translations"
LANGUAGES = ("en",)

_locale: ContextVar[str] = ContextVar("locale", default="en")


@lru_cache
def _catalogue(locale: str) -> NullTranslations:
    return Translations.load(str(TRANSLATIONS), [locale])


def locale() -> str:
    """The language in force, for example `en`."""
    return _locale.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Translate into this language inside the block."""
    token = _locale.set(language)
    try:
        yield
    finally:
        _locale.reset(token)


def set_locale(language: str) -> None:
    """Translate into this language for the rest of this context (one request)."""
    _locale.set(language)


def gettext(message: str, /, **values: Any) -> str:
    """Translate now; `%(name)s` places are filled from the values."""
    text = str(_catalogue(_locale.get()).ugettext(message))
    return text % values if values else text


def ngettext(one: str, many: str, n: int, /, **values: Any) -> str:
    """Translate with plural forms; `%(num)d` is the number."""
    text = str(_catalogue(_locale.get()).ungettext(one, many, n))
    return text % {"num": n, **values}


def pgettext(context: str, message: str, /, **values: Any) -> str:
    """Translate a word that means different things in different places."""
    text = str(_catalogue(_locale.get()).upgettext(context, message))
    return text % values if values else text


def lazy(message: str, **values: Any) -> LazyProxy:
    """A text at module level, translated when it is shown."""
    return LazyProxy(gettext, message, enable_cache=False, **values)


_ = gettext
