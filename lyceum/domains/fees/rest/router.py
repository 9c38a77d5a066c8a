"""The router that the files of this door share."""

from ninja import Router

router = Router(tags=["fees"])
