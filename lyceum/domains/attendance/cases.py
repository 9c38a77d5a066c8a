"""Reading absence cases."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.academics.days import school_days
from lyceum.domains.attendance.codes import CodeList
from lyceum.domains.attendance.meanings import Meaning
from lyceum.domains.attendance.models import SESSION_WORDS, AbsenceCase, CaseSession, Code, SessionMark
from lyceum.domains.attendance.policies import of_family
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import visible_students

MOST_DAYS_SAID = 3
RESOLVE_WITHIN_DAYS = 5
"""School days, from the first session on, in which an absence is to be explained."""


def list_cases(actor: Actor, *, states: Collection[str] = AbsenceCase.OPEN_STATES) -> QuerySet[AbsenceCase]:
    """Cases of the students for whom the actor may see them, the oldest first. Who was asked no family reads."""
    actor.require(Permission.CASES_VIEW)
    students = Student.objects.filter(visible_students(actor, Permission.CASES_VIEW))
    rows = AbsenceCase.objects.filter(state__in=states, student__in=students).annotate(read_at_home=of_family(actor))
    return (
        rows.select_related("student__person")
        .prefetch_related("sessions", "tries", "replies__code")
        .order_by("opened_on", "pk")
    )


def get_case(case_id: UUID, *, actor: Actor) -> AbsenceCase:
    """One case. Unknown and hidden are the same."""
    found = list_cases(actor, states=AbsenceCase.State.values).filter(pk=case_id).first()
    if found is None:
        raise NotFoundError
    return found


def sessions_in_words(sessions: Sequence[CaseSession]) -> str:
    """Which sessions, as a family reads it: 20 Nov: morning, afternoon."""
    days: dict[date, list[str]] = {}
    for each in sorted(sessions, key=lambda each: (each.on, each.session)):
        days.setdefault(each.on, []).append(str(SESSION_WORDS[each.session]))
    said = [f"{date_format(day, _('j M'))}: {', '.join(words)}" for day, words in list(days.items())[:MOST_DAYS_SAID]]
    return "; ".join([*said, "…"] if len(days) > MOST_DAYS_SAID else said)


def family_reasons(codes: CodeList) -> list[Code]:
    """What a family may say of an absence, as codes: what a teacher may write down as authorised."""
    return [
        code
        for code in codes.codes
        if code.active and code.meaning == Meaning.AUTHORISED and "teacher" in code.roles and code.family_label
    ]


def school_days_since(day: date, today: date) -> int:
    """How many school days lie after a day, up to today."""
    return len([each for each in school_days().between(day, today) if each > day])


def unexplained_on(day: date, *, students: Collection[UUID] | None = None) -> QuerySet[SessionMark]:
    """The sessions of a day that nobody has explained."""
    rows = SessionMark.objects.filter(on=day, meaning=Meaning.UNEXPLAINED)
    return rows if students is None else rows.filter(student__in=students)


def still_absent(case: AbsenceCase) -> bool:
    """Whether any session of the case is still without explanation."""
    which = Q()
    for each in case.sessions.all():
        which |= Q(on=each.on, session=each.session)
    if not which:
        return False
    return SessionMark.objects.filter(which, student=case.student_id, meaning=Meaning.UNEXPLAINED).exists()


def nothing_said() -> str:
    """For a reply without words."""
    return _("no words")
