"""The operator's commands: db, backup, restore, doctor. Reads core and journal only."""
