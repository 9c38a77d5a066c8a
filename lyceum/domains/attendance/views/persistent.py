"""The students who miss much of the year: what the head's figures by grade open."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lyceum.core.forms import asked_id
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.rest import actor_of
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.queries import Standing, list_grade_names, standings
from lyceum.domains.attendance.numbers import Numbers, count_days
from lyceum.domains.attendance.overview import list_missing_much
from lyceum.domains.journal.rules import note_export
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.queries import today


@dataclass(frozen=True)
class MissingMuch:
    """A student, where they belong, and their year in numbers."""

    student: Student
    standing: Standing
    numbers: Numbers


def read_rows(students: Sequence[Student]) -> list[MissingMuch]:
    """The students with their numbers, in two statements."""
    day, ids = today(), [student.pk for student in students]
    year = school_days().year_of(day)
    placed, counted = standings(ids, day), count_days(ids, year.starts if year else day, day)
    return [MissingMuch(each, placed[each.pk], counted.get(each.pk, Numbers())) for each in students]


SHARES = (("persistent", _("Persistent")), ("severe", _("Severe")))
TABLE: Table[MissingMuch] = Table(
    name="persistent-absence",
    label=_("Persistent absence this year"),
    columns=(
        Column("name", _("Name"), lambda row: row.student.person.full_name, sort=("person__sort_name",)),
        Column("form", _("Form"), lambda row: row.standing.form),
        Column("percent", _("Attended, %"), lambda row: row.numbers.percent, is_number=True),
        Column("possible", _("Possible sessions"), lambda row: row.numbers.possible, is_number=True),
        Column("attended", _("Attended"), lambda row: row.numbers.attended, is_number=True),
        Column("authorised", _("Authorised"), lambda row: row.numbers.authorised, is_number=True),
        Column("unauthorised", _("Unauthorised"), lambda row: row.numbers.unauthorised, is_number=True),
        Column("late", _("Late"), lambda row: row.numbers.late, is_number=True, is_extra=True),
    ),
    href=lambda row: f"/students/{row.student.pk}/",
    order=("person__sort_name", "pk"),
)


@require_http_methods(["GET", "POST"])
def persistent_page(request: HttpRequest) -> HttpResponse:
    """Who misses much of the year, of all or of one grade."""
    actor, asked = actor_of(request), request.GET
    return answer_list(
        request,
        TABLE,
        list_missing_much(actor, severe=asked.get("over") == "severe", grade=asked_id(request, "grade")),
        template="attendance/persistent.html",
        filters=(
            Filter(
                "over", _("How much"), [("persistent", _("Persistent")), ("severe", _("Severe"))], usual="persistent"
            ),
            Filter("grade", _("Grade"), list_grade_names(actor), every=_("All")),
        ),
        made=read_rows,
        note_export=partial(note_export, TABLE.name, asked.urlencode(), actor=actor),
    )
