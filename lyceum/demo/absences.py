"""Absences that were asked for ahead, and what the evening found: enough for the office to decide something."""

from collections.abc import Sequence
from datetime import date, time, timedelta

from lyceum.core.actor import Actor, Via, system_actor
from lyceum.core.schools import current_school
from lyceum.demo.build import Demo
from lyceum.demo.roster import dice_for
from lyceum.domains.accounts.models import SchoolLogin
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.attendance.rules.concerns import raise_concerns
from lyceum.domains.attendance.rules.planned import NewAbsence, ask_absence, refuse_absence
from lyceum.domains.notifications.hooks import Incoming
from lyceum.domains.notifications.models import Provider
from lyceum.domains.notifications.rules.hooks import Reporter
from lyceum.domains.notifications.rules.inbound import take_text
from lyceum.domains.people.models import ContactPoint, GuardianLink, Student

COMING = (
    ("medical", "Orthodontist at ten", 0, True),
    ("religious", "Family celebration", 3, True),
    ("family", "A cousin's wedding in Leeds", 4, False),
    ("activity", "County swimming finals", 2, False),
    ("medical", "Hospital appointment, back for lunch", 1, False),
    ("family", "A week in the sun, cheaper before Christmas", 6, None),
)
"""Why, in whose words, in how many school days; approved, still asked, or refused."""


def plan_absences(demo: Demo) -> tuple[int, int]:
    """Ask for some absences, decide some of them, and raise the concerns of the last school day; how many of each."""
    days = [day for dates in demo.plan.calendars.values() for day in dates.school_days]
    past, coming = [day for day in days if day < demo.today], [day for day in days if day > demo.today]
    asked = _ask(demo, coming[:20]) if len(coming) > 6 else 0
    if not past:
        return asked, 0
    with demo.on(past[-1], time(17, 33)):
        system = system_actor(current_school(), name="Lyceum", via=Via.JOB)
        return asked, len(raise_concerns(past[-1], actor=system))


def _ask(demo: Demo, coming: Sequence[date]) -> int:
    pupils = sorted(key for key, row in demo.students.items() if _is_here(row, demo.today))
    if len(pupils) < len(COMING):
        return 0
    chosen = dice_for(demo.plan, "absences").sample(pupils, len(COMING))
    with demo.on(demo.today - timedelta(days=1), time(16, 10)):
        for key, (what, reason, after, is_approved) in zip(chosen, COMING, strict=True):
            new = NewAbsence([demo.students[key].pk], coming[after], coming[after], what=what, reason=reason)
            planned = ask_absence(new, approve=is_approved is True, actor=demo.office)
            if is_approved is None:
                refuse_absence(planned.pk, answer="Holidays in term are not granted.", actor=demo.office)
        return len(COMING) + _ask_as_guardian(demo, coming[1])


def hear_by_text(demo: Demo) -> None:
    """A text that answers nothing: it waits for the office."""
    point = ContactPoint.objects.filter(kind="mobile").order_by("pk").first()
    if point is not None:
        with demo.on(demo.today, time(8, 5)):
            said = "Please call me back about the school trip, after six if you can."
            take_text(Reporter("twilio", Provider(kind="twilio")), Incoming("demo", point.value, said))


def _is_here(student: Student, day: date) -> bool:
    return any(enrolment.is_on_roll(day) for enrolment in student.enrolments.all())


def _ask_as_guardian(demo: Demo, day: date) -> int:
    """The family with accounts asks for its child."""
    login = SchoolLogin.objects.filter(school=demo.school, username="guardian").select_related("user").first()
    if login is None:
        return 0
    actor: Actor = actor_for_user(login.user, demo.school.pk, via=Via.PAGE)
    link = GuardianLink.objects.filter(guardian__user=login.user).order_by("pk").first()
    if link is None or not _is_here(link.student, demo.today):
        return 0
    new = NewAbsence([link.student_id], day, day, starts_half=1, what="medical", reason="Dentist at two")
    ask_absence(new, actor=actor)
    return 1
