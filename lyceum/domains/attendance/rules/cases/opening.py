"""Opening cases: once the register has closed, for every absence that nobody has explained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from procrastinate.contrib.django import app

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.ids import new_id
from lyceum.core.schools import current_school
from lyceum.domains.attendance.cases import unexplained_on
from lyceum.domains.attendance.codes import code_named
from lyceum.domains.attendance.facts import CaseOpened
from lyceum.domains.attendance.models import (
    AbsenceCase,
    CaseReply,
    CaseSession,
    PlannedAbsence,
    PlannedStudent,
    Register,
    SessionMark,
)
from lyceum.domains.attendance.rules.cases.asking import ask_next, warn_where_flagged
from lyceum.domains.journal.rules import Entry, Target, record_all
from lyceum.domains.people.models import Person

OPEN_AFTER = timedelta(minutes=5)
"""After the register closes."""
FOLLOW_UP = "attendance.follow_up"


def follow_up_at(day: date, at: datetime) -> None:
    """Have the absences of a day looked at then; at once where it is past."""
    later = at if at > clock.now() else None
    app.configure_task(FOLLOW_UP, schedule_at=later).defer(school_id=current_school(), day=day.isoformat())


def note_absences(register_id: UUID, meanings: Collection[str]) -> None:
    """After a save with absences that nobody has explained: look at them once the register has closed."""
    if "unexplained" in meanings:
        register = Register.objects.only("on", "closes_at").get(pk=register_id)
        follow_up_at(register.on, register.closes_at + OPEN_AFTER)


@transaction.atomic
def open_cases(day: date) -> int:
    """Open a case for each unexplained absence of a day whose register has closed, and ask the first contact.

    A new session joins the case that is open. Returns how many students were taken up. Safe to run again.
    """
    waiting = _waiting(day)
    if not waiting:
        return 0
    actor = system_actor(current_school())
    _lock_day(day)
    made = _make_cases(day, waiting)
    cases = {c.student_id: c for c in AbsenceCase.objects.filter(_open(), student__in=waiting).select_for_update()}
    rows = [
        CaseSession(id=new_id(), case=cases[student], on=day, session=session)
        for student, sessions in waiting.items()
        for session in sessions
    ]
    CaseSession.objects.bulk_create(rows, ignore_conflicts=True)
    facts = [Entry("attendance.case.open", Target.of(case), facts=[_opened(case)]) for case in made]
    if facts:
        record_all(facts, actor=actor)
        warn_where_flagged(made, actor=actor)
        _answer_from_requests(made, day)
        ask_next(made, actor=actor)
    return len(waiting)


def _answer_from_requests(cases: Collection[AbsenceCase], day: date) -> None:
    """Who was reported away before anybody asked is answered already, and nobody is asked."""
    by_student = {case.student_id: case for case in cases}
    reported = PlannedStudent.objects.filter(
        student__in=by_student, planned__state=PlannedAbsence.State.ASKED, starts_on__lte=day, ends_on__gte=day
    ).select_related("planned")
    replies = []
    for row in reported.order_by("pk"):
        case, planned = by_student[row.student_id], row.planned
        person = Person.objects.filter(user=planned.asked_by).first() if planned.asked_by else None
        replies.append(
            CaseReply(
                id=new_id(),
                case=case,
                person=person.pk if person else None,
                name=planned.asked_by_name,
                verified=True,
                via=CaseReply.Via.PORTAL,
                text=planned.reason,
                code=planned.code or code_named(planned.what),
                at=planned.asked_at,
            )
        )
        case.state = AbsenceCase.State.ANSWERED
    CaseReply.objects.bulk_create(replies)
    AbsenceCase.objects.filter(pk__in=[reply.case_id for reply in replies]).update(state=AbsenceCase.State.ANSWERED)


def _open() -> Q:
    return Q(state__in=AbsenceCase.OPEN_STATES)


def _opened(case: AbsenceCase) -> CaseOpened:
    return CaseOpened(case=case.pk, student=case.student_id)


def _waiting(day: date) -> dict[UUID, list[str]]:
    """The students with an unexplained session of the day, closed for long enough, that no case holds yet."""
    closed = Register.objects.filter(on=day, closes_at__lte=clock.now() - OPEN_AFTER)
    sessions = set(closed.exclude(session="").values_list("session", flat=True))
    rows: list[SessionMark] = list(unexplained_on(day).filter(session__in=sessions))
    held = set(CaseSession.objects.filter(on=day).values_list("case__student_id", "session"))
    waiting: dict[UUID, list[str]] = defaultdict(list)
    for row in rows:
        if (row.student_id, row.session) not in held:
            waiting[row.student_id].append(row.session)
    return waiting


def _lock_day(day: date) -> None:
    """Two workers never open the cases of one day at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [current_school(), day.toordinal()])


def _make_cases(day: date, students: Collection[UUID]) -> list[AbsenceCase]:
    open_ones = set(AbsenceCase.objects.filter(_open(), student__in=students).values_list("student_id", flat=True))
    made = [AbsenceCase(id=new_id(), student_id=s, opened_on=day) for s in students if s not in open_ones]
    AbsenceCase.objects.bulk_create(made)
    return list(AbsenceCase.objects.filter(pk__in=[c.pk for c in made]).select_related("student__person"))
