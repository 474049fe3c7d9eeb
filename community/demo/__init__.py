"""The sample team: clearly marked, deterministic, removable."""
