"""Commitments that features write, so that what a person can carry adds up in one place."""
