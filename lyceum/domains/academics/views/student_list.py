"""The list of students: found by name, number, grade, class and status; exported; moved several at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.forms import asked_id, needed_date, typed_id
from lyceum.core.lists import BulkAct, Column, Filter, Planned, Table, answer_list
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.academics.quality import GAPS, lacking
from lyceum.domains.academics.queries import (
    Standing,
    get_class,
    in_class,
    in_grade,
    list_class_names,
    list_grade_names,
    standings,
    without_form,
)
from lyceum.domains.academics.rules.members import move_student
from lyceum.domains.academics.rules.placements import place_and_seat
from lyceum.domains.journal.rules import note_export
from lyceum.domains.people.contacts import Contact, contacts_to_list
from lyceum.domains.people.models import Student
from lyceum.domains.people.queries import DELETED, STATUSES, list_own_students, list_students
from lyceum.domains.tenancy.queries import today

ALL, NO_FORM = "all", "none"
SHOWN_STATUSES = (
    ("on_roll", _("On roll")),
    ("expected", _("Expected")),
    ("left", _("Left")),
    ("graduated", _("Graduated")),
    ("no_show", _("Never came")),
    ("none", _("Not enrolled")),
    (ALL, _("All")),
)
WITH_DELETED = (*SHOWN_STATUSES, (DELETED, _("Deleted")))


@dataclass(frozen=True)
class Listed:
    """A student, and where they are today."""

    student: Student
    standing: Standing
    contacts: Sequence[Contact] = ()

    def contact(self, number: int) -> str:
        """The first, second, third to call, with every way to reach them."""
        return str(self.contacts[number - 1]) if len(self.contacts) >= number else ""


def _plan_move(request: HttpRequest, ids: list[UUID]) -> list[Planned]:
    actor, day = actor_of(request), needed_date(request, "on")
    target = typed_id(request, "to_class")
    if target is None:
        raise invalid_field("/to_class", "required", say("Choose the form to move into."))
    into = get_class(target, actor=actor, day=day)
    planned = []
    for row in _chosen(ids, actor, day):
        there = row.standing.form_id == into.pk
        problem = say("already there") if there else ""
        planned.append(Planned(row.student.person.full_name, row.standing.form, into.name, problem))
    return planned


def _move(request: HttpRequest, ids: list[UUID]) -> None:
    actor, day = actor_of(request), needed_date(request, "on")
    into = get_class(typed_id(request, "to_class") or UUID(int=0), actor=actor, day=day)
    for row in _chosen(ids, actor, day):
        if row.standing.form_id:
            move_student(row.student.pk, to_class=into.pk, on=day, actor=actor)
        else:
            place_and_seat(row.student.pk, form=into, on=day, actor=actor)


def _chosen(ids: list[UUID], actor: Actor, day: date) -> list[Listed]:
    rows = list_students(actor, day=day).filter(pk__in=ids)
    return _listed(list(rows), day)


def _move_context(request: HttpRequest) -> dict[str, object]:
    actor, day = actor_of(request), today()
    return {"classes": list_class_names(actor, day, kind="form"), "today": day.isoformat()}


def _listed(students: list[Student], day: date, contacts_for: Actor | None = None) -> list[Listed]:
    ids = [student.pk for student in students]
    placed = standings(ids, day)
    contacts = contacts_to_list(ids, actor=contacts_for, day=day) if contacts_for else {}
    return [Listed(student, placed[student.pk], contacts.get(student.pk, ())) for student in students]


MOVE = BulkAct(
    "move",
    _("Move to a form"),
    plan=_plan_move,
    apply=_move,
    fields="academics/_bulk_move.html",
    context=_move_context,
    is_allowed=lambda request: actor_of(request).reaches_all(Permission.CLASSES_ASSIGN),
)
TABLE: Table[Listed] = Table(
    name="students",
    label=_("Students"),
    columns=(
        Column("name", _("Name"), lambda row: row.student.person.full_name, sort=("person__sort_name",)),
        Column("form", _("Form"), lambda row: row.standing.form),
        Column("grade", _("Grade"), lambda row: row.standing.grade),
        Column("number", _("Number"), lambda row: row.student.registration_number, sort=("registration_number",)),
        Column("called", _("Called"), lambda row: row.student.person.preferred_name, is_extra=True),
        Column("born", _("Born"), lambda row: row.student.person.birth_date, is_extra=True),
        Column("gender", _("Gender"), lambda row: row.student.person.gender, is_extra=True),
        Column("admitted", _("Admitted"), lambda row: row.student.admission_date, is_extra=True),
    ),
    href=lambda row: f"/students/{row.student.pk}/{'edit/' if row.student.deleted_at else ''}",
    key=lambda row: str(row.student.pk),
    bulk=(MOVE,),
    order=("person__sort_name", "pk"),
)  # fmt: skip


WITH_CONTACTS = replace(
    TABLE,
    columns=(
        *TABLE.columns,
        Column("contact_1", _("First contact"), lambda row: row.contact(1), is_extra=True),
        Column("contact_2", _("Second contact"), lambda row: row.contact(2), is_extra=True),
        Column("contact_3", _("Third contact"), lambda row: row.contact(3), is_extra=True),
    ),
)


def _shows_contacts(request: HttpRequest, table: Table[Listed]) -> bool:
    """Whether the answer tells of contacts: a file of data tells all, a page and a sheet of paper what was chosen."""
    chosen = request.GET.get("columns", "") or ",".join(request.GET.getlist("column"))
    is_data = request.POST.get("export") in ("csv", "xlsx")
    shown = table.columns if is_data else table.shown(chosen)
    return any(column.name.startswith("contact") for column in shown)


@require_http_methods(["GET", "POST"])
def students_page(request: HttpRequest) -> HttpResponse:
    """The students somebody may see, found by name, number, grade, class and status; the filter is the address."""
    actor, day = actor_of(request), today()
    is_office = actor.may(Permission.STUDENTS_LIST)
    status = request.GET.get("status", "on_roll")
    find = list_students if is_office else list_own_students
    brings_back = is_office and actor.reaches_all(Permission.STUDENTS_EDIT)
    known = (*STATUSES, DELETED) if brings_back else STATUSES
    rows = find(actor, text=request.GET.get("q", ""), status=status if status in known else "", day=day)
    if grade := asked_id(request, "grade"):
        rows = rows.filter(in_grade(grade, day))
    if school_class := asked_id(request, "class"):
        rows = rows.filter(in_class(school_class, day))
    elif request.GET.get("class") == NO_FORM:
        rows = rows.filter(without_form(day))
    if request.GET.get("missing") in GAPS:
        rows = rows.filter(lacking(request.GET["missing"], day))
    every = _("All")
    filters = [
        Filter("q", _("Name, number, guardian or phone") if is_office else _("Name or number")),
        Filter("grade", _("Grade"), list_grade_names(actor), every=every),
        Filter("class", _("Class"), [*list_class_names(actor, day), (NO_FORM, _("In no form"))], every=every),
        Filter("status", _("Status"), WITH_DELETED if brings_back else SHOWN_STATUSES, usual="on_roll"),
    ]
    if is_office:
        filters.append(Filter("missing", _("Gap in the record"), list(GAPS.items()), every=_("Any or none")))
    table = WITH_CONTACTS if actor.reaches_all(Permission.CONTACTS_VIEW) else TABLE
    return answer_list(
        request,
        table,
        rows,
        template="academics/students.html",
        filters=filters,
        made=partial(_listed, day=day, contacts_for=actor if _shows_contacts(request, table) else None),
        note_export=partial(note_export, TABLE.name, request.GET.urlencode(), actor=actor),
        context={"may_edit": actor.reaches_all(Permission.STUDENTS_EDIT)},
    )
