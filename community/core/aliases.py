"""A second name for a table that every thread may use at once.

SQLAlchemy finds the columns of an alias at their first use, without a lock. Where two threads are
first at once, one of them gets the column of the table itself, and so does everyone after it:
a join of everything with everything, or an error, until the process ends. An alias that outlives
a request is therefore made here, which finds all columns while nobody else knows it.
"""

from typing import TypeVar

from sqlalchemy import FromClause, inspect
from sqlalchemy.orm import aliased

Model = TypeVar("Model")


def shared_alias(
    model: type[Model], selectable: FromClause | None = None, *, name: str | None = None
) -> type[Model]:
    """`aliased(model)` with every column found that its selectable has."""
    made = aliased(model, selectable, name=name)
    seen = inspect(made)
    for attribute in seen.mapper.column_attrs:
        if seen.selectable.corresponding_column(attribute.columns[0]) is not None:
            getattr(made, attribute.key).__clause_element__()
    return made
