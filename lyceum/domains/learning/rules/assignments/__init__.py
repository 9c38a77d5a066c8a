"""Setting work, handing it in, marking it."""
