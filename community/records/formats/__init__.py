"""Exports as files: plain data in, bytes out."""
