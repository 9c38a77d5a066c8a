"""Concerns are raised with the figures of that day, and numbers are summed by group."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.errors import InvalidError, NotAllowedError, NotFoundError
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.models import Grade, Placement
from lyceum.domains.attendance.concerns import list_concerns, weeks_back
from lyceum.domains.attendance.groups import summarise_by
from lyceum.domains.attendance.models import Concern, DaySummary, SessionMark
from lyceum.domains.attendance.numbers import summarise
from lyceum.domains.attendance.overview import persistent_by_grade
from lyceum.domains.attendance.rules.concerns import close_concern, raise_concerns, take_concern
from lyceum.domains.attendance.rules.methods import rule_on, set_rule
from lyceum.domains.attendance.rules.refusals import ConcernClosedError
from lyceum.domains.attendance.tasks import raise_school_concerns
from lyceum.domains.attendance.tests.conftest import TODAY, Morning, make_morning
from lyceum.domains.journal.models import Fact
from lyceum.domains.people.models import Flag
from lyceum.testing.clients import browser, software, statements_for
from lyceum.testing.factories import FIRST_DAY, NOW, as_actor, guardian_of, in_school, make_admin

EVENING = datetime(2026, 11, 20, 17, 33, tzinfo=UTC)
HERE, LATE, ILL, AWAY, AFTER = (
    ("/", "present"),
    ("L", "late"),
    ("I", "authorised"),
    ("O", "unauthorised"),
    ("U", "late_after_close"),
)
Marks = Sequence[tuple[str, str]]


def write_days(student: UUID, days: Sequence[date], marks: Marks) -> None:
    """The student's last sessions as they stand, one a day, the last on the last day."""
    days = days[-len(marks) :]
    SessionMark.objects.bulk_create(
        SessionMark(student_id=student, on=on, session="AM", symbol=symbol, meaning=meaning, recorded_at=NOW)
        for on, (symbol, meaning) in zip(days, marks, strict=True)
    )
    DaySummary.objects.bulk_create(
        DaySummary(
            student_id=student,
            on=on,
            possible=1,
            attended=meaning in ("present", "late"),
            authorised=meaning == "authorised",
            unauthorised=meaning in ("unauthorised", "late_after_close"),
            late=meaning in ("late", "late_after_close"),
        )
        for on, (_symbol, meaning) in zip(days, marks, strict=True)
    )


@pytest.mark.parametrize(
    ("marks", "kinds"),
    [
        ([HERE] * 18 + [ILL, HERE], []),  # 5 %
        ([HERE] * 17 + [ILL, HERE, ILL], ["persistent"]),  # the tenth part itself
        ([HERE] * 16 + [ILL, HERE, ILL], []),  # 19 sessions are too few
        ([HERE, ILL] * 10, ["persistent", "severe"]),  # half of them
        ([HERE] * 20 + [ILL] * 2, []),  # two days in a row, 9 %
        ([HERE] * 36 + [ILL] * 3, ["consecutive"]),
        ([HERE] * 36 + [ILL] * 3 + [HERE], ["consecutive"]),  # back today
        ([HERE] * 36 + [ILL] * 3 + [HERE] * 2, []),  # back yesterday: it was raised then
        ([HERE] * 15 + [LATE, HERE] * 5, ["late"]),
        ([HERE] * 15 + [LATE, HERE] * 4, []),
        ([HERE] * 15 + [AFTER, HERE] * 4 + [LATE], ["late", "persistent"]),  # too late counts as unauthorised as well
        ([HERE] * 10 + [HERE, AWAY, HERE, HERE, HERE] * 2 + [HERE] * 20, []),
        ([HERE, AWAY] * 10 + [HERE] * 25, ["persistent", "unauthorised"]),  # ten within ten weeks
        ([HERE, AWAY] * 9 + [HERE] * 25, ["persistent"]),
    ],
)
def test_what_is_raised(morning: Morning, marks: Marks, kinds: list[str]):
    student = morning.students[0].pk
    with clock.frozen(EVENING), in_school(morning.school):
        write_days(student, school_days().between(FIRST_DAY, TODAY), marks)

        raised = raise_concerns(TODAY, actor=system_actor(morning.school.pk))

        assert sorted(each.kind for each in raised) == kinds
        assert raise_concerns(TODAY, actor=system_actor(morning.school.pk)) == []
        facts = Fact.objects.filter(type="attendance.concern.raised")
        assert sorted(fact.payload["kind"] for fact in facts) == kinds


def test_the_evidence_is_frozen_and_lists_every_session_behind_it(morning: Morning):
    student = morning.students[0].pk
    with clock.frozen(EVENING), in_school(morning.school):
        days = school_days().between(FIRST_DAY, TODAY)
        write_days(student, days, [HERE] * 17 + [ILL, HERE, ILL])
        [concern] = raise_concerns(TODAY, actor=system_actor(morning.school.pk))

        SessionMark.objects.filter(student=student).delete()

        said = Concern.objects.get(pk=concern.pk).evidence
        assert (said["possible"], said["attended"], said["from_percent"]) == (20, 18, 10)
        assert said["sessions"] == [[f"{d}", "AM", "I", "authorised"] for d in (days[-3], days[-1])]


def test_a_concern_is_taken_in_hand_closed_and_not_raised_again_for_the_same_days(morning: Morning):
    student, system = morning.students[0].pk, system_actor(morning.school.pk)
    with clock.frozen(EVENING), in_school(morning.school):
        write_days(student, school_days().between(FIRST_DAY, TODAY), [HERE] * 36 + [ILL] * 3)
        [concern] = raise_concerns(TODAY, actor=system)
        with pytest.raises(NotAllowedError):
            take_concern(concern.pk, actor=morning.teacher)

        assert take_concern(concern.pk, note="Called home", actor=morning.office).state == "in_hand"
        closed = close_concern(concern.pk, actor=morning.office)

        assert (closed.state, closed.note, closed.taken_by_name) == ("closed", "Called home", "Olive Office")
        assert raise_concerns(TODAY, actor=system) == []
        with pytest.raises(ConcernClosedError):
            take_concern(concern.pk, actor=morning.office)


def test_thresholds_are_settable(morning: Morning):
    head = as_actor(make_admin(morning.school), morning.school)
    with clock.frozen(EVENING), in_school(morning.school):
        set_rule(starts_on=TODAY, numbers={"consecutive_days": 2}, actor=head)
        write_days(morning.students[0].pk, school_days().between(FIRST_DAY, TODAY), [HERE] * 6 + [ILL] * 2)

        assert [c.kind for c in raise_concerns(TODAY, actor=system_actor(morning.school.pk))] == ["consecutive"]
        with pytest.raises(InvalidError):
            set_rule(starts_on=TODAY, numbers={"persistent_percent": 60}, actor=head)  # more than severe
        with pytest.raises(InvalidError):
            set_rule(starts_on=TODAY, numbers={"full_minutes": 100}, actor=head)  # less than half
        assert rule_on(TODAY).persistent_percent == 10


def test_the_job_runs_in_the_schools_own_evening(morning: Morning):
    with clock.frozen(EVENING), in_school(morning.school):
        write_days(morning.students[0].pk, school_days().between(FIRST_DAY, TODAY), [HERE] * 36 + [ILL] * 3)
    with clock.frozen(NOW), in_school(morning.school):
        assert raise_school_concerns(actor=system_actor(morning.school.pk)) == 0
    with clock.frozen(EVENING), in_school(morning.school):
        assert raise_school_concerns(actor=system_actor(morning.school.pk)) == 1


def test_a_school_week_is_one_in_which_school_is_kept(morning: Morning):
    with in_school(morning.school):
        assert weeks_back(TODAY, 1) == date(2026, 11, 16)
        assert weeks_back(TODAY, 10) == date(2026, 9, 14)
        assert weeks_back(TODAY, 50) == date(2026, 8, 31)  # the first week of the first year


def test_families_and_other_schools_see_no_concern(morning: Morning):
    there = make_morning(1, name="Valley School")
    guardian = as_actor(guardian_of(morning.students[0]), morning.school)
    with clock.frozen(EVENING), in_school(morning.school):
        write_days(morning.students[0].pk, school_days().between(FIRST_DAY, TODAY), [HERE] * 36 + [ILL] * 3)
        [concern] = raise_concerns(TODAY, actor=system_actor(morning.school.pk))
        with pytest.raises(NotAllowedError):
            list_concerns(guardian)
        assert [c.pk for c in list_concerns(morning.teacher)] == [concern.pk]
    with in_school(there.school):
        with pytest.raises(NotFoundError):
            close_concern(concern.pk, actor=there.office)
        assert raise_concerns(TODAY, actor=system_actor(there.school.pk)) == []


@pytest.mark.usefixtures("db", "at_school")
def test_lists_take_the_same_statements_for_one_and_for_three():
    counts: dict[str, list[int]] = {}
    for size in (1, 3):
        morning = make_morning(size)
        with clock.frozen(EVENING), in_school(morning.school):
            for student in morning.students:
                write_days(student.pk, school_days().between(FIRST_DAY, TODAY), [HERE] * 36 + [ILL] * 3)
            raise_concerns(TODAY, actor=system_actor(morning.school.pk))
        for path in ("/attendance/concerns/", "/api/v1/attendance/concerns/"):
            client = browser if path.startswith("/att") else software
            count = statements_for(client(morning.office_user, morning.school), path)
            counts.setdefault(path, []).append(count)

    assert all(one == three for one, three in counts.values()), counts


def test_groups_are_sums_and_small_groups_with_a_flag_are_hidden(morning: Morning):
    with clock.frozen(EVENING), in_school(morning.school):
        days = school_days().between(FIRST_DAY, TODAY)
        for n, student in enumerate(morning.students):
            write_days(student.pk, days, [HERE] * (4 - n) + [ILL] * n)
            Flag.objects.create(student=student, kind="sen", text="Reads large print", starts_on=FIRST_DAY)
        span = {"first": days[-4], "last": TODAY}
        whole = summarise(morning.office, **span).total  # type: ignore[arg-type]

        by_class = summarise_by(morning.office, "class", **span)  # type: ignore[arg-type]
        by_weekday = summarise_by(morning.office, "weekday", **span)  # type: ignore[arg-type]
        by_meaning = summarise_by(morning.office, "meaning", **span)  # type: ignore[arg-type]
        by_flag = summarise_by(morning.office, "flag", **span)  # type: ignore[arg-type]

        assert [(g.label, g.students, g.numbers.possible) for g in by_class.groups] == [("7A", 3, 12)]
        assert sum(g.numbers.attended for g in by_weekday.groups) == whole.attended
        assert [(g.key, g.numbers.attended, g.numbers.authorised) for g in by_meaning.groups] == [
            ("present", 9, 0),
            ("authorised", 0, 3),
        ]
        assert (by_flag.groups, by_flag.hidden) == ([], 1)
        with pytest.raises(NotAllowedError):
            summarise_by(morning.teacher, "flag", **span)  # type: ignore[arg-type]
        with pytest.raises(InvalidError):
            summarise_by(morning.office, "shoe size", **span)  # type: ignore[arg-type]


def test_the_summary_over_rest_has_the_groups(morning: Morning):
    with clock.frozen(EVENING), in_school(morning.school):
        write_days(morning.students[0].pk, [TODAY], [HERE])
    client = software(morning.office_user, morning.school)

    answer = client.get("/api/v1/attendance/summary/?from=2026-11-20&to=2026-11-20&by=class").json()

    assert [(g["label"], g["of"], g["attended"], g["percent"]) for g in answer["groups"]] == [("7A", 1, 1, "100.0")]


def test_the_heads_figures_open_the_students_they_count(morning: Morning):
    head = make_admin(morning.school)
    with clock.frozen(EVENING):
        with in_school(morning.school):
            days = school_days().between(FIRST_DAY, TODAY)
            write_days(morning.students[0].pk, days, [HERE] * 17 + [ILL, HERE, ILL])
            write_days(morning.students[1].pk, days, [HERE] * 20)
            for student in morning.students[:2]:
                grade = Grade.objects.order_by("position")[0]
                Placement.objects.create(student=student, year=morning.form.year, grade=grade, starts_on=FIRST_DAY)
            actor = as_actor(head, morning.school)
            assert [(g.students, g.persistent) for g in persistent_by_grade(actor)] == [(2, 1)]

        page = browser(head, morning.school).get(f"/attendance/persistent/?grade={grade.pk}").content.decode()

    assert "1 student" in page
    assert "Student 00" in page
    assert "Student 01" not in page
