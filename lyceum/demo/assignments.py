"""Assignments of the demo schools: work in every state, from what is still a draft to what was accepted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from random import Random

from lyceum.core import clock
from lyceum.core.actor import Actor, Via
from lyceum.demo.build import Demo, Say
from lyceum.demo.roster import dice_for
from lyceum.domains.academics.models import Class, ClassMembership, ClassTeacher
from lyceum.domains.accounts.models import SchoolLogin
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.learning.models import Assignment, Submission, SubmissionAttempt
from lyceum.domains.learning.rules.assignments.lateness import reckon
from lyceum.domains.learning.rules.assignments.publishing import publish_assignment
from lyceum.domains.learning.rules.assignments.writing import NewAssignment, create_assignment
from lyceum.domains.people.policies import holds_on

Status = Submission.Status
FEEDBACK = (
    "Clear and well argued. Give one more example next time.",
    "Good ideas; check the spelling of names.",
    "You found the important part. The ending comes too soon.",
)
TEXTS = (
    "The river was the reason that people settled here: it gave water, food and a way to trade.",
    "I compared both sources. The first one was written by somebody who was there, the second a hundred years later.",
    "First I measured the length three times, then I took the mean. The error is about two millimetres.",
)
FIELDS = ["status", "submitted_at", "is_late", "graded_at", "released_at", "graded_by", "grade", "feedback",
          "is_accepted", "resubmit_by"]  # fmt: skip
AGAIN = "Please answer the second question too, and say which source you used."


@dataclass(frozen=True)
class _Plan:
    """One assignment: when it is due, seen from today, and how far its class is."""

    title: str
    description: str
    due_in: int
    handed_in: float = 0.0
    marked: float = 0.0
    """Of those handed in."""
    published: bool = True
    more: dict[str, object] | None = None


PLANS = (
    _Plan("Reading diary, chapter 4", "Read chapter 4. Write **half a page**: who changed, and why?", -10, 0.95, 1.0),
    _Plan("Poster on a river", "A poster on one river of your choice.\n\n- where it begins and ends\n- who lives by it",
          -3, 0.85, 0.4, more={"rubric": [{"title": "Facts", "points": 10}, {"title": "Layout", "points": 10}]}),
    _Plan("Two sources compared", "Compare the two sources of the lesson. Which one do you trust, and why?", 2, 0.3,
          more={"release": "held"}),
    _Plan("Measure your desk", "Measure length and width three times and find the mean.", 6),
    _Plan("Holiday project", "To be talked over first.", 20, published=False),
)  # fmt: skip


def add_assignments(demo: Demo, say: Say) -> None:
    """For the classes of the people whom a visitor signs in as."""
    with demo.on(demo.today, time(7)):
        for school_class in _classes(demo):
            lead = ClassTeacher.objects.filter(holds_on(demo.today), school_class=school_class, role="lead")
            teacher = lead.select_related("staff__person__user").first()
            if teacher is None or teacher.staff.person.user is None:
                continue
            actor = actor_for_user(teacher.staff.person.user, demo.school.pk, via=Via.PAGE)
            for plan in PLANS:
                _make(demo, school_class, plan, actor)
    handed_in = Submission.objects.exclude(status=Status.PENDING).count()
    say(f"{Assignment.objects.count()} assignments, {handed_in} pieces of work handed in")


def _make(demo: Demo, school_class: Class, plan: _Plan, actor: Actor) -> None:
    due = demo.instant(demo.today + timedelta(days=plan.due_in), time(16))
    title = f"{school_class.subject}: {plan.title}" if school_class.subject else plan.title
    new = NewAssignment(
        title, plan.description, due, [school_class.pk], subject=school_class.subject_id, more=plan.more or {}
    )
    work = create_assignment(new, actor=actor)
    if not plan.published:
        return
    publish_assignment(work.pk, actor=actor)
    Assignment.objects.filter(pk=work.pk).update(published_at=due - timedelta(days=12))
    _hand_in(work, plan, dice_for(demo.plan, school_class.name, plan.title), actor)


def _hand_in(work: Assignment, plan: _Plan, dice: Random, actor: Actor) -> None:
    """In bulk, as the rules leave it: students of a demo have no accounts but one."""
    changed, attempts = [], []
    latest = clock.now()
    for row in Submission.objects.filter(assignment=work).select_related("student__person").order_by("pk"):
        has_account = row.student.person.user_id is not None
        if (has_account and plan.due_in >= 0) or dice.random() >= plan.handed_in:
            continue
        at = work.due_at - timedelta(minutes=dice.randrange(-300, 2880))
        attempt = SubmissionAttempt(submission=row, number=1, text=dice.choice(TEXTS))
        attempt.submitted_at = min(at, latest - timedelta(minutes=dice.randrange(5, 600)))
        reckon(attempt, row, work)
        row.status, row.submitted_at, row.is_late = Status.SUBMITTED, attempt.submitted_at, attempt.is_late
        if dice.random() < plan.marked:
            _mark(work, row, attempt, dice, actor)
        changed.append(row)
        attempts.append(attempt)
    SubmissionAttempt.objects.bulk_create(attempts)
    Submission.objects.bulk_update(changed, FIELDS)


def _mark(work: Assignment, row: Submission, attempt: SubmissionAttempt, dice: Random, actor: Actor) -> None:
    attempt.graded_at = row.graded_at = row.released_at = clock.now() - timedelta(hours=dice.randrange(2, 30))
    row.graded_by = actor.id
    if work.rubric:
        attempt.rubric_points = [Decimal(dice.randrange(5, 11)) for _each in work.rubric]
        grade = Decimal(5 * sum(attempt.rubric_points))
    else:
        grade = Decimal(dice.randrange(110, 201)) / 2
    if dice.random() < 0.1:
        attempt.grade, attempt.feedback = grade, AGAIN
        row.status, row.feedback, row.graded_at = Status.REASSIGNED, AGAIN, None
        row.resubmit_by = clock.now() + timedelta(days=3)
        return
    row.status, row.grade, row.feedback = Status.GRADED, grade, dice.choice(FEEDBACK)
    attempt.grade, attempt.feedback = grade, row.feedback
    row.is_accepted = _is_over(work)


def _is_over(work: Assignment) -> bool:
    """Whether it was due so long ago that what was marked is accepted too."""
    return work.due_at < clock.now() - timedelta(days=7)


def _classes(demo: Demo) -> Sequence[Class]:
    """The form and one taught class of the student and of the guardian's child, and of the form teachers' forms two."""
    logins = SchoolLogin.objects.filter(school=demo.school, username__in=("student", "guardian"))
    users = list(logins.values_list("user", flat=True))
    members = ClassMembership.objects.filter(holds_on(demo.today)).filter(student__person__user__in=users)
    children = ClassMembership.objects.filter(holds_on(demo.today), student__guardian_links__guardian__user__in=users)
    ids = list(members.order_by("-is_form", "pk").values_list("school_class", flat=True)[:2])
    ids += list(children.order_by("-is_form", "pk").values_list("school_class", flat=True)[:2])
    forms = [form.pk for (year, _grade, _section), form in demo.forms.items() if year == demo.plan.current]
    return list(Class.objects.filter(pk__in={*ids, *forms[:2]}).select_related("subject").order_by("name", "pk"))
