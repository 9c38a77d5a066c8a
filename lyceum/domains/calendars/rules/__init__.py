"""Acts of calendars."""
