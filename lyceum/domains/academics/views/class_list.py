"""The list of classes: of today or of a year, one's own or all."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lyceum.core.forms import asked_id
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.academics.models import Class
from lyceum.domains.academics.queries import list_classes, list_grade_names, list_years, without_form
from lyceum.domains.journal.rules import note_export
from lyceum.domains.people.queries import list_students
from lyceum.domains.tenancy.queries import today

KINDS = {"form": _("Form"), "teaching": _("Teaching class")}


def _teachers(row: Class) -> str:
    return ", ".join(teacher.staff.person.full_name for teacher in row.current_teachers)  # type: ignore[attr-defined]  # prefetched


TABLE: Table[Class] = Table(
    name="classes",
    label=_("Classes"),
    columns=(
        Column("name", _("Name"), lambda row: row.name, sort=("name",)),
        Column("kind", _("Kind"), lambda row: KINDS.get(row.kind, row.kind), sort=("kind",)),
        Column("subject", _("Subject"), lambda row: row.subject.name if row.subject else ""),
        Column("teachers", _("Teachers"), _teachers),
        Column("room", _("Room"), lambda row: row.room.name if row.room else "", is_extra=True),
        Column("students", _("Students"), lambda row: row.size, is_number=True),  # type: ignore[attr-defined]  # counted
        Column("seats", _("Seats"), lambda row: row.capacity, sort=("capacity",), is_number=True),
        Column("year", _("School year"), lambda row: row.year.name, is_extra=True),
    ),
    href=lambda row: f"/classes/{row.pk}/",
    order=("kind", "name", "pk"),
)


@require_http_methods(["GET", "POST"])
def classes_page(request: HttpRequest) -> HttpResponse:
    """Classes of today, or of a year. Who teaches here sees their own first."""
    actor, day, year = actor_of(request), today(), asked_id(request, "year")
    own = list_classes(actor, day=day, mine=True).exists() if actor.user_id else False
    whose = request.GET.get("whose", "mine" if own else "all")
    rows = list_classes(actor, day=day, grade=asked_id(request, "grade"), year=year, mine=own and whose == "mine")
    assigns = actor.reaches_all(Permission.CLASSES_ASSIGN) and actor.reaches_all(Permission.STUDENTS_LIST)
    every = _("All")
    filters = [
        Filter("year", _("School year"), [(str(each.pk), each.name) for each in list_years(actor)], every=_("Today")),
        Filter("grade", _("Grade"), list_grade_names(actor), every=every),
    ]
    if own:
        filters.insert(0, Filter("whose", _("Whose"), [("mine", _("Your classes")), ("all", every)], usual="mine"))
    return answer_list(
        request,
        TABLE,
        rows,
        template="academics/classes.html",
        filters=filters,
        note_export=partial(note_export, TABLE.name, request.GET.urlencode(), actor=actor),
        context={
            "may_assign": actor.reaches_all(Permission.CLASSES_ASSIGN),
            "may_edit": actor.reaches_all(Permission.CLASSES_EDIT),
            "without_form": list_students(actor, day=day).filter(without_form(day)).count() if assigns else 0,
        },
    )
