"""The pages of accounts: ways in outside any team, and the settings inside one."""

from community.accounts.portal import factors, links, second_step, setting_up
from community.accounts.portal.entry import pages_outside
from community.accounts.portal.settings import pages_inside

BLUEPRINTS = (pages_outside, pages_inside)

__all__ = ["BLUEPRINTS", "factors", "links", "second_step", "setting_up"]
