"""The queues that jobs wait in: each is served on its own, so that what is due in seconds never waits for minutes."""

SOON = "default"
"""What somebody waits for, and what is done by the clock: messages, registers, certificates."""
LONG = "long"
"""What may take minutes: imports, a new school year, a timetable."""
