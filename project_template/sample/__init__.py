"""A module to learn from, and to delete."""
