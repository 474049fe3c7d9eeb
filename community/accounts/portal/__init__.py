"""The pages of accounts: ways in outside any team, and the settings inside one."""

from community.accounts.portal import inviting, joining, links, members, setting_up
from community.accounts.portal.entry import pages_outside
from community.accounts.portal.settings import pages_inside
from community.accounts.portal.team_pages import team_pages

BLUEPRINTS = (pages_outside, pages_inside, team_pages)

__all__ = ["BLUEPRINTS", "inviting", "joining", "links", "members", "setting_up"]
