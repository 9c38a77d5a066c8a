"""The page of attendance in numbers: of a class, a grade or everybody, in some days, as known now or at an instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods

from lyceum.core import clock
from lyceum.core.errors import invalid_field
from lyceum.core.forms import asked_date, asked_id
from lyceum.core.instants import given_instant
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.academics.queries import Standing, list_classes, list_grade_names, standings
from lyceum.domains.attendance.groups import Grouped, summarise_by
from lyceum.domains.attendance.numbers import Numbers, list_enrolled, summarise_students
from lyceum.domains.attendance.readings import reading_for
from lyceum.domains.journal.rules import note_export
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.queries import time_zone, today

BY = (
    ("grade", lazy("Grade")),
    ("class", lazy("Form")),
    ("weekday", lazy("Weekday")),
    ("meaning", lazy("What was marked")),
)


@dataclass(frozen=True)
class Counted:
    """A student, where they belonged on the last day, and their numbers."""

    student: Student
    standing: Standing
    numbers: Numbers


TABLE: Table[Counted] = Table(
    name="attendance-numbers",
    label=lazy("Attendance in numbers"),
    columns=(
        Column("name", lazy("Name"), lambda row: row.student.person.full_name, sort=("person__sort_name",)),
        Column("form", lazy("Form"), lambda row: row.standing.form),
        Column("percent", lazy("Attended, %"), lambda row: row.numbers.percent, is_number=True),
        Column("possible", lazy("Possible sessions"), lambda row: row.numbers.possible, is_number=True),
        Column("attended", lazy("Attended"), lambda row: row.numbers.attended, is_number=True),
        Column("authorised", lazy("Authorised"), lambda row: row.numbers.authorised, is_number=True),
        Column("unauthorised", lazy("Unauthorised"), lambda row: row.numbers.unauthorised, is_number=True),
        Column("late", lazy("Late"), lambda row: row.numbers.late, is_number=True),
        Column("missing", lazy("Not taken"), lambda row: row.numbers.missing, is_number=True),
    ),
    href=lambda row: f"/students/{row.student.pk}/",
    order=("person__sort_name", "pk"),
)


@require_http_methods(["GET", "POST"])
def numbers_page(request: HttpRequest) -> HttpResponse:
    """Attendance in numbers of those whom the caller may see; with `as_known_at` as it was recorded at that moment."""
    actor, asked, day = actor_of(request), request.GET, today()
    actor.require(Permission.NUMBERS_VIEW)
    first, last = asked_date(request, "from", day), asked_date(request, "to", day)
    if last < first:
        raise invalid_field("/to", "order", _("The last day lies before the first day."))
    known_at = asked_instant(request)
    whose: dict[str, Any] = {
        "school_class": asked_id(request, "class"),
        "grade": asked_id(request, "grade"),
        "first": first,
        "last": last,
    }
    students = list_enrolled(actor, **whose)
    counted = partial(summarise_students, first=first, last=last, reading=reading_for(actor, known_at))

    def made(rows: Sequence[Student]) -> list[Counted]:
        ids = [student.pk for student in rows]
        placed, numbers = standings(ids, last), counted(ids).per_student
        return [Counted(each, placed[each.pk], numbers[each.pk]) for each in rows]

    by = asked.get("by", "")
    grouped = Grouped([])
    if by in dict(BY):
        grouped = summarise_by(actor, by, as_known_at=known_at, **whose)
    classes = [(str(row.pk), row.name) for row in list_classes(actor, day=last)]
    return answer_list(
        request,
        TABLE,
        students.select_related("person"),
        template="attendance/numbers.html",
        filters=(
            Filter("from", lazy("From"), kind="date", usual=day.isoformat()),
            Filter("to", lazy("To"), kind="date", usual=day.isoformat()),
            Filter("class", lazy("Class"), classes, every=lazy("All")),
            Filter("grade", lazy("Grade"), list_grade_names(actor), every=lazy("All")),
            Filter("by", lazy("In groups by"), BY, every=lazy("No groups")),
            Filter("as_known_at", lazy("As known at"), kind="datetime-local"),
        ),
        made=made,
        note_export=partial(note_export, TABLE.name, asked.urlencode(), actor=actor),
        context={
            "total": counted(list(students.values_list("pk", flat=True))).total,
            "groups": grouped.groups,
            "first": first,
            "last": last,
            "known_at": known_at and clock.local(known_at, time_zone()),
        },
    )


def asked_instant(request: HttpRequest) -> datetime | None:
    """At which moment it should have been known: local time of the school, or with its own offset."""
    text = request.GET.get("as_known_at", "")
    if not text:
        return None
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise invalid_field("/as_known_at", "malformed", _("Give a day and a time, as 2026-10-01T09:30.")) from None
    return given_instant(given, "/as_known_at", time_zone=time_zone())
