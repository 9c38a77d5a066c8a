"""Years, terms, closed days, grades, subjects and rooms."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.errors import InvalidError, NotAllowedError, NotFoundError
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.models import AcademicYear, ClosedDay, Grade, Location, Subject, Term
from lyceum.domains.academics.queries import list_grades
from lyceum.domains.academics.rules.calendar import (
    NameTakenError,
    NewSubject,
    YearsOverlapError,
    close_days,
    create_grade,
    create_subjects,
    create_term,
    create_year,
    reopen_day,
    reopen_days,
)
from lyceum.domains.academics.rules.locations import create_location
from lyceum.domains.academics.tasks import begin_years
from lyceum.domains.journal.models import AuditEntry
from lyceum.testing.factories import (
    FIRST_DAY,
    LAST_DAY,
    as_actor,
    in_school,
    make_school,
    make_subject,
    make_teacher,
    make_year,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def refused(school, act, error):
    with in_school(school), pytest.raises(error) as caught:
        act(system_actor(school.pk))
    return caught.value


def test_a_new_current_year_closes_the_one_before():
    school = make_school()
    old = make_year(school)
    new = make_year(school, "2027/28", starts=LAST_DAY + DAY, ends=date(2028, 7, 20))

    with in_school(school):
        states = dict(AcademicYear.objects.values_list("pk", "state"))
    assert states == {old.pk: "closed", new.pk: "current"}


def test_a_planned_year_is_the_current_one_from_its_first_day_by_the_school_s_clock():
    school, other = make_school("Hill School", time_zone="Pacific/Auckland"), make_school("Vale School")
    first = LAST_DAY + DAY
    planned = {}
    for each in (school, other):
        make_year(each)
        with in_school(each):
            planned[each.pk] = create_year(
                name="2027/28", starts=first, ends=date(2028, 7, 20), actor=system_actor(each.pk)
            ).pk

    # In Auckland it is the first day already, in London still the evening before.
    with clock.frozen(datetime(2027, 7, 20, 20, tzinfo=UTC)):
        begin_years(0)
        begin_years(0)

    with in_school(school):
        states = dict(AcademicYear.objects.values_list("name", "state"))
        assert states == {"2026/27": "closed", "2027/28": "current"}
        begun = AuditEntry.objects.get(action="academics.year.current")
        assert (begun.target_id, begun.changes) == (str(planned[school.pk]), {"state": ["planned", "current"]})
    with in_school(other):
        assert dict(AcademicYear.objects.values_list("name", "state")) == {"2026/27": "current", "2027/28": "planned"}


def test_years_share_no_day_and_no_name_but_two_schools_may():
    school, other = make_school("Hill School"), make_school("Vale School")
    make_year(school)
    make_year(other)

    def make(name, starts):
        ends = starts + 30 * DAY
        return refused(
            school,
            lambda actor: create_year(name=name, starts=starts, ends=ends, actor=actor),
            (YearsOverlapError, NameTakenError),
        )

    assert make("Again", LAST_DAY).code == "dates_overlap"
    assert make(" 2026/27 ", LAST_DAY + DAY).code == "name_taken"


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"name": " "}, "/name"),
        ({"name": "x" * 41}, "/name"),
        ({"ends": FIRST_DAY}, "/ends"),
        ({"ends": FIRST_DAY + 900 * DAY}, "/ends"),
        ({"weekdays": []}, "/weekdays"),
        ({"weekdays": [0, 1]}, "/weekdays"),
    ],
)
def test_a_year_that_makes_no_sense_is_refused(values, pointer):
    given = {"name": "Y", "starts": FIRST_DAY, "ends": LAST_DAY} | values
    error = refused(make_school(), lambda actor: create_year(**given, actor=actor), InvalidError)

    assert error.errors[0].pointer == pointer


def test_terms_lie_inside_their_year_and_share_no_day():
    school = make_school()
    year = make_year(school)

    def term(name, starts, ends):
        with in_school(school):
            return create_term(year.pk, name=name, starts=starts, ends=ends, actor=system_actor(school.pk))

    term("Autumn", FIRST_DAY, date(2026, 12, 18))
    for name, starts, ends, error in (
        ("Early", FIRST_DAY - DAY, FIRST_DAY, InvalidError),
        ("Late", LAST_DAY, LAST_DAY + DAY, InvalidError),
        ("Turned", LAST_DAY, LAST_DAY - DAY, InvalidError),
        ("Twice", date(2026, 12, 18), LAST_DAY, YearsOverlapError),
        ("autumn ".title().strip(), date(2027, 1, 4), LAST_DAY, NameTakenError),
    ):
        with pytest.raises(error):
            term(name, starts, ends)
    with in_school(school):
        assert list(Term.objects.values_list("name", flat=True)) == ["Autumn"]


def test_a_term_of_another_schools_year_is_not_made():
    school, other = make_school("Hill School"), make_school("Vale School")
    year = make_year(other)
    refused(
        school,
        lambda actor: create_term(year.pk, name="T", starts=FIRST_DAY, ends=LAST_DAY, actor=actor),
        NotFoundError,
    )


def test_the_database_keeps_years_and_terms_apart_as_well():
    school = make_school()
    year = make_year(school)
    with in_school(school):
        Term.objects.create(year=year, name="A", starts=FIRST_DAY, ends=FIRST_DAY + DAY)
        with pytest.raises(IntegrityError), transaction.atomic():
            Term.objects.create(year=year, name="B", starts=FIRST_DAY + DAY, ends=LAST_DAY)
        with pytest.raises(IntegrityError), transaction.atomic():
            AcademicYear.objects.create(name="B", starts=LAST_DAY, ends=LAST_DAY + DAY)


def test_school_is_kept_on_weekdays_of_a_term_that_are_not_closed():
    school = make_school()
    year = make_year(school)
    monday = date(2026, 9, 7)
    with in_school(school):
        actor = system_actor(school.pk)
        create_term(year.pk, name="Autumn", starts=FIRST_DAY, ends=date(2026, 12, 18), actor=actor)
        close_days([monday], name="Founders’ day", actor=actor)
        days = {
            "closed": monday,
            "open": monday + DAY,
            "weekend": monday - DAY,
            "holidays": date(2026, 12, 21),
            "no year": LAST_DAY + DAY,
        }
        known = school_days()
        kept = {name for name, day in days.items() if known.is_school_day(day)}
        why = {name: known.why_closed(day) for name, day in days.items() if name != "open"}
        listed = known.between(monday - 3 * DAY, monday + DAY)

    assert kept == {"open"}
    assert why == {
        "closed": "Founders’ day",
        "weekend": "weekend",
        "holidays": "holidays",
        "no year": "no school year",
    }
    assert listed == [monday - 3 * DAY, monday + DAY]


def test_days_closed_before_stay_as_they_are_and_can_be_opened_again():
    school, other = make_school("Hill School"), make_school("Vale School")
    days = [FIRST_DAY + n * DAY for n in range(3)]
    with in_school(school):
        actor = system_actor(school.pk)
        closed = (
            close_days(days[:2], name="Training", kind="training", actor=actor),
            close_days([*days, days[2]], name="Snow", kind="closure", actor=actor),
        )
        reopen_day(ClosedDay.objects.get(on=days[0]).pk, actor=actor)
        left = list(ClosedDay.objects.order_by("on").values_list("on", "name"))
        last = ClosedDay.objects.latest("on")

    assert [[row.on for row in rows] for rows in closed] == [days[:2], days[2:]]
    assert left == [(days[1], "Training"), (days[2], "Snow")]
    refused(other, lambda actor: reopen_day(last.pk, actor=actor), NotFoundError)


def test_days_closed_by_one_act_are_opened_by_one():
    school, other = make_school("Hill School"), make_school("Vale School")
    days = [FIRST_DAY + n * DAY for n in range(3)]
    with in_school(school):
        actor = system_actor(school.pk)
        ids = [row.pk for row in close_days(days, name="Snow", actor=actor)]
        reopen_day(ids[0], actor=actor)
        opened = reopen_days(ids, actor=actor)
        left = ClosedDay.objects.count()

    assert ([row.on for row in opened], left) == (days[1:], 0)
    refused(other, lambda actor: reopen_days(ids, actor=actor), NotFoundError)
    refused(school, lambda actor: reopen_days(ids, actor=actor), NotFoundError)


def test_a_school_starts_with_twelve_grades_and_adds_its_own():
    school = make_school()
    with in_school(school):
        actor = system_actor(school.pk)
        create_grade(code="R", name="Reception", position=0, actor=actor)
        codes = list(list_grades(actor).values_list("code", flat=True))

    assert codes == ["R", *(str(n) for n in range(1, 13))]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"code": "7"}, "name_taken"),
        ({"position": 7}, "name_taken"),
        ({"code": ""}, "invalid"),
        ({"name": "x" * 81}, "invalid"),
        ({"position": -1}, "invalid"),
    ],
)
def test_a_grade_has_its_own_code_and_place(values, code):
    given = {"code": "13", "name": "Year 13", "position": 13} | values
    error = refused(make_school(), lambda a: create_grade(**given, actor=a), (NameTakenError, InvalidError))

    assert error.code == code


def test_subjects_have_codes_of_their_own():
    school, other = make_school("Hill School"), make_school("Vale School")
    make_subject(school)
    make_subject(other)

    for new in ([NewSubject("MA", "Maths")], [NewSubject("EN", "A"), NewSubject(" EN", "B")]):
        error = refused(school, lambda actor, new=new: create_subjects(new, actor=actor), NameTakenError)
        assert new[0].code in error.detail
    refused(school, lambda actor: create_subjects([NewSubject("", "A")], actor=actor), InvalidError)
    with in_school(school):
        assert Subject.objects.count() == 1


def test_rooms_have_names_of_their_own():
    school = make_school()
    with in_school(school):
        create_location(name="R1", capacity=30, actor=system_actor(school.pk))

    refused(school, lambda actor: create_location(name=" R1", actor=actor), NameTakenError)
    refused(school, lambda actor: create_location(name="R2", capacity=0, actor=actor), InvalidError)
    with in_school(school):
        assert list(Location.objects.values_list("name", "capacity")) == [("R1", 30)]


def test_teachers_set_up_nothing():
    school = make_school()
    teacher = as_actor(make_teacher(school), school)
    with in_school(school):
        for act in (
            lambda: create_year(name="Y", starts=FIRST_DAY, ends=LAST_DAY, actor=teacher),
            lambda: close_days([FIRST_DAY], name="Snow", actor=teacher),
            lambda: create_grade(code="R", name="R", position=0, actor=teacher),
            lambda: create_subjects([NewSubject("MA", "Maths")], actor=teacher),
            lambda: create_location(name="R1", actor=teacher),
        ):
            with pytest.raises(NotAllowedError):
                act()

        assert Grade.objects.count() == 12
