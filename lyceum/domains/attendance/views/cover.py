"""Pages of cover: the day's lessons, and one of them: who takes it, what becomes of it, a pass for somebody."""

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
from lyceum.core.errors import RuleError, invalid_field
from lyceum.core.forms import asked_date, gone_on, shown_errors, typed_id, typed_ids, typed_number
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.academics.queries import list_room_names
from lyceum.domains.attendance.cover_words import covered_by, lesson_words, reasons_of
from lyceum.domains.attendance.rest.cover import pass_link
from lyceum.domains.attendance.rules.cover_passes import NewPass, create_pass
from lyceum.domains.journal.rules import note_export
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.cover_queries import LessonDesk, next_held, read_lesson_desk
from lyceum.domains.timetable.models import Cover, Lesson
from lyceum.domains.timetable.queries import get_lesson, list_covers, list_lessons
from lyceum.domains.timetable.rules.covers import NewCover, assign_asked, assign_covers, cancel_cover

OTHER_WAYS = (Cover.Kind.MERGE, Cover.Kind.CANCEL, Cover.Kind.SELF_STUDY, Cover.Kind.ROOM_CHANGE)


@dataclass(frozen=True)
class CoveredLesson:
    """A lesson of a day, and who covers it."""

    lesson: Lesson
    covers: Sequence[Cover]
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
        return ", ".join(covered_by(each) for each in self.covers)


TABLE: Table[CoveredLesson] = Table(
    name="cover",
    label=gettext_lazy("Lessons of the day"),
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
def lessons_page(request: HttpRequest) -> HttpResponse:
    """All lessons of a day with who covers them, absent or not."""
    actor, asked = actor_of(request), request.GET
    actor.require_all(Permission.COVER_ASSIGN)
    day = asked_date(request, "date", today())
    covers: dict[UUID, list[Cover]] = {}
    for row in list_covers(actor, first=day, last=day):
        covers.setdefault(row.lesson_id, []).append(row)
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
        context={"day": day},
    )


def _covered(lessons: Sequence[Lesson], *, covers: dict[UUID, list[Cover]], day: date) -> list[CoveredLesson]:
    return [CoveredLesson(lesson, covers.get(lesson.pk, []), day) for lesson in lessons]


@require_http_methods(["GET", "POST"])
def lesson_page(request: HttpRequest, lesson_id: UUID) -> HttpResponse:
    """One lesson of a day: choose who covers it or what becomes of it, make a pass, or give it back."""
    actor = actor_of(request)
    actor.require_all(Permission.COVER_ASSIGN)
    lesson = get_lesson(lesson_id, actor=actor)
    day = asked_date(request, "date", next_held(lesson))
    if request.method == "GET":
        return render(request, "attendance/cover_lesson.html", _context(request, lesson, day, actor))
    try:
        done = _act(request, lesson, day, actor)
    except RuleError as error:
        shown = {"errors": shown_errors(error), "typed": request.POST}
        context = _context(request, lesson, day, actor) | shown
        return render(request, "attendance/cover_lesson.html", context, status=error.status)
    if isinstance(done, NewPass):
        return render(request, "attendance/cover_pass.html", _sheet(done))
    return gone_on(request, done)


def _context(request: HttpRequest, lesson: Lesson, day: date, actor: Actor) -> dict[str, Any]:
    part = request.GET.get("part", "")
    desk = read_lesson_desk(actor, lesson.pk, day, part=int(part) if part.isdecimal() and len(part) < 3 else 0)
    covers = [(each, covered_by(each)) for each in desk.covers]
    mine = {(each.part) for each in desk.covers if each.kind != Cover.Kind.ROOM_CHANGE}
    same_teacher = [held for held in desk.days.held[day] if held.takers & desk.held.takers]
    return {
        "lesson": lesson,
        "row": CoveredLesson(lesson, desk.covers, day),
        "day": day,
        "covers": covers,
        "is_open": 0 not in mine and (not mine or bool(set(desk.held.parts) - mine)),
        "others": [held.lesson for held in same_teacher if held.lesson.pk != lesson.pk],
        "proposals": [(str(each.staff.pk), f"{each.staff} · {reasons_of(each)}") for each in desk.proposals],
        "parts": [(str(each), _("period %(number)s") % {"number": each}) for each in desk.held.parts],
        "part": str(desk.part or ""),
        "kinds": [(kind.value, kind.label) for kind in OTHER_WAYS],
        "rooms": list_room_names(actor),
        "same_time": _same_time(desk),
    }


def _same_time(desk: LessonDesk) -> list[tuple[str, str]]:
    """Lessons that the class could join."""
    begins, ends = desk.held.starts_at, desk.held.ends_at
    return [
        (str(held.lesson.pk), lesson_words(held))
        for held in desk.days.held[desk.held.on]
        if held.lesson.pk != desk.held.lesson.pk and held.starts_at < ends and begins < held.ends_at
    ]


def _act(request: HttpRequest, lesson: Lesson, day: date, actor: Actor) -> Done | NewPass:
    form, act, back = request.POST, request.POST.get("act", ""), f"/cover/?date={day}"
    if act == "pass":
        lessons = [lesson.pk, *typed_ids(request, "lesson")]
        return create_pass(holder_name=form.get("holder_name", ""), on=day, lessons=lessons, actor=actor)
    cover_id = typed_id(request, "cover")
    if act == "cancel":
        if cover_id:
            cancel_cover(cover_id, actor=actor)
        return Done(back, Toast(_("The lesson is its teacher's again.")))
    if act == "firm" and cover_id:
        assign_asked(cover_id, actor=actor)
        return Done(back, Toast(_("The cover is assigned.")))
    kind, staff = form.get("kind", "") if act == "other" else "", typed_id(request, "staff")
    if act != "other" and staff is None:
        raise invalid_field("/staff", "required", _("Choose who covers."))
    if act == "other" and not kind:
        raise invalid_field("/kind", "required", _("Choose one of the list."))
    new = NewCover(
        lesson.pk,
        day,
        staff if act != "other" else None,
        kind=kind,
        part=typed_number(request, "part", 0),
        room_id=typed_id(request, "room"),
        merged_with=typed_id(request, "merged_with"),
        note=form.get("note", ""),
        work_set=form.get("work_set", ""),
        asks=act == "ask",
    )
    return Done(back, Toast(_said(assign_covers([new], actor=actor)[0])))


def _said(cover: Cover) -> str:
    words = {"name": covered_by(cover), "class_name": cover.lesson.school_class}
    if cover.state == Cover.State.REQUESTED:
        return _("%(name)s is asked to cover %(class_name)s.") % words
    if cover.teacher:
        return _("%(name)s covers %(class_name)s.") % words
    return f"{cover.lesson.school_class}: {cover.get_kind_display()}"


def _sheet(new: NewPass) -> dict[str, Any]:
    rows = new.cover_pass.lessons.select_related("cover__lesson__school_class", "cover__lesson__room")
    lessons = [row.cover.lesson for row in rows.order_by("cover__lesson__starts_at", "pk")]
    return {"cover_pass": new.cover_pass, "link": pass_link(new.link), "pin": new.pin, "lessons": lessons}
