"""Pages of a class: who is in it on a day, making and changing one."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.forms import (
    asked_date,
    needed_date,
    submitted,
    typed_date,
    typed_id,
    typed_ids,
    typed_number,
)
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.academics.models import Class
from lyceum.domains.academics.queries import (
    find_year,
    get_class,
    in_grade,
    list_grades,
    list_members,
    list_room_names,
    list_subjects,
    list_years,
    without_form,
)
from lyceum.domains.academics.rules.class_details import NewClass, create_class, edit_class, remove_class
from lyceum.domains.academics.rules.members import NewMember, add_class_members, end_membership
from lyceum.domains.people.models import Student
from lyceum.domains.people.queries import list_staff, list_students
from lyceum.domains.tenancy.queries import today

REGISTERS = (
    ("daily", _("Every day")),
    ("lesson", _("In each lesson")),
    ("both", _("Every day and in each lesson")),
    ("none", _("Never")),
)
MOST_PROPOSED = 40


@require_http_methods(["GET", "POST"])
def class_page(request: HttpRequest, class_id: UUID) -> HttpResponse:
    """A class on a day: who is in it, who teaches it; adding and taking out for those who may."""
    actor = actor_of(request)
    day = asked_date(request, "on", today())
    row = get_class(class_id, actor=actor, day=day)

    def act() -> str:
        students = typed_ids(request, "student")
        if not students:
            raise NotFoundError(gettext("Choose at least one student."))
        if request.POST.get("act") == "remove":
            last = needed_date(request, "last_day")
            for student in students:
                end_membership(class_id, student, last_day=last, actor=actor)
        else:
            starts = typed_date(request, "starts_on") or day
            reason = request.POST.get("overfill_reason", "")
            new = [NewMember(row, student, starts) for student in students]
            add_class_members(new, overfill_reason=reason, actor=actor)
        return f"/classes/{class_id}/?on={day}"

    def context() -> dict[str, Any]:
        assigns = actor.reaches_all(Permission.CLASSES_ASSIGN) and actor.reaches_all(Permission.STUDENTS_LIST)
        text = request.GET.get("find", "")
        return {
            "row": row,
            "day": day,
            "is_today": day == today(),
            "members": list_members(class_id, actor=actor, day=day) if actor.may(Permission.STUDENTS_VIEW) else [],
            "proposed": _proposed(row, text, actor) if assigns else [],
            "find": text,
            "may_assign": assigns,
            "may_overfill": actor.reaches_all(Permission.CLASSES_OVERFILL),
            "may_edit": actor.reaches_all(Permission.CLASSES_EDIT),
            "may_record": actor.may(Permission.INCIDENTS_RECORD),
            "sees_registers": actor.may(Permission.REGISTERS_VIEW),
            "sees_work": actor.may(Permission.ASSIGNMENTS_VIEW),
            "has_lessons": actor.may(Permission.LESSONS_VIEW),
        }

    return submitted(request, "academics/class.html", context, act)


def _proposed(row: Class, text: str, actor: Actor) -> list[Student]:
    """Students who may be meant: found by name, or those of the form's grades who are in no form."""
    day = max(today(), row.starts)
    found = list_students(actor, text=text, status="on_roll", day=day)
    if text:
        return list(found[:8])
    if row.kind != Class.Kind.FORM or not row.is_active(day):
        return []
    found = found.filter(without_form(day))
    grades = [in_grade(grade, day) for grade in row.grades]
    if grades:
        wanted = grades[0]
        for each in grades[1:]:
            wanted |= each
        found = found.filter(wanted)
    return list(found[:MOST_PROPOSED])


@require_http_methods(["GET", "POST"])
def class_new(request: HttpRequest) -> HttpResponse:
    """Make a form or a teaching class."""
    actor = actor_of(request)
    actor.require_all(Permission.CLASSES_EDIT)

    def act() -> str:
        year_id, subject = typed_id(request, "year"), typed_id(request, "subject")
        year = list_years(actor).filter(pk=year_id).first() if year_id else find_year(today())
        if year is None:
            raise NotFoundError(gettext("Make a school year first, under Settings."))
        new = NewClass(
            year,
            request.POST.get("name", ""),
            kind="teaching" if subject else "form",
            subject_id=subject,
            grades=typed_ids(request, "grades"),
            section=request.POST.get("section", ""),
            capacity=typed_number(request, "capacity", 40),
            room_id=typed_id(request, "room_id"),
            registers=request.POST.get("registers", ""),
        )
        made = create_class(new, lead_id=typed_id(request, "lead_id"), actor=actor)
        return f"/classes/{made.pk}/"

    def context() -> dict[str, Any]:
        current = find_year(today())
        return {
            **_choices(request, actor),
            "years": [(str(year.pk), year.name) for year in list_years(actor)],
            "current_year": str(current.pk) if current else "",
        }

    return submitted(request, "academics/class_new.html", context, act)


def _choices(request: HttpRequest, actor: Actor, row: Class | None = None) -> dict[str, Any]:
    """What a class may be made of."""
    return {
        "grades": [(str(grade.pk), grade.name) for grade in list_grades(actor)],
        "subjects": [(str(subject.pk), subject.name) for subject in list_subjects(actor)],
        "staff": [(str(member.pk), str(member)) for member in list_staff(actor)],
        "rooms": list_room_names(actor, chosen=[str(row.room_id)] if row else []),
        "registers": REGISTERS,
        "ticked_grades": request.POST.getlist("grades"),
    }


@require_http_methods(["GET", "POST"])
def class_edit(request: HttpRequest, class_id: UUID) -> HttpResponse:
    """Change a class, end it, or delete it while nobody was ever in it."""
    actor = actor_of(request)
    actor.require_all(Permission.CLASSES_EDIT)
    row = get_class(class_id, actor=actor, day=today())

    def act() -> str:
        if request.POST.get("act") == "remove":
            return f"/classes/{class_id}/" if remove_class(class_id, actor=actor) else "/classes/"
        values: dict[str, Any] = {name: request.POST.get(name, "") for name in ("name", "section", "registers")}
        values |= {
            "capacity": typed_number(request, "capacity", row.capacity),
            "grades": typed_ids(request, "grades"),
            "room_id": typed_id(request, "room_id"),
            "lead_id": typed_id(request, "lead_id"),
            "starts": needed_date(request, "starts"),
            "ends": needed_date(request, "ends"),
        }
        if row.kind == Class.Kind.TEACHING:
            values["subject_id"] = typed_id(request, "subject")
        edit_class(class_id, values=values, actor=actor)
        return f"/classes/{class_id}/"

    def context() -> dict[str, Any]:
        shown = {"row": row, **_choices(request, actor, row)}
        if request.POST.get("act") == "edit":
            return shown
        return shown | {"typed": _as_typed(row), "ticked_grades": [str(grade) for grade in row.grades]}

    return submitted(request, "academics/class_edit.html", context, act)


def _as_typed(row: Any) -> dict[str, str]:
    """A class as the form shows it."""
    lead = next((each for each in row.current_teachers if each.role == "lead"), None)
    return {
        "name": row.name,
        "section": row.section,
        "capacity": str(row.capacity),
        "registers": row.registers,
        "subject": str(row.subject_id or ""),
        "room_id": str(row.room_id or ""),
        "lead_id": str(lead.staff_id) if lead else "",
        "starts": row.starts.isoformat(),
        "ends": row.ends.isoformat(),
    }
