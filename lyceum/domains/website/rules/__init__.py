"""Acts of the public site."""
