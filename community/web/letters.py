"""Mail in words: a template's three files in the reader's language and zone, styles put inline."""

from dataclasses import dataclass
from typing import Any

import css_inline
from flask import current_app, g

from community.core import i18n
from community.core.mail import one_line

# What the base marks as to be kept (dark mode, phones) stays a style block.
_inliner = css_inline.CSSInliner(keep_style_tags=False, load_remote_stylesheets=False)


@dataclass(frozen=True)
class Letter:
    """A mail's subject and its two bodies."""

    subject: str
    text: str
    html: str


def link(path: str) -> str:
    """An address of ours in full, from the fixed base URL; `path` begins with a slash."""
    return f"{current_app.config['BASE_URL']}{path}"


def write(template: str, *, locale: str, zone: str, **values: Any) -> Letter:
    """Render `<template>/subject.txt`, `body.txt` and `body.html`, which extend `email/base.*`.

    Needs an application context, as workers have one. Dates appear in `zone`.
    """
    environment = current_app.jinja_env
    with current_app.app_context(), i18n.speaking(locale):
        g.zone = zone
        given = {"link": link, "base_url": current_app.config["BASE_URL"], "lang": locale, **values}
        subject = environment.get_template(f"{template}/subject.txt").render(given)
        text = environment.get_template(f"{template}/body.txt").render(given)
        html = environment.get_template(f"{template}/body.html").render(given)
    return Letter(one_line(subject), text.strip() + "\n", _inliner.inline(html))
