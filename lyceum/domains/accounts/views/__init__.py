"""Pages of accounts: coming in and going out, one's own account, and the school's settings."""

from lyceum.domains.accounts.views.entrance import jwks

__all__ = ["jwks"]
