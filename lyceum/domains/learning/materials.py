"""Who reads which materials: approved students, and who teaches or runs the course."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission, Reach
from lyceum.domains.learning.models import Course, CourseEnrolment, LearningSchedule, Material
from lyceum.domains.learning.policies import find_own_student, public_courses, readable_schedules, schedules_with
from lyceum.domains.learning.rules.access import approved_courses, has_any_approval
from lyceum.domains.learning.rules.refusals import LinkEndedError, NotALearnerError, NotApprovedError
from lyceum.domains.learning.settings import school_settings
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import NOBODY, visible_students

LINK_SECONDS = 300
_SALT = "learning material"
ORDER = ("order", "title", "pk")


@dataclass
class OfSchedule:
    """The materials of one run: its own, then those of its modules and lessons."""

    schedule: LearningSchedule
    materials: list[Material] = field(default_factory=list)


@dataclass
class OfCourse:
    """The materials of one course and of its runs."""

    course: Course
    materials: list[Material] = field(default_factory=list)
    schedules: dict[UUID, OfSchedule] = field(default_factory=dict)


def in_order(rows: QuerySet[Material]) -> QuerySet[Material]:
    """With what they belong to, in the order of the course."""
    return rows.select_related(
        "course", "schedule__course", "module__schedule__course", "lesson__module__schedule__course"
    ).order_by("module__order", "lesson__module__order", "lesson__order", *ORDER)


def still_reading() -> Q:
    """Who reads the materials of their run, as a filter on CourseEnrolment: some time after the end as well."""
    after = clock.now() - timedelta(days=school_settings().materials_after_completion_days)
    return Q(status="active") | Q(status__in=("completed", "not_completed"), ended_at__gt=after)


def open_to(student: Student) -> Q:
    """The materials that a student may read now, as a filter on Material.

    A course's need approval; those of a run an active or completed enrolment besides. Asked anew at every reading, so
    that what is revoked is closed at once.
    """
    instant = clock.now()
    approved = Course.objects.filter(approved_courses(student.pk))
    joined = CourseEnrolment.objects.filter(still_reading(), student=student, schedule__course__in=approved)
    runs = joined.values("schedule")
    offered = approved.filter(public_courses() | Q(pk__in=joined.values("schedule__course")))
    in_time = (Q(visible_from=None) | Q(visible_from__lte=instant)) & (
        Q(visible_until=None) | Q(visible_until__gt=instant)
    )
    of_module = Q(module__schedule__in=runs, module__is_archived=False)
    of_lesson = Q(lesson__module__schedule__in=runs, lesson__is_archived=False, lesson__module__is_archived=False)
    owned = Q(course__in=offered) | Q(schedule__in=runs) | of_module | of_lesson
    return Q(is_archived=False) & in_time & owned


def materials_of_run(schedule_id: UUID) -> Q:
    """Those of a run, its modules and its lessons, as a filter on Material."""
    return (
        Q(schedule=schedule_id)
        | Q(module__schedule=schedule_id, module__is_archived=False)
        | Q(lesson__module__schedule=schedule_id, lesson__is_archived=False, lesson__module__is_archived=False)
    )


def list_own_materials(actor: Actor) -> list[OfCourse]:
    """What a learner learns with, by course and run; for a school admin all there is."""
    reaches = actor.reaches(Permission.OWN_MATERIALS_VIEW)
    if Reach.ALL in reaches:
        return _grouped(in_order(Material.objects.filter(is_archived=False)))
    if Reach.OWN not in reaches:
        raise NotALearnerError(_("These are a learner's own materials. Yours are on the page of each run."))
    student = find_own_student(actor)
    if student is None or not has_any_approval(student.pk):
        raise NotApprovedError(
            _("Your application is under review"),
            link="/application/",
            status_url="/api/v1/students/me/application-status/",
        )
    return _grouped(in_order(Material.objects.filter(open_to(student))))


def list_run_materials(schedule_id: UUID, *, actor: Actor) -> tuple[list[Material], bool]:
    """The materials of one run, and whether more than their titles may be read: a guardian reads titles."""
    actor.require(Permission.MATERIALS_VIEW)
    schedule = LearningSchedule.objects.filter(readable_schedules(actor), pk=schedule_id).first()
    if schedule is None:
        raise NotFoundError(_("There is no such run."))
    rows = in_order(Material.objects.filter(materials_of_run(schedule_id)))
    if _works_with(schedule_id, actor):
        return list(rows.filter(is_archived=False)), True
    student = find_own_student(actor)
    if student is not None:
        if not has_any_approval(student.pk):
            raise NotApprovedError(_("Your application is under review"), link="/application/")
        return list(rows.filter(open_to(student))), True
    return list(rows.filter(is_archived=False, pk__in=_of_children(schedule_id, actor))), False


def _works_with(schedule_id: UUID, actor: Actor) -> bool:
    if actor.reaches_all(Permission.MATERIALS_VIEW):
        return True
    taught = LearningSchedule.objects.filter(schedules_with(actor, Permission.SCHEDULES_EDIT), pk=schedule_id)
    return taught.exists()


def _of_children(schedule_id: UUID, actor: Actor) -> QuerySet[Material]:
    """All of a run that a child is on."""
    if Reach.CHILD not in actor.reaches(Permission.MATERIALS_VIEW):
        return Material.objects.none()
    children = Student.objects.filter(visible_students(actor, Permission.MATERIALS_VIEW))
    on_it = CourseEnrolment.objects.filter(
        student__in=children, schedule=schedule_id, status__in=("active", "completed")
    )
    return Material.objects.filter(materials_of_run(schedule_id)) if on_it.exists() else Material.objects.none()


def find_own_material(material_id: UUID, *, actor: Actor) -> Material:
    """One material that the actor may open now."""
    rows = in_order(Material.objects.filter(pk=material_id))
    material = rows.filter(_readable(actor)).first()
    if material is None:
        raise NotFoundError(_("There is no such material, or it is not open to you."))
    return material


def _readable(actor: Actor) -> Q:
    if actor.reaches_all(Permission.MATERIALS_VIEW):
        return Q(pk__isnull=False)
    found = NOBODY
    if Reach.OWN in actor.reaches(Permission.SCHEDULES_EDIT):
        taught = LearningSchedule.objects.filter(schedules_with(actor, Permission.SCHEDULES_EDIT)).values("pk")
        found = Q(schedule__in=taught) | Q(module__schedule__in=taught) | Q(lesson__module__schedule__in=taught)
    student = find_own_student(actor)
    return found if student is None else found | open_to(student)


def file_link(material: Material, actor: Actor) -> str:
    """What opens the file for this reader and for five minutes."""
    return signing.dumps([str(material.pk), str(actor.id)], salt=_SALT, compress=True)


def find_file(material_id: UUID, link: str, *, actor: Actor) -> Material:
    """The material whose file a link opens. Who may read it is asked anew: the link alone opens nothing."""
    material = find_own_material(material_id, actor=actor)
    try:
        made_for = signing.loads(link, salt=_SALT, max_age=LINK_SECONDS)
    except signing.BadSignature:
        made_for = None
    if made_for != [str(material_id), str(actor.id)]:
        raise LinkEndedError(_("A link to a file lives five minutes. Open the list again."))
    if not material.file:
        raise NotFoundError(_("This material has no file."))
    return material


def _grouped(rows: QuerySet[Material]) -> list[OfCourse]:
    found: dict[UUID, OfCourse] = {}
    for row in rows:
        schedule = row.lesson.module.schedule if row.lesson else row.module.schedule if row.module else row.schedule
        course = schedule.course if schedule else row.course
        of_course = found.setdefault(course.pk, OfCourse(course))
        if schedule is None:
            of_course.materials.append(row)
        else:
            of_course.schedules.setdefault(schedule.pk, OfSchedule(schedule)).materials.append(row)
    return sorted(found.values(), key=lambda each: (each.course.order, each.course.name, each.course.pk))
