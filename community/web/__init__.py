"""Flask glue shared by features; knows no feature."""
