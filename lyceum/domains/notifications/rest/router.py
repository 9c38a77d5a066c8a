"""Where the operations of notifications are gathered."""

from ninja import Router

router = Router(tags=["notifications"])
