"""The database under Lyceum: the built-in server, and the roles on any server."""

from lyceum.config.postgres.roles import provision_roles
from lyceum.config.postgres.server import EmbeddedPostgres

__all__ = ["EmbeddedPostgres", "provision_roles"]
