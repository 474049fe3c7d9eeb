"""Measures of reciprocity, kept incrementally from the ledger."""
