"""House rules that no ready-made linter knows, each with a message that names the mend."""
