"""Pages of cover: the day's lessons, who covers one, and passes for those without an account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, RuleError, invalid_field
from lyceum.core.forms import asked_date, gone_on, shown_errors, typed_id, typed_ids
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.attendance.cover import list_free, list_passes
from lyceum.domains.attendance.rest.cover import pass_link
from lyceum.domains.attendance.rules.cover_passes import NewPass, create_pass, revoke_pass
from lyceum.domains.journal.rules import note_export
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.models import Cover, Lesson
from lyceum.domains.timetable.queries import get_lesson, list_covers, list_lessons
from lyceum.domains.timetable.rules.covers import assign_cover, cancel_cover

MOST_PASSES = 50


@dataclass(frozen=True)
class CoveredLesson:
    """A lesson of a day, and who covers it."""

    lesson: Lesson
    cover: Cover | None
    on: date

    @property
    def teachers(self) -> str:
        """Who takes it usually."""
        own = self.lesson.teacher
        staff = [own] if own else [each.staff for each in self.lesson.school_class.current_teachers]
        return ", ".join(str(each) for each in staff)

    @property
    def covered_by(self) -> str:
        """Who takes it that day instead; nothing where nobody does."""
        return covered_by(self.cover)


def covered_by(cover: Cover | None) -> str:
    """Who covers: a member of staff, or somebody with a pass by the name on it."""
    return (str(cover.teacher) if cover.teacher else cover.note) if cover else ""


TABLE: Table[CoveredLesson] = Table(
    name="cover",
    label=gettext_lazy("Cover"),
    columns=(
        Column("class", gettext_lazy("Class"), lambda row: row.lesson.school_class.name, sort=("school_class__name",)),
        Column("period", gettext_lazy("Period"), lambda row: row.lesson.period, sort=("starts_at", "period")),
        Column("time", gettext_lazy("Time"), lambda row: f"{row.lesson.starts_at:%H:%M}–{row.lesson.ends_at:%H:%M}"),
        Column("teacher", gettext_lazy("Teacher"), lambda row: row.teachers),
        Column("cover", gettext_lazy("Covered by"), lambda row: row.covered_by),
    ),
    href=lambda row: f"/cover/{row.lesson.pk}/?date={row.on}",
    order=("starts_at", "school_class__name", "pk"),
)


@require_http_methods(["GET", "POST"])
def cover_page(request: HttpRequest) -> HttpResponse:
    """The lessons of a day with who covers them; the day's passes below."""
    actor, asked = actor_of(request), request.GET
    actor.require_all(Permission.COVER_ASSIGN)
    day = asked_date(request, "date", today())
    errors: tuple[FieldError, ...] = ()
    status = 200
    if request.POST.get("act") == "revoke":
        try:
            return gone_on(request, _revoke(request, day, actor))
        except RuleError as error:
            errors, status = shown_errors(error), error.status
    covers = {row.lesson_id: row for row in list_covers(actor, first=day, last=day)}
    rows = list_lessons(actor, on=day)
    if asked.get("covered") == "yes":
        rows = rows.filter(pk__in=covers)
    return answer_list(
        request,
        TABLE,
        rows,
        template="attendance/cover.html",
        filters=(
            Filter("date", gettext_lazy("Day"), kind="date", usual=today().isoformat()),
            Filter(
                "covered",
                gettext_lazy("Show"),
                [("yes", gettext_lazy("covered lessons"))],
                every=gettext_lazy("all lessons"),
            ),
        ),
        made=partial(_covered, covers=covers, day=day),
        note_export=partial(note_export, TABLE.name, asked.urlencode(), actor=actor),
        context={"day": day, "passes": list_passes(actor, day=day)[:MOST_PASSES], "errors": errors},
        status=status,
    )


def _covered(lessons: Sequence[Lesson], *, covers: dict[UUID, Cover], day: date) -> list[CoveredLesson]:
    return [CoveredLesson(lesson, covers.get(lesson.pk), day) for lesson in lessons]


def _revoke(request: HttpRequest, day: date, actor: Actor) -> Done:
    pass_id = typed_id(request, "pass")
    if pass_id is None:
        raise invalid_field("/pass", "required", _("Choose one of the list."))
    ended = revoke_pass(pass_id, actor=actor)
    return Done(f"/cover/?date={day}", Toast(_("The pass of %(name)s opens nothing any more.") % {"name": ended}))


@require_http_methods(["GET", "POST"])
def lesson_page(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """One lesson of a day: choose who covers it, make a pass, or give it back."""
    actor = actor_of(request)
    actor.require_all(Permission.COVER_ASSIGN)
    lesson = get_lesson(lesson_id, actor=actor)
    day = asked_date(request, "date", today())
    if request.method == "GET":
        return render(request, "attendance/cover_lesson.html", _context(lesson, day, actor))
    try:
        done = _act(request, lesson, day, actor)
    except RuleError as error:
        context = _context(lesson, day, actor) | {"errors": shown_errors(error), "typed": request.POST}
        return render(request, "attendance/cover_lesson.html", context, status=error.status)
    if isinstance(done, NewPass):
        return render(request, "attendance/cover_pass.html", _sheet(done))
    return gone_on(request, done)


def _context(lesson: Lesson, day: date, actor: Actor) -> dict[str, Any]:
    cover = list_covers(actor, first=day, last=day).filter(lesson=lesson).first()
    row = CoveredLesson(lesson, cover, day)
    same_class_teachers = list_lessons(actor, on=day, teacher=lesson.teacher_id) if lesson.teacher_id else ()
    others = [each for each in same_class_teachers if each.pk != lesson.pk]
    return {"lesson": lesson, "row": row, "day": day, "others": others, "free": list_free(lesson, day, actor=actor)}


def _act(request: HttpRequest, lesson: Lesson, day: date, actor: Actor) -> Done | NewPass:
    form, act, back = request.POST, request.POST.get("act", ""), f"/cover/?date={day}"
    if act == "pass":
        lessons = [lesson.pk, *typed_ids(request, "lesson")]
        return create_pass(holder_name=form.get("holder_name", ""), on=day, lessons=lessons, actor=actor)
    if act == "cancel":
        cover_id = typed_id(request, "cover")
        if cover_id:
            cancel_cover(cover_id, actor=actor)
        return Done(back, Toast(_("The lesson is its teacher's again.")))
    staff = typed_id(request, "staff")
    if staff is None:
        raise invalid_field("/staff", "required", _("Choose who covers."))
    cover = assign_cover(lesson.pk, on=day, staff_id=staff, note=form.get("note", ""), actor=actor)
    words = _("%(name)s covers %(class_name)s.") % {"name": covered_by(cover), "class_name": lesson.school_class}
    return Done(back, Toast(words))


def _sheet(new: NewPass) -> dict[str, Any]:
    rows = new.cover_pass.lessons.select_related("cover__lesson__school_class", "cover__lesson__room")
    lessons = [row.cover.lesson for row in rows.order_by("cover__lesson__starts_at", "pk")]
    return {"cover_pass": new.cover_pass, "link": pass_link(new.link), "pin": new.pin, "lessons": lessons}
