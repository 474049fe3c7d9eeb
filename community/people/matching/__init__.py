"""Pure algorithms about people: who may be the same."""
