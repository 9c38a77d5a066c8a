"""The router on which the modules of this package register their operations, in the order of their import."""

from ninja import Router

router = Router(tags=["people"])
