"""Reading courses, runs, lessons and enrolments: always within the actor's school and rights."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import searchable, tidy
from lyceum.domains.academics.models import Location
from lyceum.domains.learning.models import (
    Certificate,
    CoInstructor,
    Course,
    CourseCategory,
    CourseEnrolment,
    CourseLesson,
    LearningSchedule,
    Meeting,
    Module,
)
from lyceum.domains.learning.policies import (
    find_own_student,
    listed_courses,
    listed_schedules,
    public_courses,
    public_schedules,
    readable_courses,
    readable_schedules,
    schedules_with,
    visible_enrolments,
)
from lyceum.domains.learning.progress import Progress, read_progress
from lyceum.domains.learning.rules.places import LIVE, TAKING, Status
from lyceum.domains.learning.rules.refusals import NotALearnerError
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import visible_students
from lyceum.domains.tenancy.queries import today

COURSE_ORDER = ("order", "name", "pk")
SCHEDULE_ORDER = ("start_on", "pk")
PHASES = ("upcoming", "running", "finished")


@dataclass(frozen=True)
class CourseFilter:
    """Which courses of the catalogue."""

    category: str = ""
    """An id or a slug."""
    parent: UUID | None = None
    roots: bool = False
    status: str = ""
    q: str = ""


@dataclass(frozen=True)
class ScheduleFilter:
    """Which runs."""

    course: UUID | None = None
    phase: str = ""
    location: UUID | None = None
    instructor: UUID | None = None
    q: str = ""


def list_categories(actor: Actor) -> QuerySet[CourseCategory]:
    """The shelves of the catalogue; archived ones too for whoever keeps it."""
    actor.require(Permission.COURSES_VIEW)
    rows = CourseCategory.objects.order_by("order", "name", "pk")
    return rows if actor.reaches_all(Permission.COURSES_EDIT) else rows.filter(is_archived=False)


def get_category(category_id: UUID, *, actor: Actor) -> CourseCategory:
    """One shelf."""
    found = list_categories(actor).filter(pk=category_id).first()
    if found is None:
        raise NotFoundError(_("There is no such category."))
    return found


def list_courses(actor: Actor, chosen: CourseFilter = CourseFilter()) -> QuerySet[Course]:
    """The catalogue: public courses; drafts and archived ones too for whoever keeps it."""
    rows = _courses().filter(listed_courses(actor))
    if chosen.category:
        rows = rows.filter(_in_category(chosen.category))
    if chosen.parent:
        rows = rows.filter(parent=chosen.parent)
    elif chosen.roots:
        rows = rows.filter(parent=None)
    if chosen.status:
        rows = rows.filter(status=chosen.status)
    if chosen.q:
        text = tidy(chosen.q)
        rows = rows.filter(Q(name__icontains=text) | Q(code__icontains=text) | Q(summary__icontains=text))
    return rows


def _courses() -> QuerySet[Course]:
    return Course.objects.select_related("category", "parent__parent").prefetch_related("prerequisites")


def _in_category(wanted: str) -> Q:
    try:
        return Q(category=UUID(wanted))
    except ValueError:
        return Q(category__slug=wanted)


def read_subcourses(courses: Iterable[UUID], actor: Actor) -> Mapping[UUID, list[Course]]:
    """What is in each of some courses, and in those: two levels in one statement."""
    parents = list(courses)
    rows = _courses().filter(listed_courses(actor)).filter(Q(parent__in=parents) | Q(parent__parent__in=parents))
    found: dict[UUID, list[Course]] = {}
    for row in rows.order_by(*COURSE_ORDER) if parents else ():
        if row.parent_id is not None:
            found.setdefault(row.parent_id, []).append(row)
    return found


def get_course(course_id: UUID, *, actor: Actor) -> Course:
    """One course that the actor may read."""
    found = _courses().filter(readable_courses(actor), pk=course_id).first()
    if found is None:
        raise NotFoundError(_("There is no such course."))
    return found


def get_course_by_slug(slug: str, *, actor: Actor) -> Course:
    """The same by its name in addresses."""
    found = _courses().filter(readable_courses(actor), slug=slug).first()
    if found is None:
        raise NotFoundError(_("There is no such course."))
    return found


def list_public_courses(actor: Actor) -> QuerySet[Course]:
    """What the school offers to everybody, each course with its published runs that are not over as `.public_runs`.

    Four statements, whatever the number of courses.
    """
    actor.require(Permission.COURSES_VIEW)
    runs = list_public_schedules(actor).filter(end_on__gte=today())
    return _courses().filter(public_courses()).prefetch_related(
        Prefetch("schedules", runs, to_attr="public_runs")
    ).order_by(*COURSE_ORDER)  # fmt: skip


def get_public_course(slug: str, *, actor: Actor) -> Course:
    """One of them, by its name in addresses."""
    found = list_public_courses(actor).filter(slug=slug).first()
    if found is None:
        raise NotFoundError(_("There is no such course."))
    return found


def list_public_schedules(actor: Actor) -> QuerySet[LearningSchedule]:
    """The runs that are offered to everybody."""
    actor.require(Permission.COURSES_VIEW)
    return _schedules().filter(public_schedules()).order_by(*SCHEDULE_ORDER)


def _schedules() -> QuerySet[LearningSchedule]:
    taken = CourseEnrolment.objects.filter(schedule=OuterRef("pk"), status__in=TAKING)
    counted = taken.order_by().values("schedule").annotate(n=Count("pk")).values("n")
    return (
        LearningSchedule.objects.select_related("course", "location", "instructor__person")
        .prefetch_related(Prefetch("co_instructors", CoInstructor.objects.select_related("staff__person")))
        .annotate(taken=Coalesce(Subquery(counted, output_field=IntegerField()), Value(0)))
    )


def places_left(schedule: LearningSchedule) -> int | None:
    """How many places are free; None where there is no limit. For rows of these queries."""
    taken: int = schedule.taken  # type: ignore[attr-defined]  # annotated by _schedules
    return None if schedule.capacity is None else max(schedule.capacity - taken, 0)


def phase_of(schedule: LearningSchedule) -> str:
    """Upcoming, running or finished by the school's calendar."""
    day = today()
    if schedule.start_on > day:
        return "upcoming"
    return "running" if schedule.end_on >= day else "finished"


def list_schedules(actor: Actor, chosen: ScheduleFilter = ScheduleFilter()) -> QuerySet[LearningSchedule]:
    """The runs that are offered; those that the actor teaches; all for whoever plans them."""
    rows = _schedules().filter(listed_schedules(actor))
    if chosen.course:
        rows = rows.filter(course=chosen.course)
    if chosen.location:
        rows = rows.filter(location=chosen.location)
    if chosen.instructor:
        beside = CoInstructor.objects.filter(staff=chosen.instructor)
        rows = rows.filter(Q(instructor=chosen.instructor) | Q(pk__in=beside.values("schedule")))
    if chosen.phase:
        rows = rows.filter(_in_phase(chosen.phase))
    if chosen.q:
        text = tidy(chosen.q)
        rows = rows.filter(Q(name__icontains=text) | Q(course__name__icontains=text))
    return rows


def _in_phase(phase: str) -> Q:
    day = today()
    phases = {
        "upcoming": Q(start_on__gt=day),
        "running": Q(start_on__lte=day, end_on__gte=day),
        "finished": Q(end_on__lt=day),
    }
    if phase not in phases:
        raise invalid_field("/phase", "choice", _("Choose one of: %(all)s.") % {"all": ", ".join(PHASES)})
    return phases[phase]


def get_schedule(schedule_id: UUID, *, actor: Actor) -> LearningSchedule:
    """One run that the actor may read."""
    found = _schedules().filter(readable_schedules(actor), pk=schedule_id).first()
    if found is None:
        raise NotFoundError(_("There is no such run."))
    return found


def may_edit_schedule(schedule_id: UUID, actor: Actor, permission: Permission = Permission.SCHEDULES_EDIT) -> bool:
    """Whether the run is the actor's to change."""
    return LearningSchedule.objects.filter(schedules_with(actor, permission), pk=schedule_id).exists()


def list_modules(actor: Actor, *, schedule: UUID | None = None) -> QuerySet[Module]:
    """The modules of the runs that the actor may read."""
    runs = LearningSchedule.objects.filter(readable_schedules(actor))
    rows = Module.objects.filter(schedule__in=runs, is_archived=False)
    lessons = CourseLesson.objects.filter(is_archived=False).defer("content", "content_html").order_by("order")
    rows = rows.prefetch_related(Prefetch("lessons", lessons, to_attr="outline"))
    return rows.filter(schedule=schedule) if schedule else rows


def get_module(module_id: UUID, *, actor: Actor) -> Module:
    """One module with its outline."""
    found = list_modules(actor).filter(pk=module_id).first()
    if found is None:
        raise NotFoundError(_("There is no such module."))
    return found


def list_lessons(actor: Actor, *, module: UUID | None = None, schedule: UUID | None = None) -> QuerySet[CourseLesson]:
    """The lessons of the runs that the actor may read; what of them, `progress.Reader` says."""
    runs = LearningSchedule.objects.filter(readable_schedules(actor))
    rows = CourseLesson.objects.select_related("module__schedule").filter(
        module__schedule__in=runs, is_archived=False, module__is_archived=False
    )
    if module:
        rows = rows.filter(module=module)
    return rows.filter(module__schedule=schedule) if schedule else rows


def get_lesson(lesson_id: UUID, *, actor: Actor) -> CourseLesson:
    """One lesson."""
    found = list_lessons(actor).filter(pk=lesson_id).first()
    if found is None:
        raise NotFoundError(_("There is no such lesson."))
    return found


def list_enrolments(schedule_id: UUID, *, actor: Actor) -> QuerySet[CourseEnrolment]:
    """The learners of a run that the actor may see, first come first."""
    actor.require(Permission.LEARNERS_VIEW)
    get_schedule(schedule_id, actor=actor)
    rows = CourseEnrolment.objects.filter(visible_enrolments(actor), schedule=schedule_id)
    return rows.select_related("student__person", "schedule__course")


def get_enrolment(enrolment_id: UUID, *, actor: Actor) -> CourseEnrolment:
    """One enrolment that the actor may see."""
    rows = CourseEnrolment.objects.filter(visible_enrolments(actor), pk=enrolment_id)
    found = rows.select_related("student__person", "schedule__course").first()
    if found is None:
        raise NotFoundError(_("There is no such enrolment."))
    return found


@dataclass(frozen=True)
class OwnEnrolment:
    """A learner's place in a run, as they find it."""

    enrolment: CourseEnrolment
    progress: Progress
    next_meeting: Meeting | None
    position: int | None
    """In the waiting list, from 1."""
    certificate_id: UUID | None = None

    @property
    def percent(self) -> int | None:
        """How much is done."""
        return self.progress.percent

    @property
    def next_lesson(self) -> CourseLesson | None:
        """Where to go on."""
        return self.progress.next_lesson


def list_own_enrolments(student_id: UUID, *, actor: Actor) -> list[OwnEnrolment]:
    """A student's enrolments with percent, next lesson and next meeting, for themselves and who may see them.

    The number of statements does not depend on the number of enrolments.
    """
    rows = CourseEnrolment.objects.filter(visible_enrolments(actor), student=student_id)
    found = list(rows.select_related("student__person", "schedule__course").order_by("-enrolled_at", "-pk"))
    return own_enrolments_of(found)


def own_enrolments_of(found: list[CourseEnrolment]) -> list[OwnEnrolment]:
    """The same of enrolments that were read already."""
    progress = read_progress(found)
    meetings: dict[UUID, Meeting] = {}
    runs = {each.schedule_id for each in found if each.status in LIVE}
    coming = Meeting.objects.filter(schedule__in=runs, ends_at__gt=clock.now()).select_related("location")
    for meeting in coming.order_by("schedule", "starts_at").distinct("schedule"):
        meetings[meeting.schedule_id] = meeting
    positions, certificates = _positions(found), certificates_of(found)
    return [
        OwnEnrolment(
            each, progress[each.pk], meetings.get(each.schedule_id), positions.get(each.pk), certificates.get(each.pk)
        )
        for each in found
    ]


def _positions(found: list[CourseEnrolment]) -> dict[UUID, int]:
    runs = {each.schedule_id for each in found if each.status == Status.WAITLISTED}
    if not runs:
        return {}
    waiting: dict[UUID, list[UUID]] = {}
    rows = CourseEnrolment.objects.filter(schedule__in=runs, status=Status.WAITLISTED).order_by("enrolled_at", "pk")
    for pk, run in rows.values_list("pk", "schedule_id"):
        waiting.setdefault(run, []).append(pk)
    return {pk: place for queue in waiting.values() for place, pk in enumerate(queue, 1)}


def certificates_of(found: Sequence[CourseEnrolment]) -> dict[UUID, UUID]:
    """The certificates that enrolments led to and that are good, by enrolment."""
    ids = [each.pk for each in found if each.status == Status.COMPLETED]
    rows = Certificate.objects.filter(completion__enrolment__in=ids, status="issued")
    return dict(rows.values_list("completion__enrolment_id", "pk")) if ids else {}


def go_on_learning(actor: Actor) -> list[OwnEnrolment]:
    """Where a learner goes on today: the runs they are on that have a lesson to do."""
    student = find_own_student(actor)
    if student is None:
        return []
    rows = CourseEnrolment.objects.filter(student=student, status=Status.ACTIVE)
    found = list(rows.select_related("student__person", "schedule__course").order_by("-enrolled_at", "-pk")[:5])
    return [each for each in own_enrolments_of(found) if each.next_lesson] if found else []


def own_student_or_refuse(actor: Actor) -> Student | None:
    """The actor's own record; None for a school admin, who has none and may still look; others are refused."""
    if not actor.may(Permission.COURSES_ENROL):
        raise NotALearnerError(_("You have no record as a learner here."))
    return find_own_student(actor)


def list_students_to_enrol(actor: Actor, *, text: str = "") -> QuerySet[Student]:
    """Whom the actor may enrol, by name."""
    actor.require(Permission.COURSES_ENROL)
    rows = Student.objects.filter(visible_students(actor, Permission.COURSES_ENROL)).select_related("person")
    if text:
        for word in searchable(text).split():
            rows = rows.filter(person__search_name__contains=word)
    return rows.order_by("person__sort_name", "pk")


def list_rooms(actor: Actor) -> list[tuple[str, str]]:
    """The places to choose from: id and name."""
    actor.require(Permission.SCHEDULES_EDIT)
    return [(str(pk), name) for pk, name in Location.objects.filter(active=True).values_list("pk", "name")]
