"""The connection of the tables' owner: it migrates, counts rows and erases, and serves no request."""

OWNER = "owner"
