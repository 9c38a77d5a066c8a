"""What is done about fees."""
