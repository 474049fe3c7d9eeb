"""All or nothing, where it was asked for."""

from community.core.errors import RuleBroken
from community.core.i18n import gettext as _
from community.exchange import queries
from community.exchange.formats.wording import problem_words
from community.exchange.models import ImportBatch


def refuse_broken_rows(batch: ImportBatch) -> None:
    """RuleBroken where it was asked that one row which cannot be used stops all of them."""
    if not batch.reading.is_strict or not batch.counts.get("error"):
        return
    row = queries.get_first_error(batch)
    text = _(
        "Nothing was added, as was asked for where a row cannot be used. Line %(line)s: %(words)s",
        line=row.line,
        words=problem_words(row.errors[-1]),
    )
    raise RuleBroken(text, code="broken_row", field="file")
