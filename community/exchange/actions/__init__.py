"""What people do with imports: bring a file, say how it is read, publish it, and undo it."""

from community.exchange.actions.batches import (
    SMALL,
    FileIn,
    check_may_import,
    open_content,
    publish_import,
    read_import,
    start_import,
    undo_import,
)
from community.exchange.actions.exporting import (
    export_cards,
    export_people,
    list_cards,
    list_people,
    write_card,
)
from community.exchange.actions.pruning import prune
from community.exchange.actions.working import carry_on

__all__ = [
    "SMALL",
    "FileIn",
    "carry_on",
    "check_may_import",
    "export_cards",
    "export_people",
    "list_cards",
    "list_people",
    "open_content",
    "prune",
    "publish_import",
    "read_import",
    "start_import",
    "undo_import",
    "write_card",
]
