"""REST door of exchange."""

from ninja import Router

router = Router(tags=["exchange"])
