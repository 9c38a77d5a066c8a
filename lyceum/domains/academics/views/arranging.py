"""The forms of a grade beside each other: students are moved between them by dragging, or by ticking and a menu."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from lyceum.core.errors import invalid_field
from lyceum.core.forms import asked_date, asked_id, needed_date, submitted, typed_id, typed_ids
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast, Undo
from lyceum.domains.academics.batches import list_rolls
from lyceum.domains.academics.models import ClassMembership
from lyceum.domains.academics.queries import find_forms, list_classes, list_grade_names
from lyceum.domains.academics.rules.members import Move, move_students
from lyceum.domains.tenancy.queries import today

_HERE = "/classes/arrange/"


@require_http_methods(["GET", "POST"])
def arrange_page(request: HttpRequest) -> HttpResponse:
    """The forms of a grade on a day, and who is in them; moving students from that day on."""
    actor = actor_of(request)
    actor.require_all(Permission.CLASSES_ASSIGN)
    day, grades = asked_date(request, "on", today()), list_grade_names(actor)
    grade = asked_id(request, "grade") or (UUID(grades[0][0]) if grades else None)

    def act() -> Done:
        on, moves = needed_date(request, "on"), _moves(request)
        before = find_forms([move.student_id for move in moves], day=on)
        made = move_students(moves, on=on, reason=request.POST.get("reason", ""), actor=actor)
        words = ngettext("%(n)d student is moved.", "%(n)d students are moved.", len(made)) % {"n": len(made)}
        back = [("move", f"{row.student_id}:{before[row.student_id]}") for row in made if row.student_id in before]
        undo = Undo(request.get_full_path(), [("on", on.isoformat()), *back]) if len(back) == len(made) else None
        return Done(request.get_full_path(), Toast(words, undo if back else None))

    def context() -> dict[str, Any]:
        forms = list(list_classes(actor, day=day, grade=grade).filter(kind="form")) if grade else []
        rolls: dict[UUID, list[ClassMembership]] = {form.pk: [] for form in forms}
        for row in list_rolls(rolls, actor=actor, day=day).order_by("student__person__sort_name", "pk"):
            rolls[row.school_class_id].append(row)
        return {
            "forms": [(form, rolls[form.pk]) for form in forms],
            "choices": [(str(form.pk), form.name) for form in forms],
            "grades": grades,
            "grade": str(grade or ""),
            "day": day,
            "ticked": request.POST.getlist("student"),
        }

    return submitted(request, "academics/arrange.html", context, act)


def _moves(request: HttpRequest) -> list[Move]:
    """Pairs of student and form, as the way back has them; else everybody who is ticked into one form."""
    try:
        pairs = [Move(*map(UUID, pair.split(":", 1))) for pair in request.POST.getlist("move")]
    except (TypeError, ValueError):
        raise invalid_field("/move", "malformed", gettext("The form was altered. Open the page again.")) from None
    if pairs:
        return pairs
    students, form = typed_ids(request, "student"), typed_id(request, "to")
    if not students:
        raise invalid_field("/student", "required", gettext("Choose at least one student."))
    if form is None:
        raise invalid_field("/to", "required", gettext("Choose the form to move into."))
    return [Move(student, form) for student in students]
