"""The pages of imports, and of what one takes along."""

from community.exchange.portal import bringing, news, taking
from community.exchange.portal.frame import blp

__all__ = ["blp", "bringing", "news", "taking"]
