"""Pages of assessment."""
