"""How long the mail of an act that can be undone is held back."""

from datetime import timedelta

_period = timedelta(seconds=60)


def configure(seconds: int) -> None:
    """Set the hold; 0 sends at once. Called once by the composition root."""
    global _period
    _period = timedelta(seconds=seconds)


def period() -> timedelta:
    """The hold in force."""
    return _period
