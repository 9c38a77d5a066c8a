"""REST door of behaviour: incidents, points, stages, what follows, notices, numbers, detentions."""

from lyceum.domains.behaviour.rest import (
    dashboard,
    detention_devices,
    detention_registers,
    detention_slots,
    detention_types,
    detentions,
    files,
    incidents,
    notices,
    points,
    reviews,
    stages,
    types,
)
from lyceum.domains.behaviour.rest.router import router

__all__ = [
    "dashboard",
    "detention_devices",
    "detention_registers",
    "detention_slots",
    "detention_types",
    "detentions",
    "files",
    "incidents",
    "notices",
    "points",
    "reviews",
    "router",
    "stages",
    "types",
]
