"""Acts of notifications."""
