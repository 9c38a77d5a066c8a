"""A run as its learners find it, and its lessons."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import RuleError
from lyceum.core.forms import submitted, typed_id
from lyceum.core.permissions import Permission, Reach
from lyceum.core.toasts import Done, Toast
from lyceum.domains.learning.materials import list_run_materials
from lyceum.domains.learning.meetings import list_meetings, may_see_join_url
from lyceum.domains.learning.models import CourseEnrolment, CourseLesson, LearningSchedule, Material
from lyceum.domains.learning.policies import find_own_student
from lyceum.domains.learning.progress import LOCKS, Progress, Reader, live_lessons, read_as, read_progress
from lyceum.domains.learning.queries import (
    OwnEnrolment,
    get_lesson,
    get_schedule,
    list_enrolments,
    list_students_to_enrol,
    may_edit_schedule,
    own_enrolments_of,
    phase_of,
    places_left,
)
from lyceum.domains.learning.rules.enrolling import Joined, enrol_myself, enrol_student, withdraw
from lyceum.domains.learning.rules.places import LIVE
from lyceum.domains.learning.rules.progress import mark_lesson_done, open_lesson
from lyceum.domains.learning.views.reading import learning_actor, to_run
from lyceum.domains.learning.words import ENROLMENT, KINDS, PHASE, STATUS
from lyceum.domains.people.models import Student


@require_http_methods(["GET", "POST"])
def run_page(request: HttpRequest, learning_schedule_id: UUID) -> HttpResponse:
    """One line of state, the modules as a list, the next lesson first."""
    actor = learning_actor(request)
    schedule = get_schedule(learning_schedule_id, actor=actor)

    def act() -> Done:
        return _act(request, schedule, actor)

    def context() -> dict[str, Any]:
        return _run_context(schedule, actor)

    return submitted(request, "learning/run.html", context, act)


def _act(request: HttpRequest, schedule: LearningSchedule, actor: Actor) -> Done:
    what, back = request.POST.get("act", ""), to_run(schedule.pk)
    if what == "join":
        return Done(back, Toast(_joined_words(enrol_myself(schedule.pk, actor=actor))))
    if what == "child":
        child = typed_id(request, "student")
        joined = enrol_student(schedule.pk, child or schedule.pk, actor=actor)
        return Done(back, Toast(_joined_words(joined)))
    enrolment = typed_id(request, "enrolment")
    withdraw(enrolment or schedule.pk, actor=actor)
    return Done(back, Toast(_("You have left this run.")))


def _joined_words(joined: Joined) -> str:
    if joined.enrolment.status == CourseEnrolment.Status.WAITLISTED:
        return _("The run is full: you are on the waiting list.")
    if joined.enrolment.status == CourseEnrolment.Status.PENDING_PAYMENT:
        return _("A place is held until it is paid.")
    return _("You are on this run.")


def _run_context(schedule: LearningSchedule, actor: Actor) -> dict[str, Any]:
    own = _own_enrolment(schedule.pk, actor)
    reader = read_as(actor, [schedule.pk])
    lessons = live_lessons([schedule.pk])
    progress = own.progress if own else Progress(0, 0)
    return {
        "run": schedule,
        "course": schedule.course,
        "status": STATUS[schedule.status],
        "phase": PHASE[phase_of(schedule)],
        "places": places_left(schedule),
        "own": own,
        "own_words": ENROLMENT[own.enrolment.status] if own else None,
        "is_live": own is not None and own.enrolment.status in LIVE,
        "may_join": find_own_student(actor) is not None and (own is None or own.enrolment.status not in READABLE),
        "modules": _modules(lessons, reader, progress),
        "next": progress.next_lesson if own and own.enrolment.status == "active" else None,
        "meetings": list(list_meetings(schedule.pk, actor=actor)[:50]),
        "with_url": may_see_join_url(schedule.pk, actor),
        "materials": _materials(schedule.pk, actor),
        "children": _children(schedule.pk, actor),
        "may_edit": may_edit_schedule(schedule.pk, actor),
        "sees_learners": actor.may(Permission.LEARNERS_VIEW) and may_edit_schedule(schedule.pk, actor),
    }


READABLE = (*LIVE, "completed", "not_completed")


def _own_enrolment(schedule_id: UUID, actor: Actor) -> OwnEnrolment | None:
    student = find_own_student(actor)
    if student is None:
        return None
    rows = CourseEnrolment.objects.filter(student=student, schedule=schedule_id).select_related(
        "student__person", "schedule__course"
    )
    found = list(rows.order_by("-enrolled_at", "-pk")[:1])
    return own_enrolments_of(found)[0] if found else None


def _modules(lessons: list[CourseLesson], reader: Reader, progress: Progress) -> list[dict[str, Any]]:
    found: dict[UUID, dict[str, Any]] = {}
    for each in lessons:
        module = found.setdefault(each.module_id, {"row": each.module, "lessons": []})
        lock = reader.lock_of(each)
        module["lessons"].append(
            {
                "row": each,
                "lock": LOCKS[lock] if lock else "",
                "is_done": each.pk in progress.completed,
                "is_next": progress.next_lesson is not None and progress.next_lesson.pk == each.pk,
            }
        )
    return list(found.values())


def _materials(schedule_id: UUID, actor: Actor) -> list[tuple[Material, object, bool]]:
    """What the reader sees of the materials; nothing where they may not know of them."""
    if not actor.may(Permission.MATERIALS_VIEW):
        return []
    try:
        rows, is_whole = list_run_materials(schedule_id, actor=actor)
    except RuleError:  # not approved: the page says so where one joins
        return []
    return [(row, KINDS[row.kind], is_whole) for row in rows]


def _children(schedule_id: UUID, actor: Actor) -> list[tuple[Student, CourseEnrolment | None, object]]:
    """A guardian's children, each with the place in this run."""
    if Reach.CHILD not in actor.reaches(Permission.COURSES_ENROL):
        return []
    children = list(list_students_to_enrol(actor)[:20])
    rows = list_enrolments(schedule_id, actor=actor).filter(student__in=children)
    placed = {row.student_id: row for row in rows.order_by("enrolled_at")}
    return [
        (each, placed.get(each.pk), ENROLMENT[placed[each.pk].status][0] if each.pk in placed else "")
        for each in children
    ]


@require_http_methods(["GET", "POST"])
def lesson_page(request: HttpRequest, course_lesson_id: UUID) -> HttpResponse:
    """One lesson, what is beside it, and where to go on."""
    actor = learning_actor(request)
    lesson = get_lesson(course_lesson_id, actor=actor)
    schedule_id = lesson.module.schedule_id
    lessons = live_lessons([schedule_id])
    places = {each.pk: n for n, each in enumerate(lessons)}
    at = places[lesson.pk]

    def act() -> str | Done:
        if request.POST.get("act") == "opened":
            open_lesson(course_lesson_id, actor=actor)
            return f"/learning/lessons/{lesson.pk}/"
        mark_lesson_done(course_lesson_id, actor=actor)
        following = lessons[at + 1] if at + 1 < len(lessons) else None
        address = f"/learning/lessons/{following.pk}/" if following else to_run(schedule_id)
        return Done(address, Toast(_("%(title)s is done.") % {"title": lesson.title}))

    def context() -> dict[str, Any]:
        reader = read_as(actor, [schedule_id])
        lock = reader.lock_of(lesson)
        enrolment = reader.enrolments.get(schedule_id)
        progress = read_progress([enrolment], lessons)[enrolment.pk] if enrolment else Progress(0, 0)
        is_learning = enrolment is not None and enrolment.status == CourseEnrolment.Status.ACTIVE and not lock
        is_done = lesson.pk in progress.completed
        materials = [each for each in _materials(schedule_id, actor) if each[0].lesson_id == lesson.pk]
        return {
            "row": lesson,
            "lock": LOCKS[lock] if lock else "",
            "content": "" if lock else lesson.content_html,
            "is_done": is_done,
            "may_finish": is_learning and not is_done and lesson.completes_on == "marked_done",
            "may_open": is_learning and not is_done and lesson.completes_on == "opened",
            "notes_opening": is_learning and lesson.pk not in progress.opened,
            "waits_for_work": is_learning and not is_done and lesson.completes_on == "assignment",
            "materials": materials,
            "before": lessons[at - 1] if at else None,
            "after": lessons[at + 1] if at + 1 < len(lessons) else None,
            "may_edit": may_edit_schedule(schedule_id, actor, Permission.CONTENT_EDIT),
        }

    return submitted(request, "learning/lesson.html", context, act)
