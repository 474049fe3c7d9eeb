"""The pages of accounts: ways in outside any team, and the settings inside one."""

from community.accounts.portal import (
    agreement,
    circles,
    factors,
    inviting,
    joining,
    links,
    members,
    providers,
    second_step,
    setting_up,
    team_settings,
)
from community.accounts.portal.entry import pages_outside
from community.accounts.portal.settings import pages_inside
from community.accounts.portal.team_pages import team_pages

NAV = circles.NAV
ask_first = agreement.ask_first
BLUEPRINTS = (pages_outside, pages_inside, team_pages)

__all__ = [
    "BLUEPRINTS",
    "NAV",
    "agreement",
    "ask_first",
    "circles",
    "factors",
    "inviting",
    "joining",
    "links",
    "members",
    "providers",
    "second_step",
    "setting_up",
    "team_settings",
]
