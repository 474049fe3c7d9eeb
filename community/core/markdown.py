"""What people write as Markdown, made into HTML that holds nothing but text and links.

Raw HTML and pictures are off in the parser, and the result passes an allow list besides, so
that a mistake in either alone opens nothing. Headings become bold lines: a note stands inside
a page that has headings of its own.
"""

import html
from collections.abc import Sequence
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup

from community.core.text import shorten

TAGS = {"p", "br", "strong", "em", "s", "ul", "ol", "li", "blockquote", "code", "pre", "hr", "a"}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}


class _Renderer(RendererHTML):
    """Headings as bold lines."""

    def heading_open(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        return "<p><strong>"

    def heading_close(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        return "</strong></p>\n"


_parser = MarkdownIt(
    "commonmark", {"html": False, "maxNesting": 20, "breaks": True}, renderer_cls=_Renderer
)
_parser.enable("strikethrough").disable("image")


def render(text: str | None) -> Markup:
    """The text as HTML, ready for a page."""
    clean = nh3.clean(
        _parser.render(text or ""),
        tags=TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(clean)  # noqa: S704 - the allow list above is what makes it safe


def plain(text: str, length: int = 200) -> str:
    """The words alone, cut to a length: for rows, mails and notices."""
    return shorten(html.unescape(nh3.clean(_parser.render(text), tags=set())), length)
