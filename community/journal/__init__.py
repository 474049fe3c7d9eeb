"""Append-only audit: who did what to which thing, in the same transaction, sealed in a chain."""
