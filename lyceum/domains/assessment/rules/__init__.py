"""What is done to gradebooks, scales and policies."""
