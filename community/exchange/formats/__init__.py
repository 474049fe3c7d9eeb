"""Readers and writers of address books: plain functions over bytes, no session, no request."""
