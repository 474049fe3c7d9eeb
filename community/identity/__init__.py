"""Users, teams, memberships, the Actor, circles and the audience of items."""
