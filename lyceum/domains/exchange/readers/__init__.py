"""From bytes to typed records, in a stream: knows files and formats, nothing of schools or of Django."""
