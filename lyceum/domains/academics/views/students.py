"""Pages of a student: made, changed, moved, recorded as left."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.forms import needed_date, submitted, typed_date, typed_id
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast, Undo
from lyceum.domains.academics.queries import classes_of, get_class, list_classes, list_grades
from lyceum.domains.academics.rules.leaving import find_leaving, undo_leaving
from lyceum.domains.academics.rules.members import move_student
from lyceum.domains.academics.rules.placements import Admission, admit_student, leave_student, place_and_seat
from lyceum.domains.people.batches import read_contact_points
from lyceum.domains.people.forms import NAME_FIELDS, typed_person
from lyceum.domains.people.models import Student
from lyceum.domains.people.queries import find_deleted_student, get_student
from lyceum.domains.people.rules.deletions import (
    RESTORE_WITHIN,
    delete_student,
    restore_student,
)
from lyceum.domains.people.rules.students import NewStudent, edit_student
from lyceum.domains.people.shapes import main_value
from lyceum.domains.tenancy.queries import today

EXITS = (
    ("graduated", lazy("Graduated")),
    ("transferred", lazy("Transferred")),
    ("withdrawn", lazy("Withdrawn")),
    ("no_show", lazy("Never came")),
    ("other", lazy("Other")),
)


@require_http_methods(["GET", "POST"])
def student_new(request: HttpRequest) -> HttpResponse:
    """Make a student, on roll from a day on, in a grade and a form."""
    actor = actor_of(request)
    actor.require_all(Permission.STUDENTS_EDIT)

    def act() -> str:
        form_id, grade_id = typed_id(request, "class"), typed_id(request, "grade")
        new = NewStudent(
            typed_person(request),
            registration_number=request.POST.get("registration_number", ""),
            first_day=needed_date(request, "admission_date"),
            confirm_new=request.POST.get("confirm_new") == "1",
        )
        form = get_class(form_id, actor=actor, day=today()) if form_id else None
        grade = list_grades(actor).filter(pk=grade_id).first() if grade_id else None
        student = admit_student(Admission(new, grade=grade, form=form), actor=actor)
        return f"/students/{student.pk}/"

    def context() -> dict[str, Any]:
        day = today()
        return {"today": day.isoformat(), "classes": _seats(actor, day), "grades": _grades(actor)}

    return submitted(request, "academics/student_new.html", context, act)


def _grades(actor: Actor) -> list[tuple[str, str]]:
    return [(str(grade.pk), grade.name) for grade in list_grades(actor)]


def _seats(actor: Actor, day: date) -> list[tuple[str, str]]:
    """The forms of today and later, with how full they are."""
    rows: Any = list_classes(actor, day=day, coming=True).filter(kind="form")
    return [(str(row.pk), f"{row.name} ({row.size}/{row.capacity})") for row in rows]


@require_http_methods(["GET", "POST"])
def student_edit(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """Change a student's own data, delete a record that was made by mistake, or bring a deleted one back."""
    actor = actor_of(request)
    actor.require_all(Permission.STUDENTS_EDIT)
    if deleted := find_deleted_student(student_id, actor=actor):
        return _deleted_page(request, deleted, actor)
    student = get_student(student_id, actor=actor)
    shows_contacts = actor.reaches_all(Permission.CONTACTS_VIEW)
    contacts = ("email", "phone") if shows_contacts else ()

    def act() -> str | Done:
        if request.POST.get("act") == "delete":
            name = delete_student(student_id, actor=actor).person.called
            undo = Undo(f"/students/{student_id}/edit/", [("act", "restore")])
            return Done("/students/", Toast(_("Deleted: %(name)s.") % {"name": name}, undo))
        names = (*NAME_FIELDS, "registration_number", *contacts)
        values: dict[str, Any] = {name: request.POST.get(name, "") for name in names}
        values["birth_date"] = typed_date(request, "birth_date")
        edit_student(student_id, values=values, actor=actor)
        return f"/students/{student_id}/"

    def context() -> dict[str, Any]:
        typed = request.POST if request.POST.get("act") == "edit" else _as_typed(student, actor, shows_contacts)
        return {"student": student, "typed": typed, "shows_contacts": shows_contacts}

    return submitted(request, "academics/student_edit.html", context, act)


def _deleted_page(request: HttpRequest, student: Student, actor: Actor) -> HttpResponse:
    """What is left of a deleted student for 30 days: the way back."""

    def act() -> Done:
        restore_student(student.pk, actor=actor)
        told = _("%(name)s is back, as before.") % {"name": student.person.called}
        return Done(f"/students/{student.pk}/", Toast(told))

    def context() -> dict[str, Any]:
        return {"student": student, "erased_at": student.deleted_at and student.deleted_at + RESTORE_WITHIN}

    return submitted(request, "academics/student_deleted.html", context, act)


def _as_typed(student: Student, actor: Actor, shows_contacts: bool) -> dict[str, Any]:
    """A student's data as the form shows it."""
    person = student.person
    typed = {name: getattr(person, name) for name in NAME_FIELDS}
    typed["registration_number"] = student.registration_number
    typed["birth_date"] = person.birth_date.isoformat() if person.birth_date else ""
    if shows_contacts:
        points = read_contact_points([student.pk], actor=actor).get(student.pk, [])
        typed |= {"email": main_value(points, "email"), "phone": main_value(points, "mobile", "phone")}
    return typed


@require_http_methods(["GET", "POST"])
def student_move(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """Move a student into another class, or into another grade, from a day on."""
    actor = actor_of(request)
    actor.require_all(Permission.CLASSES_ASSIGN)
    student, day = get_student(student_id, actor=actor), today()

    def act() -> str | Done:
        on, target, grade_id = needed_date(request, "on"), typed_id(request, "to_class"), typed_id(request, "grade")
        reason, source = request.POST.get("reason", ""), typed_id(request, "from_class")
        grade = list_grades(actor).filter(pk=grade_id).first() if grade_id else None
        if grade:
            place_and_seat(student_id, grade=grade, on=on, actor=actor)
        if target and source:
            move_student(student_id, from_class=source, to_class=target, on=on, reason=reason, actor=actor)
        elif target:
            place_and_seat(student_id, form=get_class(target, actor=actor, day=on), on=on, actor=actor)
        page = f"/students/{student_id}/"
        if not target:
            return page
        form = get_class(target, actor=actor, day=on)
        undo = _move_back(student_id, source, target, on) if source and not grade else None
        return Done(page, Toast(_("Moved to %(name)s.") % {"name": form.name}, undo))

    def context() -> dict[str, Any]:
        current = [(str(m.school_class_id), m.school_class.name) for m in classes_of(student, day=day)]
        every: Any = list_classes(actor, day=day, coming=True)
        return {
            "student": student,
            "current": current,
            "classes": [(str(row.pk), f"{row.name} ({row.size}/{row.capacity})") for row in every],
            "grades": _grades(actor),
            "places": actor.reaches_all(Permission.STUDENTS_ENROL),
            "today": day.isoformat(),
        }

    return submitted(request, "academics/student_move.html", context, act)


def _move_back(student_id: UUID, source: UUID, target: UUID, on: date) -> Undo:
    fields = [("from_class", str(target)), ("to_class", str(source)), ("on", on.isoformat()), ("reason", _("Undone"))]
    return Undo(f"/students/{student_id}/move/", [(name, str(value)) for name, value in fields])


@require_http_methods(["GET", "POST"])
def student_leave(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """Record that a student leaves, or never came."""
    actor = actor_of(request)
    actor.require_all(Permission.STUDENTS_ENROL)
    student = get_student(student_id, actor=actor)

    def act() -> str | Done:
        form, page = request.POST, f"/students/{student_id}/"
        if form.get("act") == "undo":
            undo_leaving(student_id, actor=actor)
            return Done(page, Toast(_("The leaving is taken back: enrolment, classes and grade are as they were.")))
        leave_student(
            student_id,
            last_day=needed_date(request, "last_day"),
            exit=form.get("exit", ""),
            reason=form.get("reason", ""),
            to_school=form.get("to_school", ""),
            actor=actor,
        )
        undo = Undo(f"/students/{student_id}/leave/", [("act", "undo")])
        return Done(page, Toast(_("Recorded: %(name)s leaves.") % {"name": student.person.called}, undo))

    def context() -> dict[str, Any]:
        leaving = find_leaving(student_id)
        return {"student": student, "today": today().isoformat(), "exits": EXITS, "leaving": leaving}

    return submitted(request, "academics/student_leave.html", context, act)
