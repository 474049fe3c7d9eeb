"""Who of a file is who here, and what that changes: plain functions over plain data."""
