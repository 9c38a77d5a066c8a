"""Enrolling: 200 learners, each with a connection of their own, who want one of 20 places at the same moment."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

from bench.asking import Connection, Times
from bench.people import school, sign_in
from bench.place import Place
from bench.results import Result
from lyceum.core.actor import system_actor
from lyceum.core.permissions import Role
from lyceum.core.schools import current_school, school_scope
from lyceum.domains.learning.models import CourseEnrolment, LearningSchedule
from lyceum.domains.learning.rules.categories import create_category
from lyceum.domains.learning.rules.courses import create_course
from lyceum.domains.learning.rules.schedules import create_schedule
from lyceum.domains.learning.rules.settings import edit_learning_settings
from lyceum.domains.people.models import Student
from lyceum.domains.people.queries import is_on_roll
from lyceum.domains.tenancy.queries import today
from lyceum.testing.factories import account_for

LEARNERS, PLACES, LEAVING = 200, 20, 3
Answer = tuple[int, dict[str, Any], float]


def run(place: Place) -> Result:
    """Who has a place, who waits in which order, what each was told, and how long it takes all of them."""
    result, school_id = Result("enrolments"), school().pk
    with school_scope(school_id):
        schedule, learners = _offer(), _learners()
    connections = [Connection(place.port, sign_in(each.person.user).api_headers) for each in learners]
    for each in connections:  # a connection that is open, and somebody whom the server has seen
        each.time("GET", "/api/v1/students/me/courses/")
    began = time.perf_counter()
    answers = _all_at_once(connections, f"/api/v1/students/me/enroll/{schedule.pk}/")
    seconds = round(time.perf_counter() - began, 2)
    found = _kept(schedule, answers, school_id) | {"seconds": seconds}
    found["times"] = Times.of([took for *_answer, took in answers]).as_json()
    found |= _one_leaves(place, schedule, school_id)
    for each in connections:
        each.close()
    result.keep("enrolments", found)
    result.say(
        f"{LEARNERS} learners over HTTP, {PLACES} places: answers {found['statuses']}, {found['active']} active, "
        f"{found['waitlisted']} waiting, {'in order' if found['in_order'] else 'NOT IN ORDER'}, each told its own "
        f"place: {found['told_right']}; {seconds} s, half within {found['times']['median']:.0f} ms"
    )
    result.say(
        f"one left, and said so {LEAVING} times at once: {found['promoted']} promoted, "
        f"the first who waited: {found['first_waited']}, {found['active_afterwards']} active"
    )
    return result


def _all_at_once(connections: Sequence[Connection], path: str, body: object = None) -> list[Answer]:
    gate = Barrier(len(connections))

    def ask(connection: Connection) -> Answer:
        gate.wait()
        status, content, seconds = connection.ask("POST", path, body)
        return status, json.loads(content), seconds

    with ThreadPoolExecutor(len(connections)) as pool:
        return list(pool.map(ask, connections))


def _kept(schedule: LearningSchedule, answers: Sequence[Answer], school_id: int) -> dict[str, Any]:
    """What is in the database afterwards, beside what each was answered."""
    with school_scope(school_id):
        rows = list(CourseEnrolment.objects.filter(schedule=schedule).order_by("enrolled_at", "pk"))
    statuses = [row.status for row in rows]
    active, waiting = statuses.count("active"), statuses.count("waitlisted")
    own_place = {str(row.pk): None if n < PLACES else n - PLACES + 1 for n, row in enumerate(rows)}
    return {
        "statuses": {code: [each[0] for each in answers].count(code) for code in {each[0] for each in answers}},
        "active": active,
        "waitlisted": waiting,
        "in_order": statuses == ["active"] * PLACES + ["waitlisted"] * (LEARNERS - PLACES),
        "told_right": sum(own_place.get(body.get("id", ""), 0) == body.get("position") for _s, body, _t in answers),
    }


def _one_leaves(place: Place, schedule: LearningSchedule, school_id: int) -> dict[str, Any]:
    """The same learner leaves several times at the same moment: one place is free, once."""
    with school_scope(school_id):
        of_run = CourseEnrolment.objects.filter(schedule=schedule).select_related("student__person__user")
        rows = list(of_run.order_by("enrolled_at", "pk"))
    headers = sign_in(rows[0].student.person.user).api_headers
    again = [Connection(place.port, headers) for _n in range(LEAVING)]
    _all_at_once(again, f"/api/v1/course-enrolments/{rows[0].pk}/withdraw/", {})
    for each in again:
        each.close()
    with school_scope(school_id):
        active = CourseEnrolment.objects.filter(schedule=schedule, status="active")
        new = active.exclude(pk__in=[row.pk for row in rows[:PLACES]])
        first = new.filter(pk=rows[PLACES].pk).exists()
        return {"promoted": new.count(), "first_waited": first, "active_afterwards": active.count()}


def _learners() -> list[Student]:
    """Students on roll, each with an account."""
    rows = Student.objects.filter(is_on_roll(today())).select_related("person__user").order_by("registration_number")
    found = list(rows[:LEARNERS])
    for each in found:
        if each.person.user is None:
            each.person.user = account_for(each.person, Role.STUDENT)
    return found


def _offer() -> LearningSchedule:
    actor = system_actor(current_school(), name="bench")
    edit_learning_settings(values={"self_enrol_min_age": 0}, actor=actor)
    shelf = create_category(values={"name": "Bench"}, actor=actor)
    whole = {"name": "Bench", "category": shelf.slug, "description": "To be measured.", "status": "published"}
    course = create_course(values=whole, actor=actor)
    dates = {"start_on": today(), "end_on": today() + timedelta(days=30)}
    values = dates | {"delivery": "online", "capacity": PLACES, "status": "published"}
    return create_schedule(course_id=course.pk, values=values, actor=actor)
