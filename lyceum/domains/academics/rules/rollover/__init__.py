"""The rules of going over from one school year into the next: plan, decide, look, apply, undo."""
