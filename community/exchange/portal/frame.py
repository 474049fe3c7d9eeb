"""What the pages of imports share: their blueprint, and the file larger than any other form."""

from typing import Any

from flask import g, request

from community.exchange.actions.batches import too_large
from community.exchange.formats.limits import KIB, MAX_FILE
from community.web import pages

blp = pages.blueprint("exchange")

_FORM = 1024 * KIB
# The pages that a file is sent to.
_UPLOADS = ("exchange.new",)


@blp.url_value_preprocessor
def _take_large_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A file may be larger than any other form; before the form is read."""
    if endpoint in _UPLOADS:
        request.max_content_length = MAX_FILE + _FORM
        if (request.content_length or 0) > MAX_FILE + _FORM:
            raise too_large()


@blp.before_request
def _in_people() -> None:
    g.page = "people"
