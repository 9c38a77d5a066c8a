"""What the agenda shows of courses: meetings of runs, and work that is due."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.domains.calendars.agenda import Asked, Entry, source
from lyceum.domains.learning.models import CourseEnrolment, LearningSchedule, Meeting, Submission
from lyceum.domains.tenancy.queries import time_zone

LEARNS = (CourseEnrolment.Status.ACTIVE, CourseEnrolment.Status.COMPLETED)


@source("meeting")
def meetings(asked: Asked) -> Iterator[Entry]:
    """The meetings of runs that somebody teaches or learns in, or whose child does. The way to join is not told."""
    enrolled: dict[UUID, list[UUID]] = {}
    if asked.students:
        rows = CourseEnrolment.objects.filter(student__in=asked.students, status__in=LEARNS)
        for student, schedule in rows.values_list("student", "schedule"):
            enrolled.setdefault(schedule, []).append(student)
    concerned = Q(schedule__in=enrolled)
    if asked.staff:
        concerned |= Q(schedule__instructor=asked.staff) | Q(schedule__co_instructors__staff=asked.staff)
    elif not enrolled:
        return
    found = Meeting.objects.filter(
        concerned,
        starts_at__lt=asked.ends,
        ends_at__gt=asked.begins,
        schedule__status=LearningSchedule.Status.PUBLISHED,
    )
    zone = time_zone()
    for each in found.select_related("schedule__course", "location").distinct():
        students = enrolled.get(each.schedule_id, [])
        whose: list[UUID | None] = [None] if not students else [pk if pk != asked.own else None for pk in students]
        for child in whose:
            yield Entry(
                kind="meeting",
                title=str(each.schedule.course),
                first=clock.local(each.starts_at, zone).date(),
                last=clock.local(each.ends_at, zone).date(),
                id=each.pk,
                starts_at=clock.local(each.starts_at, zone),
                ends_at=clock.local(each.ends_at, zone),
                place=each.location.name if each.location else "",
                note=each.note,
                link=f"/learning/runs/{each.schedule_id}/",
                student=child,
            )


@source("due")
def due_work(asked: Asked) -> Iterator[Entry]:
    """Work that is due and not handed in: at the learner's own time where they have one."""
    if not asked.students:
        return
    rows = Submission.objects.filter(
        student__in=asked.students,
        status__in=(Submission.Status.PENDING, Submission.Status.REASSIGNED),
        assignment__status="published",
        is_void=False,
        is_excused=False,
    ).annotate(due=Coalesce("resubmit_by", "due_at_override", "assignment__due_at"))
    zone = time_zone()
    for each in rows.filter(due__gte=asked.begins, due__lt=asked.ends).select_related("assignment__subject"):
        due = clock.local(each.due, zone)
        yield Entry(
            kind="due",
            title=each.assignment.title,
            first=due.date(),
            last=due.date(),
            id=each.assignment_id,
            starts_at=due,
            note=str(each.assignment.subject or "") or _("due"),
            link=f"/assignments/{each.assignment_id}/",
            student=each.student_id if each.student_id != asked.own else None,
            state=each.status,
        )
