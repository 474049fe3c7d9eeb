"""Pages that read many features: today, the person page with its timeline, search and palette."""
