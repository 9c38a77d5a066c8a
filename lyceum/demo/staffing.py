"""Who works in the demo schools, who leads which form, and who teaches what to whom in which period."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time

from lyceum.demo.names import POOLS, pick_pool
from lyceum.demo.plan import Plan
from lyceum.demo.roster import dice_for


@dataclass(frozen=True)
class SubjectPlan:
    """A subject: its code, name and department, and what a teacher can carry of it."""

    code: str
    name: str
    department: str


SUBJECTS = (
    SubjectPlan("EN", "English", "English"),
    SubjectPlan("MA", "Mathematics", "Mathematics"),
    SubjectPlan("SC", "Science", "Science"),
    SubjectPlan("FR", "French", "Languages"),
    SubjectPlan("ES", "Spanish", "Languages"),
    SubjectPlan("HI", "History", "Humanities"),
    SubjectPlan("GE", "Geography", "Humanities"),
    SubjectPlan("PE", "Physical education", "Physical education"),
    SubjectPlan("AR", "Art", "Creative arts"),
    SubjectPlan("MU", "Music", "Creative arts"),
    SubjectPlan("CO", "Computing", "Technology"),
    SubjectPlan("DT", "Design and technology", "Technology"),
)

PERIODS = (
    ("P1", time(9, 0), time(9, 50)),
    ("P2", time(9, 50), time(10, 40)),
    ("P3", time(11, 0), time(11, 50)),
    ("P4", time(11, 50), time(12, 40)),
    ("P5", time(13, 15), time(14, 5)),
    ("P6", time(14, 5), time(14, 55)),
)
DAYS = 5
MOST_CLASSES = {"SC": 3, "PE": 5, "EN": 4, "MA": 4, "CO": 4, "DT": 4}
"""How many classes one teacher takes of a subject; five of any other."""


@dataclass
class Worker:
    """Somebody who works here."""

    key: str
    first_name: str
    last_name: str
    sex: str
    job: str
    joined_on: date
    subject: str = ""
    room: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def teaches(self) -> bool:
        return bool(self.subject)


@dataclass(frozen=True)
class Teaching:
    """A subject that one teacher teaches one form, so many periods a week."""

    grade: int
    section: str
    subject: str
    periods: int
    teacher: Worker

    @property
    def name(self) -> str:
        return f"{self.grade}{self.section}/{self.subject}"


@dataclass(frozen=True)
class Slot:
    """One lesson of the week; weekday as ISO number."""

    teaching: Teaching
    weekday: int
    period: int


OFFICE_JOBS = (
    ("head", "Headteacher"),
    ("office", "Office manager"),
    ("deputy1", "Deputy headteacher"),
    ("deputy2", "Deputy headteacher"),
    ("senco", "Special educational needs coordinator"),
    ("attendance", "Attendance officer"),
    ("admin", "Receptionist"),
    ("library", "Librarian"),
    ("premises", "Site manager"),
    ("ta1", "Teaching assistant"),
    ("ta2", "Teaching assistant"),
)


def week_of(grade: int, section: str, plan: Plan) -> tuple[tuple[str, int], ...]:
    """The subjects of a form with their periods a week: seven subjects, thirty periods."""
    first_half = plan.sections.index(section) % 2 == 0
    language, humanities = ("FR", "HI") if first_half else ("ES", "GE")
    core = (("EN", 5), ("MA", 5), ("SC", 6))
    if plan.grades.index(grade) < 3:
        return (*core, (language, 4), (humanities, 4), ("PE", 3), ("AR" if first_half else "MU", 3))
    return (*core, (language, 3), (humanities, 4), ("PE", 2), ("CO" if first_half else "DT", 5))


def make_staff(plan: Plan) -> tuple[list[Worker], list[Teaching]]:
    """Everybody who works here; at a school with lessons also what each teacher teaches."""
    office = [_worker(plan, key, job) for key, job in (OFFICE_JOBS if plan.has_lessons else OFFICE_JOBS[:2])]
    if not plan.has_lessons:
        forms = [(grade, section) for grade in plan.grades for section in plan.sections]
        teachers = [_worker(plan, f"t{n:02}", "Class teacher", subject="all") for n in range(1, len(forms) + 1)]
        return [*office, *teachers], []
    wanted = [
        (grade, section, subject, periods)
        for grade in plan.grades
        for section in plan.sections
        for subject, periods in week_of(grade, section, plan)
    ]
    teachers, teachings = [], []
    for subject in SUBJECTS:
        classes = [row for row in wanted if row[2] == subject.code]
        count = -(-len(classes) // MOST_CLASSES.get(subject.code, 5))
        team = [
            _worker(plan, f"{subject.code.lower()}{n}", f"Teacher of {subject.name.lower()}", subject=subject.code)
            for n in range(1, count + 1)
        ]
        teachers += team
        teachings += [
            Teaching(grade, section, code, periods, team[n % count])
            for n, (grade, section, code, periods) in enumerate(classes)
        ]
    for n, teacher in enumerate(teachers):
        teacher.room = f"Room {n // 12 + 1}{n % 12 + 1:02}"
    return [*office, *teachers], teachings


def _worker(plan: Plan, key: str, job: str, *, subject: str = "") -> Worker:
    dice = dice_for(plan, "staff", key)
    pool = POOLS[0] if dice.random() < 0.6 else pick_pool(dice)
    sex = dice.choices(("female", "male"), weights=(64, 36))[0]
    joined = date(plan.first - dice.randint(0, 9), 9, 1)
    return Worker(key, dice.choice(pool.adult(sex)), dice.choice(pool.surnames), sex, job, joined, subject)


def form_tutors(plan: Plan, staff: Sequence[Worker]) -> dict[tuple[int, str], Worker]:
    """Who leads each form: another teacher for each."""
    teachers = [w for w in staff if w.teaches]
    dice_for(plan, "tutors").shuffle(teachers)
    forms = [(grade, section) for grade in plan.grades for section in plan.sections]
    return {form: teachers[n % len(teachers)] for n, form in enumerate(forms)}


def make_week(plan: Plan, teachings: Sequence[Teaching]) -> list[Slot]:
    """A week in which nobody is in two places at once.

    Each form's lessons are dealt over the days; then each day is a colouring of the edges between forms and
    teachers, for which six periods suffice as long as nobody has more than six lessons (Kőnig).
    """
    slots = []
    for weekday, lessons in enumerate(_deal(plan, teachings), start=1):
        for teaching, period in _colour(lessons):
            slots.append(Slot(teaching, weekday, period))
    return slots


def _deal(plan: Plan, teachings: Sequence[Teaching]) -> list[list[Teaching]]:
    """Each subject on as many days as it can be, six lessons a day for each form, no teacher above six."""
    days: list[list[Teaching]] = [[] for _ in range(DAYS)]
    busy: list[Counter[str]] = [Counter() for _ in range(DAYS)]
    for grade in plan.grades:
        for section in plan.sections:
            lessons = [t for t in teachings if (t.grade, t.section) == (grade, section) for _ in range(t.periods)]
            load = [sum(busy[d][t.teacher.key] for t in lessons) for d in range(DAYS)]
            turn = min(range(DAYS), key=lambda k: _overload(lessons, k, busy) * 1000 + load[k])
            for n, teaching in enumerate(lessons):
                day = (n + turn) % DAYS
                days[day].append(teaching)
                busy[day][teaching.teacher.key] += 1
    return days


def _overload(lessons: Sequence[Teaching], turn: int, busy: list[Counter[str]]) -> int:
    """How far teachers would come above six lessons a day if the form's week began on that day."""
    after = [Counter(b) for b in busy]
    for n, teaching in enumerate(lessons):
        after[(n + turn) % DAYS][teaching.teacher.key] += 1
    return sum(max(0, count - len(PERIODS)) for day in after for count in day.values())


def _colour(lessons: Iterable[Teaching]) -> list[tuple[Teaching, int]]:
    """Give each lesson of a day a period; where form and teacher share no free one, swap along a path."""
    form_at: dict[tuple[str, int], Teaching] = {}
    teacher_at: dict[tuple[str, int], Teaching] = {}
    for lesson in lessons:
        form, teacher = _form(lesson), lesson.teacher.key
        free_form = [p for p in range(len(PERIODS)) if (form, p) not in form_at]
        free_teacher = [p for p in range(len(PERIODS)) if (teacher, p) not in teacher_at]
        both = [p for p in free_form if p in free_teacher]
        period = both[0] if both else _swap(lesson, free_form[0], free_teacher[0], form_at, teacher_at)
        form_at[form, period] = teacher_at[teacher, period] = lesson
    return [(lesson, period) for (_, period), lesson in form_at.items()]


def _form(lesson: Teaching) -> str:
    return f"{lesson.grade}{lesson.section}"


def _swap(
    lesson: Teaching,
    free_form: int,
    free_teacher: int,
    form_at: dict[tuple[str, int], Teaching],
    teacher_at: dict[tuple[str, int], Teaching],
) -> int:
    """Free the teacher in the period in which the form is free, by exchanging two periods along the path."""
    path, at_teacher, node, period = [], True, lesson.teacher.key, free_form
    while True:
        found = (teacher_at if at_teacher else form_at).get((node, period))
        if found is None:
            break
        path.append((found, period))
        node = _form(found) if at_teacher else found.teacher.key
        at_teacher, period = not at_teacher, free_teacher if period == free_form else free_form
    for found, old in path:
        del form_at[_form(found), old], teacher_at[found.teacher.key, old]
    for found, old in path:
        new = free_teacher if old == free_form else free_form
        form_at[_form(found), new] = teacher_at[found.teacher.key, new] = found
    return free_form
