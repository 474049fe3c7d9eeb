"""Sign-in, sessions, API tokens, set-up, own profile, leaving a team."""
