"""Pages of people and classes: lists, the class of a day, making and changing students, years."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core.errors import NotFoundError
from lyceum.core.forms import asked_date, asked_id, needed_date, submitted, typed_date, typed_id, typed_number
from lyceum.core.paging import page_of
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.academics.models import AcademicYear, Class, Grade
from lyceum.domains.academics.queries import (
    get_class,
    in_class,
    in_grade,
    list_classes,
    list_closed_days,
    list_grades,
    list_members,
    list_subjects,
    list_terms,
    list_years,
    standings,
)
from lyceum.domains.academics.rules.calendar import close_days, create_term, create_year
from lyceum.domains.academics.rules.class_details import NewClass, create_class
from lyceum.domains.academics.rules.members import NewMember, add_class_members, end_membership
from lyceum.domains.academics.rules.placements import Admission, admit_student, leave_student
from lyceum.domains.people.queries import get_student, list_own_students, list_staff, list_students
from lyceum.domains.people.rules.adults import NewGuardian, add_guardians
from lyceum.domains.people.rules.persons import NewPerson
from lyceum.domains.people.rules.students import NewStudent, edit_student
from lyceum.domains.tenancy.queries import today

STATUSES = ("on_roll", "expected", "left", "none")
LONGEST_CLOSURE = 100  # days


@require_GET
def students_page(request: HttpRequest) -> HttpResponse:
    """The students somebody may see, found by name, number, grade, class and status; the filter is the address."""
    actor, day = actor_of(request), today()
    status = request.GET.get("status", "on_roll")
    find = list_students if actor.may(Permission.STUDENTS_LIST) else list_own_students
    rows = find(actor, text=request.GET.get("q", ""), status=status if status in STATUSES else "", day=day)
    if grade := asked_id(request, "grade"):
        rows = rows.filter(in_grade(grade, day))
    if school_class := asked_id(request, "class"):
        rows = rows.filter(in_class(school_class, day))
    page = page_of(rows, order=("person__sort_name", "pk"), cursor=request.GET.get("cursor", ""), count=True)
    placed = standings([student.pk for student in page.rows], day)
    kept = request.GET.copy()
    kept.pop("cursor", None)
    context = {
        "students": [(student, placed[student.pk]) for student in page.rows],
        "page": page,
        "kept": kept.urlencode(),
        "typed": request.GET,
        "status": status,
        "grades": list_grades(actor),
        "may_edit": actor.reaches_all(Permission.STUDENTS_EDIT),
    }
    return render(request, "academics/students.html", context)


def _new_person(request: HttpRequest) -> NewPerson:
    form = request.POST
    return NewPerson(
        full_name=form.get("full_name", ""),
        first_name=form.get("first_name", ""),
        last_name=form.get("last_name", ""),
        preferred_name=form.get("preferred_name", ""),
        birth_date=typed_date(request, "birth_date"),
        emails=tuple(filter(None, [form.get("email", "").strip()])),
        mobiles=tuple(filter(None, [form.get("phone", "").strip()])),
    )


@require_http_methods(["GET", "POST"])
def student_new(request: HttpRequest) -> HttpResponse:
    """Make a student, on roll from a day on, in a form."""
    actor = actor_of(request)
    actor.require_all(Permission.STUDENTS_EDIT)

    def act() -> str:
        form_id = typed_id(request, "form")
        form = Class.objects.select_related("year").filter(pk=form_id).first() if form_id else None
        new = NewStudent(_new_person(request), first_day=needed_date(request, "first_day"))
        student = admit_student(Admission(new, form=form), actor=actor)
        return f"/students/{student.pk}/"

    def context() -> dict[str, Any]:
        return {"forms": list_classes(actor, day=today(), coming=True).filter(kind="form"), "today": today()}

    return submitted(request, "academics/student_new.html", context, act)


@require_http_methods(["GET", "POST"])
def student_edit(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """Change a student's own data."""
    actor = actor_of(request)
    actor.require_all(Permission.STUDENTS_EDIT)
    student = get_student(student_id, actor=actor)
    fields = ("full_name", "first_name", "last_name", "preferred_name", "pronouns", "gender")

    def act() -> str:
        values: dict[str, Any] = {name: request.POST.get(name, "") for name in fields}
        values["birth_date"] = typed_date(request, "birth_date")
        edit_student(student_id, values=values, actor=actor)
        return f"/students/{student_id}/"

    def context() -> dict[str, Any]:
        shown = request.POST or {
            **{name: getattr(student.person, name) for name in fields},
            "birth_date": student.person.birth_date and student.person.birth_date.isoformat(),
        }
        return {"student": student, "typed": shown}

    return submitted(request, "academics/student_edit.html", context, act)


@require_http_methods(["GET", "POST"])
def student_leave(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """Record that a student leaves."""
    actor = actor_of(request)
    actor.require_all(Permission.STUDENTS_ENROL)
    student = get_student(student_id, actor=actor)

    def act() -> str:
        form = request.POST
        leave_student(
            student_id,
            last_day=needed_date(request, "last_day"),
            exit=form.get("exit", ""),
            reason=form.get("reason", ""),
            to_school=form.get("to_school", ""),
            actor=actor,
        )
        return f"/students/{student_id}/"

    return submitted(request, "academics/student_leave.html", lambda: {"student": student, "today": today()}, act)


@require_http_methods(["GET", "POST"])
def guardian_new(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """Add a guardian: responsibility first."""
    actor = actor_of(request)
    actor.require_all(Permission.PEOPLE_EDIT)
    student = get_student(student_id, actor=actor)

    def act() -> str:
        form = request.POST
        new = NewGuardian(
            student_id,
            form.get("relationship", ""),
            person=_new_person(request),
            parental_responsibility=form.get("parental_responsibility", "unknown"),
            lives_with=form.get("lives_with", "no"),
            emergency=form.get("emergency") == "1",
            may_collect=form.get("may_collect") == "1",
        )
        add_guardians([new], actor=actor)
        return f"/students/{student_id}/"

    return submitted(request, "academics/guardian_new.html", lambda: {"student": student}, act)


@require_GET
def classes_page(request: HttpRequest) -> HttpResponse:
    """Classes of today: one's own first."""
    actor, day = actor_of(request), today()
    rows = list(list_classes(actor, day=day, grade=asked_id(request, "grade")))
    own = {row.pk for row in list_classes(actor, day=day, mine=True)} if actor.user_id else set()
    context = {
        "own": [row for row in rows if row.pk in own],
        "forms": [row for row in rows if row.pk not in own and row.kind == "form"],
        "teaching": [row for row in rows if row.pk not in own and row.kind == "teaching"],
        "grades": list_grades(actor),
        "typed": request.GET,
        "may_edit": actor.reaches_all(Permission.CLASSES_EDIT),
    }
    return render(request, "academics/classes.html", context)


@require_http_methods(["GET", "POST"])
def class_page(request: HttpRequest, class_id: UUID) -> HttpResponse:
    """A class on a day: who is in it, who teaches it; adding and taking out for those who may."""
    actor = actor_of(request)
    day = asked_date(request, "on", today())
    row = get_class(class_id, actor=actor, day=day)

    def act() -> str:
        student = typed_id(request, "student")
        if student is None:
            raise NotFoundError
        if request.POST.get("act") == "remove":
            end_membership(class_id, student, last_day=needed_date(request, "last_day"), actor=actor)
        else:
            starts = typed_date(request, "starts_on") or day
            add_class_members([NewMember(row, student, starts)], actor=actor)
        return f"/classes/{class_id}/"

    def context() -> dict[str, Any]:
        assigns = actor.reaches_all(Permission.CLASSES_ASSIGN)
        text = request.GET.get("find", "")
        found = list_students(actor, text=text, status="on_roll", day=day)[:8] if assigns and text else []
        return {
            "row": row,
            "day": day,
            "members": list_members(class_id, actor=actor, day=day),
            "found": found,
            "find": text,
            "may_assign": assigns,
        }

    return submitted(request, "academics/class.html", context, act)


@require_http_methods(["GET", "POST"])
def class_new(request: HttpRequest) -> HttpResponse:
    """Make a form or a teaching class."""
    actor = actor_of(request)
    actor.require_all(Permission.CLASSES_EDIT)

    def act() -> str:
        year_id = typed_id(request, "year")
        year = AcademicYear.objects.filter(pk=year_id).first() if year_id else None
        if year is None:
            raise NotFoundError("Make a school year first, under Settings.")
        grade = typed_id(request, "grade")
        subject = typed_id(request, "subject")
        new = NewClass(
            year,
            request.POST.get("name", ""),
            kind="teaching" if subject else "form",
            grades=[grade] if grade else [],
            subject_id=subject,
            capacity=typed_number(request, "capacity", 40),
        )
        made = create_class(new, lead_id=typed_id(request, "teacher"), actor=actor)
        return f"/classes/{made.pk}/"

    def context() -> dict[str, Any]:
        return {
            "years": list_years(actor),
            "grades": Grade.objects.order_by("position"),
            "subjects": list_subjects(actor),
            "staff": list_staff(actor),
        }

    return submitted(request, "academics/class_new.html", context, act)


@require_http_methods(["GET", "POST"])
def years_page(request: HttpRequest) -> HttpResponse:
    """School years, their terms, and days on which the school is closed."""
    actor = actor_of(request)
    actor.require_all(Permission.CLASSES_EDIT)

    def act() -> str:
        kind, name = request.POST.get("act", ""), request.POST.get("name", "")
        starts, ends = needed_date(request, "starts"), typed_date(request, "ends")
        if kind == "year":
            create_year(name=name, starts=starts, ends=ends or starts, current=True, actor=actor)
        elif kind == "term":
            year = typed_id(request, "year")
            if year is None:
                raise NotFoundError("Choose the school year of the term.")
            create_term(year, name=name, starts=starts, ends=ends or starts, actor=actor)
        else:
            last = ends or starts
            count = min((last - starts).days, LONGEST_CLOSURE) + 1
            close_days([starts + timedelta(days=n) for n in range(count)], name=name, actor=actor)
        return "/settings/years/"

    def context() -> dict[str, Any]:
        return {"years": list_years(actor), "terms": list_terms(actor), "closed": list_closed_days(actor)}

    return submitted(request, "academics/years.html", context, act)
