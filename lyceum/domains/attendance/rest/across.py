"""Attendance of a group's schools over REST: numbers, and no names."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema

from lyceum.core import clock
from lyceum.core.errors import invalid_field
from lyceum.core.paging import page_of
from lyceum.core.permissions import Permission
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.accounts.across import get_group, list_group_schools, list_groups
from lyceum.domains.attendance.across import SchoolTotal, Total, read_group_totals, usual_first
from lyceum.domains.attendance.rest.numbers import NumbersOut, shape_numbers
from lyceum.domains.attendance.rest.router import router
from lyceum.domains.tenancy.models import School

Day = date  # several schemas have a field called date


class SchoolGroupOut(Schema):
    """A group of schools that the caller administers."""

    slug: str
    name: str
    kind: str


@router.get("groups/", response=ListOf[SchoolGroupOut], operation_id="listGroups")
def groups(request: HttpRequest, walk: Query[Walk]) -> dict[str, Any]:
    """The groups of schools that the caller administers, with those inside them, by name."""
    rows = list_groups(actor_of(request), Permission.NUMBERS_VIEW)
    page = page_of(rows, order=("name", "pk"), limit=walk.limit, cursor=walk.cursor, count=walk.count)
    return listed(page, [{"slug": row.slug, "name": row.name, "kind": row.kind} for row in page.rows])


class GroupSpan(Strict):
    """Which days, and whether each school's grades are told too."""

    from_: Day | None = Field(None, alias="from")
    to: Day | None = None
    by: str | None = Field(None, pattern="^grade$")


class TotalOut(Schema):
    """Numbers of so many students. Of 1 to 4 students only that there are fewer than five is told."""

    students: str = Field(description="A number, `<5`, or nothing where by it one could tell of so few.")
    numbers: NumbersOut | None


class GradeTotalOut(TotalOut):
    """The numbers of a grade."""

    grade: str


class SchoolTotalOut(TotalOut):
    """The numbers of a school; none where it is not open."""

    school: str
    name: str
    status: str
    grades: list[GradeTotalOut]


class GroupTotalsOut(Schema):
    """The schools of a group, and the sum of those whose numbers are told."""

    from_: Day = Field(alias="from")
    to: Day
    group: str
    total: TotalOut
    schools: list[SchoolTotalOut]


def _shown(total: Total | None) -> dict[str, Any]:
    if total is None:
        return {"students": "", "numbers": None}
    return {"students": total.shown_students, "numbers": shape_numbers(total.shown) if total.shown else None}


def _school(school: School, found: SchoolTotal | None) -> dict[str, Any]:
    grades = [{"grade": each.name, **_shown(each)} for each in found.grades] if found else []
    return {"school": school.slug, "name": school.name, "status": school.status, "grades": grades, **_shown(found)}


def group_span(first: Day | None, last: Day | None) -> tuple[Day, Day]:
    """From one day to another: the four weeks that end today where neither is given."""
    until = last or max(clock.today("UTC"), first or date.min)
    begins = first or usual_first(until)
    if until < begins:
        raise invalid_field("/to", "order", _("The last day lies before the first day."))
    return begins, until


@router.get("groups/{slug:group}/attendance/", response=GroupTotalsOut, by_alias=True, operation_id="groupAttendance")
def group_attendance(request: HttpRequest, group: str, chosen: Query[GroupSpan]) -> dict[str, Any]:
    """The attendance of each school of a group. Every school has this reading in its trail."""
    actor = actor_of(request)
    first, last = group_span(chosen.from_, chosen.to)
    found = get_group(group, permission=Permission.NUMBERS_VIEW, actor=actor)
    schools = list(list_group_schools(found, permission=Permission.NUMBERS_VIEW, actor=actor))
    totals = read_group_totals(schools, first=first, last=last, by_grade=chosen.by == "grade", actor=actor)
    return {
        "from": first,
        "to": last,
        "group": found.slug,
        "total": _shown(totals.total),
        "schools": [_school(*each) for each in totals.schools],
    }
