"""Where the parts of the door meet."""

from ninja import Router

router = Router(tags=["assessment"])
