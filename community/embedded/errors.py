"""The one error of this package."""


class EmbeddedError(Exception):
    """The embedded installation cannot go on; the message says why and what to do."""
