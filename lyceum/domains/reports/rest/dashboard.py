"""The school in numbers, for who leads it."""

import datetime as dt
from typing import Any

from django.http import HttpRequest
from ninja import Field, Schema

from lyceum.core.rest import actor_of
from lyceum.domains.reports.rest.router import router
from lyceum.domains.reports.school_numbers import read_school_numbers


class NumberOut(Schema):
    """One number, when it was counted, and the page whose list has as many rows."""

    key: str
    label: str
    value: int
    as_of: dt.datetime
    link: str


class PartOut(Schema):
    """The numbers of one area."""

    key: str
    title: str
    numbers: list[NumberOut]


class PointOut(Schema):
    """The number of one day; null where there is none."""

    on: dt.date
    value: float | None


class NumberLineOut(Schema):
    """How a number went over the last 30 days."""

    key: str
    label: str
    unit: str
    points: list[PointOut]


class SchoolDashboardOut(Schema):
    """The school in numbers."""

    as_of: dt.datetime = Field(description="When the first of them was counted.")
    parts: list[PartOut]
    lines: list[NumberLineOut]


@router.get("admin/dashboard/", response=SchoolDashboardOut, operation_id="schoolDashboard")
def school_dashboard(request: HttpRequest) -> dict[str, Any]:
    """Numbers of the school, each with the link of the list behind it."""
    found = read_school_numbers(actor_of(request))
    return {
        "as_of": min(each.as_of for each in found.parts),
        "parts": [
            {
                "key": each.key,
                "title": str(each.title),
                "numbers": [
                    {
                        "key": number.key,
                        "label": str(number.label),
                        "value": number.value,
                        "as_of": each.as_of,
                        "link": number.link,
                    }
                    for number in each.numbers
                ],
            }
            for each in found.parts
        ],
        "lines": [
            {
                "key": line.key,
                "label": str(line.label),
                "unit": line.unit,
                "points": [{"on": on, "value": value} for on, value in line.points],
            }
            for line in found.lines
        ],
    }
