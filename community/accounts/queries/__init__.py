"""Reading ways in: what opens a request, sessions, credentials, tokens and links."""
