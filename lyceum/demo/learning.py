"""Courses of the demo school: a catalogue in three categories, runs with lessons, learners on their way."""

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from itertools import islice
from uuid import UUID

from lyceum.core.actor import Actor, Via, system_actor
from lyceum.core.schools import current_school
from lyceum.demo.build import Demo, Say
from lyceum.demo.roster import dice_for
from lyceum.domains.learning.models import Course, CourseEnrolment, CourseLesson, LearningSchedule
from lyceum.domains.learning.models import LessonProgress as Progress
from lyceum.domains.learning.rules.categories import create_category
from lyceum.domains.learning.rules.completion import evaluate
from lyceum.domains.learning.rules.courses import create_course
from lyceum.domains.learning.rules.enrolling import enrol_student
from lyceum.domains.learning.rules.lessons import create_lesson
from lyceum.domains.learning.rules.materials import add_material
from lyceum.domains.learning.rules.meetings import create_meeting
from lyceum.domains.learning.rules.modules import create_module
from lyceum.domains.learning.rules.schedules import create_schedule
from lyceum.domains.people.models import Student

WEEK = timedelta(days=7)
CATEGORIES = ("Computing", "Languages", "Making")
COURSES = (
    # name, category, course above, one sentence
    ("Web developer", "Computing", "", "From the first page to a site that people use."),
    ("HTML and CSS", "Computing", "Web developer", "Pages that read well on every screen."),
    ("JavaScript", "Computing", "Web developer", "Pages that answer."),
    ("Git in a week", "Computing", "", "Keep every version, and work together."),
    ("Spanish for beginners", "Languages", "", "Order, ask the way, introduce yourself."),
    ("British Sign Language", "Languages", "", "First signs, and how a conversation works."),
    ("Woodwork", "Making", "", "A box with joints that hold."),
)
MODULES = {
    "HTML and CSS": (
        ("First steps", ("What a page is", "Headings and text", "Links and pictures")),
        ("Looks", ("Colours and type", "Space and lines", "Small screens")),
    ),
    "JavaScript": (("The language", ("Values", "Functions", "Lists")), ("The page", ("Events", "Forms"))),
    "Git in a week": (("Alone", ("Commits", "Branches")), ("Together", ("Remotes", "Reviews"))),
    "Spanish for beginners": (("Hola", ("Greetings", "Numbers", "In the café")),),
    "Woodwork": (("In the workshop", ("Safety", "Tools")), ("The box", ("Measuring", "Sawing", "Joining"))),
}
TEXT = """Read this first, then try it yourself. *Nobody learns it by reading alone.*

## What to do

- Do the exercise on paper.
- Do it again without looking.
- Ask in the next meeting about what stayed unclear.
"""


def add_learning(demo: Demo, say: Say) -> None:
    """By the rules, in a school that teaches older pupils."""
    if not demo.plan.has_lessons:
        return
    since = max(demo.today - 3 * WEEK, demo.years[max(demo.years)].starts)
    with demo.on(since, time(9)):
        actor = system_actor(current_school(), name="Demo school", via=Via.COMMAND)
        courses = _make_catalogue(actor)
        runs = _make_runs(demo, courses, actor)
        learners = _learners(demo, since)
        for n, run in enumerate(runs):
            _join(run, list(islice(learners, 6 + n)), demo, actor)
    with demo.on(demo.today, time(7)):
        _live_through(runs, actor)
    say(f"{Course.objects.count()} courses, {CourseEnrolment.objects.count()} learners on {len(runs)} runs")


def _make_catalogue(actor: Actor) -> dict[str, Course]:
    for name in CATEGORIES:
        create_category(values={"name": name}, actor=actor)
    made: dict[str, Course] = {}
    for order, (name, shelf, above, summary) in enumerate(COURSES):
        values = {
            "name": name,
            "category": shelf.lower(),
            "parent_id": made[above].pk if above else None,
            "summary": summary,
            "description": "## What you need\n\nCuriosity, and two hours a week.",
            "order": order,
            "status": "published",
        }
        made[name] = create_course(values=values, actor=actor)
    for kind, title, url in (
        ("github_repository", "Exercises", "https://github.com/mdn/beginner-html-site"),
        ("discord", "Ask others", "https://discord.gg/web"),
        ("video", "How the web works", "https://www.youtube.com/watch?v=hJHvdBlSxug"),
        ("link", "MDN: learn web development", "https://developer.mozilla.org/en-US/docs/Learn_web_development"),
    ):
        values = {"kind": kind, "title": title, "url": url, "course_id": made["Web developer"].pk}
        add_material(values=values, actor=actor)
    return made


def _make_runs(demo: Demo, courses: dict[str, Course], actor: Actor) -> list[LearningSchedule]:
    teachers = [demo.staff[w.key].pk for w in demo.workers if w.teaches]
    rooms = [room.pk for room in demo.rooms.values()]
    runs = []
    for n, (name, modules) in enumerate(MODULES.items()):
        values = {
            "start_on": demo.today - 2 * WEEK if n < 4 else demo.today + WEEK,
            "end_on": demo.today + 8 * WEEK,
            "enrol_until": demo.instant(demo.today + 3 * WEEK),
            "delivery": "on_site" if rooms else "online",
            "location_id": rooms[n % len(rooms)] if rooms else None,
            "instructor_id": teachers[n % len(teachers)],
            "capacity": 8,
            "is_sequential": name == "Git in a week",
            "status": "published",
        }
        run = create_schedule(course_id=courses[name].pk, values=values, actor=actor)
        _write(run, modules, actor)
        _plan_meetings(run, demo, demo.today + timedelta(days=1), actor)
        runs.append(run)
    return runs


def _write(run: LearningSchedule, modules: Sequence[tuple[str, Sequence[str]]], actor: Actor) -> None:
    for title, lessons in modules:
        module = create_module(schedule_id=run.pk, values={"title": title}, actor=actor)
        for n, each in enumerate(lessons):
            values = {
                "title": each,
                "content": TEXT.format(title=each),
                "duration_minutes": 30,
                "access": "open" if n == 0 else "enrolled",
            }
            create_lesson(module_id=module.pk, values=values, actor=actor)


def _plan_meetings(run: LearningSchedule, demo: Demo, first: date, actor: Actor) -> None:
    for n in range(2):
        begins = demo.instant(first + n * WEEK, time(16))
        values = {"starts_at": begins, "ends_at": begins + timedelta(hours=1), "note": "Bring your questions"}
        create_meeting(run.pk, values=values, allow_clash=True, actor=actor)


def _learners(demo: Demo, since: date) -> Iterator[Student]:
    """Students on roll in an order of their own, each once."""
    here = [demo.students[p.key] for p in demo.pupils if p.key in demo.students and p.is_on_roll(since)]
    dice_for(demo.plan, "learning").shuffle(here)
    return iter(here)


def _join(run: LearningSchedule, students: Sequence[Student], demo: Demo, actor: Actor) -> None:
    own = Student.objects.filter(person__user=demo.users.get("student")).first()
    for student in [*([own] if own else []), *students]:
        enrol_student(run.pk, student.pk, actor=actor)


def _live_through(runs: Sequence[LearningSchedule], actor: Actor) -> None:
    """Some did everything, most a part of it, in two statements a run."""
    for run in runs[:4]:
        lessons = list(CourseLesson.objects.filter(module__schedule=run).order_by("module__order", "order"))
        enrolments = list(CourseEnrolment.objects.filter(schedule=run, status="active").order_by("enrolled_at", "pk"))
        done: list[UUID] = []
        rows = []
        for n, each in enumerate(enrolments):
            how_many = len(lessons) if n % 4 == 3 else (n + 1) % len(lessons)
            rows += [
                Progress(enrolment=each, lesson=lesson, first_opened_at=at, completed_at=at)
                for lesson, at in ((lesson, run.created_at + timedelta(days=k)) for k, lesson in enumerate(lessons))
            ][:how_many]
            done += [each.pk] if how_many == len(lessons) else []
        Progress.objects.bulk_create(rows)
        for enrolment_id in done:
            evaluate(enrolment_id, actor=actor)
