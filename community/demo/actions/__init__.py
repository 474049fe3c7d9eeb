"""Making the sample team, and taking it away: its people, their words, the plan of their year."""

from community.demo.actions.cast import TEAM_SLUG
from community.demo.actions.sample import make_sample_team, remove_sample_team

__all__ = ["TEAM_SLUG", "make_sample_team", "remove_sample_team"]
