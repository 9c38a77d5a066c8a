"""The demo school year by year, in the order of time: who comes, who moves up, who leaves."""

from collections.abc import Sequence
from datetime import date, time, timedelta

from lyceum.demo.build import SETTING_UP, Demo
from lyceum.demo.homes import add_homes
from lyceum.demo.roster import Pupil
from lyceum.demo.staffing import make_week
from lyceum.demo.timetable import draw_up_timetable, publish_timetable
from lyceum.domains.academics.models import Class, ClassMembership, Placement
from lyceum.domains.academics.rules.calendar import close_days, create_term, create_year, edit_grade
from lyceum.domains.academics.rules.classes import (
    NewClass,
    NewMember,
    NewTeacher,
    add_class_members,
    assign_teachers,
    create_classes,
    end_class_members,
)
from lyceum.domains.academics.rules.placements import NewPlacement, leave_student, place_students
from lyceum.domains.journal.rules import Entry, Target, record_all
from lyceum.domains.people.facts import EnrolmentEnded
from lyceum.domains.people.models import Enrolment
from lyceum.domains.people.rules.persons import NewPerson
from lyceum.domains.people.rules.students import NewStudent, create_students

DAY = timedelta(days=1)


def prepare_year(demo: Demo, year: int) -> None:
    """The summer before a school year: its terms, forms and lessons, and who is in them."""
    dates = demo.plan.calendars[year]
    with demo.on(dates.starts - SETTING_UP, time(9)):
        _open_year(demo, year)
        _open_forms(demo, year)
        begins = dates.school_days[0]
        here = [p for p in demo.pupils if p.first_day <= begins and (p.last_day is None or p.last_day >= dates.starts)]
        here = [p for p in here if p.seat.grade(demo.plan, year) is not None]
        admit(demo, [p for p in here if p.key not in demo.students])
        _seat(demo, year, here)
        if year == demo.plan.current and demo.plan.has_lessons:
            _open_lessons(demo, year, here)


def live_through(demo: Demo, year: int) -> None:
    """One school year: its timetable is published, then joiners and leavers come and go, up to today."""
    if year == demo.plan.current and demo.plan.has_lessons:
        with demo.on(demo.plan.calendars[year].starts - SETTING_UP, time(9)):
            publish_timetable(demo, demo.years[year])
    _through_the_year(demo, year)


def _open_year(demo: Demo, year: int) -> None:
    dates = demo.plan.calendars[year]
    weekdays = [day + 1 for day in dates.weekdays]
    row = create_year(
        name=dates.name, starts=dates.starts, ends=dates.ends, current=True, weekdays=weekdays, actor=demo.office
    )
    demo.years[year] = row
    if year == demo.plan.first:
        edit_grade(demo.grades[max(demo.plan.grades)].pk, values={"final": True}, actor=demo.office)
    for term in dates.terms:
        create_term(row.pk, name=term.name, starts=term.starts, ends=term.ends, actor=demo.office)
    for closure in dates.closures:
        close_days(closure.days, name=closure.name, kind=closure.kind, actor=demo.office)


def _open_forms(demo: Demo, year: int) -> None:
    grades, tutors = demo.grades, demo.tutors
    keys = [(grade, section) for grade in demo.plan.grades for section in demo.plan.sections]
    new = [
        NewClass(
            demo.years[year],
            f"{grade}{section}",
            grades=(grades[grade].pk,),
            section=section,
            capacity=demo.plan.seats + 2,
            room_id=demo.rooms[tutors[grade, section].room].pk if tutors[grade, section].room else None,
        )
        for grade, section in keys
    ]
    classes = create_classes(new, actor=demo.office)
    demo.forms |= {(year, *key): row for key, row in zip(keys, classes, strict=True)}
    leads = [NewTeacher(row, demo.staff[tutors[key].key]) for key, row in zip(keys, classes, strict=True)]
    assign_teachers(leads, actor=demo.office)


def admit(demo: Demo, pupils: Sequence[Pupil]) -> None:
    """Make the students' records with their enrolments and families."""
    if not pupils:
        return
    new = [
        NewStudent(
            NewPerson(
                full_name=p.full_name,
                first_name=p.first_name,
                last_name=p.last_name,
                preferred_name=p.preferred_name,
                gender=p.sex,
                birth_date=p.birth_date,
            ),
            registration_number=p.number,
            official_ids={"upn": pupil_number(p)} if demo.plan.country == "GB" else {},
            first_day=p.first_day,
            entry=p.entry,
            confirm_new=True,
        )
        for p in pupils
    ]
    students = create_students(new, actor=demo.office)
    demo.students |= {p.key: student for p, student in zip(pupils, students, strict=True)}
    add_homes(demo, pupils)


def pupil_number(pupil: Pupil) -> str:
    """A unique pupil number in the English form: a check letter, then twelve digits."""
    seat = pupil.seat
    digits = f"99{seat.start % 100:02}{ord(seat.section):03}{seat.number:02}00{int(pupil.key.endswith('b'))}"
    letters = "ABCDEFGHJKLMNPQRTUVWXYZ"
    return letters[sum(int(d) * w for w, d in enumerate(digits, start=2)) % 23] + digits


def _seat(demo: Demo, year: int, pupils: Sequence[Pupil]) -> None:
    """Into their grade and form, from the first day of the year or of theirs."""
    row, grades = demo.years[year], demo.grades
    placements, members = [], []
    for pupil in pupils:
        grade = pupil.seat.grade(demo.plan, year)
        first = max(pupil.first_day, row.starts)
        if grade is None or first > row.ends:
            continue
        student = demo.students[pupil.key].pk
        placements.append(NewPlacement(student, row, grades[grade], first))
        members.append(NewMember(demo.forms[year, grade, pupil.seat.section], student, first, row.ends))
    if placements:
        place_students(placements, actor=demo.office)
        add_class_members(members, actor=demo.office)


def _open_lessons(demo: Demo, year: int, pupils: Sequence[Pupil]) -> None:
    """The current year's teaching classes, their teachers, students and week."""
    row, grades = demo.years[year], demo.grades
    new = [
        NewClass(
            row,
            t.name,
            kind="teaching",
            grades=(grades[t.grade].pk,),
            subject_id=demo.subjects[t.subject].pk,
            capacity=demo.plan.seats + 2,
            room_id=demo.rooms[t.teacher.room].pk,
        )
        for t in demo.teachings
    ]
    classes = dict(zip((t.name for t in demo.teachings), create_classes(new, actor=demo.office), strict=True))
    leads = [NewTeacher(classes[t.name], demo.staff[t.teacher.key]) for t in demo.teachings]
    assign_teachers(leads, actor=demo.office)
    _join_lessons(demo, year, classes, pupils)
    draw_up_timetable(demo, row, classes, make_week(demo.plan, demo.teachings))


def _join_lessons(demo: Demo, year: int, classes: dict[str, Class], pupils: Sequence[Pupil]) -> None:
    taught: dict[tuple[int, str], list[Class]] = {}
    for t in demo.teachings:
        taught.setdefault((t.grade, t.section), []).append(classes[t.name])
    row = demo.years[year]
    members = [
        NewMember(each, demo.students[p.key].pk, max(p.first_day, row.starts), row.ends)
        for p in pupils
        if p.first_day <= row.ends
        for each in taught[p.seat.grade(demo.plan, year) or 0, p.seat.section]
    ]
    if members:
        add_class_members(members, actor=demo.office)


def _through_the_year(demo: Demo, year: int) -> None:
    """Joiners and leavers in the order of their days; the top grade leaves together."""
    dates = demo.plan.calendars[year]
    soon, begins = demo.today - DAY, dates.school_days[0]
    coming = [(min(p.first_day - 2 * DAY, soon), p) for p in demo.pupils if begins < p.first_day <= dates.ends]
    going = [(p.last_day, p) for p in demo.pupils if p.last_day and dates.starts - DAY <= p.last_day <= dates.ends]
    for day, pupil in sorted([*coming, *going], key=lambda event: (event[0], event[1].key)):
        if pupil.key not in demo.students:
            with demo.on(day, time(11)):
                _join(demo, year, pupil)
        elif day == pupil.last_day and pupil.exit != "graduated":
            with demo.on(day, time(15, 30)):
                _leave(demo, pupil, day)
    if year < demo.plan.current:
        with demo.on(dates.school_days[-1], time(15)):
            _graduate(demo, [p for _, p in going if p.exit == "graduated"], dates.school_days[-1])


def _graduate(demo: Demo, pupils: Sequence[Pupil], day: date) -> None:
    """What leaving does to one student, for a whole grade in a few statements."""
    students = {demo.students[p.key].pk: p for p in pupils}
    enrolments = list(Enrolment.objects.filter(student__in=students, last_day__isnull=True))
    Enrolment.objects.filter(pk__in=[e.pk for e in enrolments]).update(last_day=day, exit=Enrolment.Exit.GRADUATED)
    memberships = ClassMembership.objects.filter(student__in=students, ends_on__gt=day).values_list("pk", flat=True)
    end_class_members(list(memberships), last_day=day, actor=demo.office)
    Placement.objects.filter(student__in=students, ends_on__isnull=True).update(ends_on=day)
    entries = [
        Entry(
            "people.enrolment.change",
            Target("people.student", e.student_id, students[e.student_id].full_name),
            {"last_day": ["None", str(day)], "exit": ["", "graduated"]},
            facts=[EnrolmentEnded(student=e.student_id, enrolment=e.pk, exit="graduated")],
        )
        for e in enrolments
    ]
    record_all(entries, actor=demo.office)


def _join(demo: Demo, year: int, pupil: Pupil) -> None:
    admit(demo, [pupil])
    _seat(demo, year, [pupil])
    if year == demo.plan.current and demo.plan.has_lessons:
        rows = Class.objects.filter(year=demo.years[year], kind="teaching").select_related("year")
        _join_lessons(demo, year, {row.name: row for row in rows}, [pupil])


def _leave(demo: Demo, pupil: Pupil, day: date) -> None:
    leave_student(
        demo.students[pupil.key].pk, last_day=day, exit=pupil.exit, reason=pupil.exit_reason, actor=demo.office
    )
