"""Acts of website."""
