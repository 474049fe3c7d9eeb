"""Ties between members and people: how they met; later touches, promises, cadence and strength."""
