"""Foundations that know no feature and no request."""
