"""The router on which the timetable's operations are."""

from ninja import Router

router = Router(tags=["timetable"])
