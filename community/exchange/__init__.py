"""Import and export: real files in, everything out again."""
