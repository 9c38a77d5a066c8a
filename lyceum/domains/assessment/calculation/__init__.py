"""The calculation of totals: plain functions on plain values, which know nothing of the database."""
