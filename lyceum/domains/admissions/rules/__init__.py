"""Acts of admissions."""
