"""Notices in the portal and by mail: one catalogue, rights checked when written and when sent."""
