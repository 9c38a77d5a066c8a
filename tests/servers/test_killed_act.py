"""kill -9 in the middle of giving work out, marking it and ordering lessons: a real process, after its last write."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from lyceum.core import clock
from lyceum.core.actor import Via, system_actor
from lyceum.core.permissions import Role
from lyceum.core.schools import school_scope
from lyceum.domains.accounts.models import User
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.journal.models import Fact
from lyceum.domains.learning.models import Assignment, CourseLesson, Submission
from lyceum.domains.learning.rules.assignments.handing_in import submit
from lyceum.domains.learning.rules.assignments.marking import GivenMark, grade_submission
from lyceum.domains.learning.rules.assignments.publishing import publish_assignment
from lyceum.domains.learning.rules.assignments.writing import NewAssignment, create_assignment
from lyceum.domains.learning.rules.enrolling import enrol_student
from lyceum.domains.learning.rules.lessons import order_lessons
from lyceum.domains.learning.tests.making import make_instructor, make_lesson, make_module, make_run
from lyceum.domains.tenancy.models import School
from lyceum.testing.factories import account_for, as_actor, in_school, make_admin, make_school, make_student

LONGEST, LESSONS, LEARNERS = 60, 20, 3
ROOT = str(Path(__file__).resolve().parents[2])
ACT = """
import sys
from lyceum.config.loading import load_django
load_django()
from tests.servers.test_killed_act import act
act(*sys.argv[1:])
"""
WAITS = """SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database
WHERE NOT l.granted AND d.datname = current_database()"""
IS_THERE = "SELECT 1 FROM pg_stat_activity WHERE pid = %s"


def act(name: str, school_id: str, user_id: str, *ids: str) -> None:
    """What the process does that is killed."""
    first, *others = map(UUID, ids)
    with school_scope(int(school_id)):
        actor = actor_for_user(User.objects.get(pk=user_id), int(school_id), via=Via.REST)
        if name == "publish":
            publish_assignment(first, actor=actor)
        elif name == "mark":
            grade_submission(first, mark=GivenMark(Decimal(90), "Well done"), actor=actor)
        else:
            order_lessons(first, ids=others, actor=actor)


@dataclass
class Place:
    """A run with a draft, work that was handed in, and lessons in their order."""

    school: School
    draft: Assignment
    submission: Submission
    lessons: list[UUID]
    acts: dict[str, list[str]]
    """What a process is given that does them."""

    def standing(self) -> tuple[object, ...]:
        """How everything is, as another connection sees it."""
        with in_school(self.school):
            self.draft.refresh_from_db()
            row = Submission.objects.get(pk=self.submission.pk)
            order = CourseLesson.objects.order_by("order").values_list("pk", "order")
            told = Fact.objects.filter(type__in=("learning.assignment_published", "learning.submission_graded"))
            return (
                (self.draft.status, self.draft.submissions.count()),
                (row.status, row.grade, row.attempts.get().grade),
                list(order),
                sorted(told.exclude(subject=str(row.assignment_id)).values_list("type", "subject")),
            )


@pytest.fixture
def place(fresh_database) -> Place:
    school, day = make_school(), clock.now().date()
    staff, teacher = make_instructor(school)
    run = make_run(school, start_on=day, end_on=day + timedelta(days=60), instructor_id=staff)
    module = make_module(run)
    lessons = [make_lesson(module, f"L{n}").pk for n in range(LESSONS)]
    students = [make_student(school) for _n in range(LEARNERS)]
    learner = as_actor(account_for(students[0].person, Role.STUDENT), school)
    actor, due = as_actor(teacher, school), clock.now() + timedelta(days=5)
    with in_school(school):
        for each in students:
            enrol_student(run.pk, each.pk, actor=system_actor(school.pk))
        seam, draft = (
            create_assignment(NewAssignment(title, "Weld one", due, schedule=run.pk), actor=actor)
            for title in ("Seam", "Draft")
        )
        publish_assignment(seam.pk, actor=actor)
        submission = submit(seam.pk, text="Straight", actor=learner)
    acts = {
        "publish": [str(school.pk), str(teacher.pk), str(draft.pk)],
        "mark": [str(school.pk), str(teacher.pk), str(submission.pk)],
        "order": [str(school.pk), str(make_admin(school).pk), str(module.pk), *map(str, reversed(lessons))],
    }
    return Place(school, draft, submission, lessons, acts)


def test_what_is_killed_after_its_last_write_has_changed_nothing_and_can_be_done_again(fresh_database, place: Place):
    before = place.standing()

    for name, arguments in place.acts.items():
        _kill_before_its_trail(fresh_database.owner_url, [name, *arguments])
    assert place.standing() == before
    for name, arguments in place.acts.items():
        act(name, *arguments)

    assert place.standing() == (
        ("published", LEARNERS),
        ("graded", Decimal(90), Decimal(90)),
        [(pk, n) for n, pk in enumerate(reversed(place.lessons), 1)],
        [
            ("learning.assignment_published", str(place.draft.pk)),
            ("learning.submission_graded", str(place.submission.pk)),
        ],
    )


def _kill_before_its_trail(owner_url: str, arguments: Sequence[str]) -> None:
    """Let a process act until all that is left to write is the trail, and kill it there."""
    surroundings = os.environ | {"DJANGO_SETTINGS_MODULE": "lyceum.config.settings", "PYTHONPATH": ROOT}
    pause, waiting = threading.Event(), None
    with psycopg.connect(owner_url) as holder, closing(psycopg.connect(owner_url, autocommit=True)) as watcher:
        holder.execute("LOCK TABLE journal_auditentry IN SHARE ROW EXCLUSIVE MODE")
        process = subprocess.Popen([sys.executable, "-c", ACT, *arguments], env=surroundings)
        try:
            for _tenth in range(LONGEST * 10):
                waiting = watcher.execute(WAITS).fetchone()
                if waiting or process.poll() is not None:
                    break
                pause.wait(0.1)
            assert waiting, f"{arguments[0]} never came to its trail"
            process.send_signal(signal.SIGKILL)
        finally:
            process.kill()
            process.wait()
        holder.rollback()
        for _tenth in range(LONGEST * 10):  # until PostgreSQL has noticed that nobody is there any more
            if watcher.execute(IS_THERE, waiting).fetchone() is None:
                return
            pause.wait(0.1)
        raise AssertionError("the server kept the transaction of a dead process")
