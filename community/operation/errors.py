"""The one error of this package."""


class OperationError(Exception):
    """An operator's command cannot go on; the message says why and what to do."""
