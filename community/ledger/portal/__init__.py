"""The ledger's pages: the sentence, the history, one entry, and the answer from outside."""

from community.core.i18n import lazy
from community.ledger.portal import entry, history, table
from community.ledger.portal.outside import outside
from community.ledger.portal.parts import bp
from community.web.templating import NavItem

BLUEPRINTS = (bp, outside)
NAV = (
    NavItem(key="thank", endpoint="ledger.new", icon="heart", label=lazy("Thank or help")),
    NavItem(key="gives", endpoint="ledger.gives", icon="give", label=lazy("History")),
)

__all__ = ["BLUEPRINTS", "NAV", "entry", "history", "table"]
