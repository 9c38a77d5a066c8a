"""Pages of those who keep the site."""
