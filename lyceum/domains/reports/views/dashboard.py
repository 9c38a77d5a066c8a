"""The school in numbers, and the lists behind those numbers that have no page of their own."""

from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core.charts import About, line_chart, series
from lyceum.core.lists import Column, Table, answer_list
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.journal.rules import note_export
from lyceum.domains.learning.models import Completion, Course, CourseEnrolment
from lyceum.domains.reports.school_numbers import Line, read_school_numbers


@require_GET
def dashboard_page(request: HttpRequest) -> HttpResponse:
    """Every number with its list, and how some went."""
    found = read_school_numbers(actor_of(request))
    charts = [chart for line in found.lines if (chart := _chart(line))]
    as_of = min(each.as_of for each in found.parts)
    return render(request, "reports/dashboard.html", {"parts": found.parts, "charts": charts, "as_of": as_of})


def _chart(line: Line) -> SafeString:
    """The line as a picture; nothing where there is nothing to draw."""
    if not any(value for _on, value in line.points):
        return SafeString("")
    labels = [date_format(on, "j M") for on, _value in line.points]
    drawn = series(str(line.label), labels, [value for _on, value in line.points])
    return line_chart([drawn], About(f"line-{line.key}", str(line.label), unit=line.unit))


COURSES: Table[Course] = Table(
    name="courses",
    label=_("Published courses"),
    columns=(
        Column("name", _("Course"), lambda row: row.name, sort=("name",)),
        Column("category", _("Category"), lambda row: row.category.name if row.category else ""),
        Column("published", _("Published"), lambda row: row.published_at),
    ),
    order=("name", "pk"),
)
ENROLMENTS: Table[CourseEnrolment] = Table(
    name="course-enrolments",
    label=_("Learners in courses"),
    columns=(
        Column("name", _("Name"), lambda row: row.student.person.full_name, sort=("student__person__sort_name",)),
        Column("course", _("Course"), lambda row: row.schedule.course.name, sort=("schedule__course__name",)),
        Column("run", _("Run"), lambda row: row.schedule.name),
        Column("since", _("Since"), lambda row: row.enrolled_at, sort=("enrolled_at",)),
    ),
    href=lambda row: f"/students/{row.student_id}/",
    order=("student__person__sort_name", "pk"),
)
COMPLETIONS: Table[Completion] = Table(
    name="completions",
    label=_("Courses completed"),
    columns=(
        Column("name", _("Name"), lambda row: row.student.person.full_name, sort=("student__person__sort_name",)),
        Column("course", _("Course"), lambda row: row.course.name, sort=("course__name",)),
        Column("on", _("Completed"), lambda row: row.completed_at, sort=("completed_at",)),
    ),
    href=lambda row: f"/students/{row.student_id}/",
    order=("-completed_at", "pk"),
)
# Any: tables of different rows.
LISTS: dict[str, Any] = {each.name: each for each in (COURSES, ENROLMENTS, COMPLETIONS)}


@require_http_methods(["GET", "POST"])
def list_page(request: HttpRequest, name: str) -> HttpResponse:
    """The rows behind a number."""
    actor = actor_of(request)
    actor.require_all(Permission.SCHOOL_DASHBOARD)
    note = partial(note_export, name, request.GET.urlencode(), actor=actor)
    return answer_list(request, LISTS[name], _rows(name), template="reports/list.html", note_export=note)


# Any: rows of one of three models.
def _rows(name: str) -> QuerySet[Any]:
    if name == COURSES.name:
        return Course.objects.filter(status=Course.Status.PUBLISHED).select_related("category")
    if name == COMPLETIONS.name:
        return Completion.objects.filter(reversed_at=None).select_related("student__person", "course")
    active = CourseEnrolment.objects.filter(status=CourseEnrolment.Status.ACTIVE)
    return active.select_related("student__person", "schedule__course")
