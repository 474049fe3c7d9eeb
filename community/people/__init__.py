"""Persons with their addresses and positions, and notes about them."""
