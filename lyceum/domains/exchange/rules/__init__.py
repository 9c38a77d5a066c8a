"""Bringing a school's data in: taken in, previewed, applied, undone."""
