"""Data rights: exports, requests of the people spoken of, erasure, lawful basis and consent."""
