"""The minute before an intake closes: many applications at once, none lost, no number twice."""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from django.db import connections

from bench.people import school
from bench.place import Place
from bench.results import Result
from lyceum.core.permissions import Role
from lyceum.core.schools import school_scope
from lyceum.domains.learning.models import Course
from lyceum.domains.tenancy.models import School
from lyceum.testing.clients import Caller, software
from lyceum.testing.factories import make_user

APPLICATIONS, AT_ONCE = 300, 12
PATH = "/api/v1/students/"


def run(place: Place) -> Result:
    """How long it takes, and that every number is another one."""
    del place
    result = Result("applications")
    found = measure(school(), APPLICATIONS)
    result.keep("applications", found)
    result.say(
        f"{APPLICATIONS} applications, {AT_ONCE} at once: {found['sent']} sent, {found['numbers']} numbers, "
        f"{found['seconds']} s, half of them within {found['milliseconds']} ms"
    )
    return result


def measure(here: School, count: int) -> dict[str, Any]:
    """Send so many applications over REST, as many at once as a process has connections."""
    with school_scope(here.pk):
        course = Course.objects.create(name="Bench", slug=f"bench-{count}", status=Course.Status.PUBLISHED)
    users = [make_user(here, Role.APPLICANT, email=f"bench{n}@bench.example") for n in range(count)]
    callers = [software(user, here) for user in users]
    body = {"birth_date": "1990-05-01", "courses": [str(course.pk)]}
    callers[0].get("/api/v1/intakes/")  # what a server reads once as it starts
    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(partial(_send, body), callers))
    seconds = time.perf_counter() - began
    numbers = {number for _status, number, _took in answers if number}
    return {
        "sent": sum(status == 201 for status, _number, _took in answers),
        "numbers": len(numbers),
        "seconds": round(seconds, 1),
        "milliseconds": round(1000 * statistics.median(took for *_answer, took in answers)),
    }


def _send(body: dict[str, Any], caller: Caller) -> tuple[int, str, float]:
    began = time.perf_counter()
    try:
        answer: Any = caller.send(PATH, body)
        number = answer.json().get("registration_number") or "" if answer.status_code == 201 else ""
        return answer.status_code, number, time.perf_counter() - began
    finally:
        connections.close_all()
