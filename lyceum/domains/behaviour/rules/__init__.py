"""What may be recorded, decided, told and counted about behaviour."""
