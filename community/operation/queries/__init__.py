"""What the database itself says of its tables, its guard and its health."""
