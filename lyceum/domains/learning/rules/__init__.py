"""Acts of learning."""
