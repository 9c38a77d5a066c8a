"""REST door of notifications."""

from lyceum.domains.notifications.rest import deliveries, own, providers, texts
from lyceum.domains.notifications.rest.router import router

__all__ = ["deliveries", "own", "providers", "router", "texts"]
