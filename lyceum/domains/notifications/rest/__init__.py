"""REST door of notifications."""

from lyceum.domains.notifications.rest import deliveries, devices, own, providers, texts
from lyceum.domains.notifications.rest.router import router

__all__ = ["deliveries", "devices", "own", "providers", "router", "texts"]
