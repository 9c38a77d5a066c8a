"""Enrolling: 200 learners who want one of 20 places at the same moment."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

from django.db import connections

from bench.people import school
from bench.place import Place
from bench.results import Result
from lyceum.core.actor import system_actor
from lyceum.core.schools import current_school, school_scope
from lyceum.domains.learning.models import CourseEnrolment, LearningSchedule
from lyceum.domains.learning.rules.categories import create_category
from lyceum.domains.learning.rules.courses import create_course
from lyceum.domains.learning.rules.enrolling import enrol_student, withdraw
from lyceum.domains.learning.rules.schedules import create_schedule
from lyceum.domains.people.models import Student
from lyceum.domains.people.queries import is_on_roll
from lyceum.domains.tenancy.queries import today

LEARNERS, PLACES, AT_ONCE = 200, 20, 16


def run(place: Place) -> Result:
    """Who has a place, who waits in which order, and how long it takes all of them."""
    del place
    result, school_id = Result("enrolments"), school().pk
    with school_scope(school_id):
        schedule = _offer()
        students = list(Student.objects.filter(is_on_roll(today())).values_list("pk", flat=True)[:LEARNERS])

    def join(student_id: UUID) -> None:
        with school_scope(school_id):
            enrol_student(schedule.pk, student_id, actor=system_actor(school_id, name="bench"))
        connections.close_all()

    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(join, students))
    seconds = round(time.perf_counter() - began, 2)
    with school_scope(school_id):
        rows = list(CourseEnrolment.objects.filter(schedule=schedule).order_by("enrolled_at", "pk"))
        statuses = [row.status for row in rows]
        active, waiting = statuses.count("active"), statuses.count("waitlisted")
        in_order = statuses == ["active"] * active + ["waitlisted"] * waiting
        withdraw(rows[0].pk, actor=system_actor(school_id, name="bench"))
        first = CourseEnrolment.objects.get(pk=rows[PLACES].pk).status
        after = CourseEnrolment.objects.filter(schedule=schedule, status="active").count()
    found = {"active": active, "waitlisted": waiting, "in_order": in_order, "seconds": seconds, "promoted": first}
    result.keep("enrolments", found)
    result.say(
        f"{LEARNERS} learners, {PLACES} places, {AT_ONCE} at once: {active} active, {waiting} waiting, "
        f"{'in order' if in_order else 'NOT IN ORDER'}, {seconds} s; "
        f"after one left the first is {first} ({after} active)"
    )
    return result


def _offer() -> LearningSchedule:
    actor = system_actor(current_school(), name="bench")
    shelf = create_category(values={"name": "Bench"}, actor=actor)
    whole = {"name": "Bench", "category": shelf.slug, "description": "To be measured.", "status": "published"}
    course = create_course(values=whole, actor=actor)
    dates = {"start_on": today(), "end_on": today() + timedelta(days=30)}
    values = dates | {"delivery": "online", "capacity": PLACES, "status": "published"}
    return create_schedule(course_id=course.pk, values=values, actor=actor)
