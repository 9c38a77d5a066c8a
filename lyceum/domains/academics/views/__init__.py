"""Pages of academics, by noun: students, classes, settings."""
