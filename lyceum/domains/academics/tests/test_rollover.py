"""Over into the next year: proposed, looked at, decided, applied once, undone as before."""

from datetime import date, timedelta

import pytest

from lyceum.core import clock
from lyceum.core.errors import NotAllowedError, NotFoundError
from lyceum.domains.academics.models import Class, ClassMembership, ClassTeacher, Grade, Placement, RolloverChange, Term
from lyceum.domains.academics.rollovers import list_access
from lyceum.domains.academics.rules.calendar import create_term
from lyceum.domains.academics.rules.members import NewMember, add_class_members, end_membership, move_student
from lyceum.domains.academics.rules.placements import NewPlacement, leave_student, place_students
from lyceum.domains.academics.rules.rollover.applying import apply_rollover
from lyceum.domains.academics.rules.rollover.beginning import begin_rollover
from lyceum.domains.academics.rules.rollover.decisions import Decided, decide
from lyceum.domains.academics.rules.rollover.looking import preview_rollover
from lyceum.domains.academics.rules.rollover.refusals import (
    RolloverBlockedError,
    RolloverClosedError,
    RolloverInUseError,
    RolloverThereError,
)
from lyceum.domains.academics.rules.rollover.undoing import undo_rollover
from lyceum.domains.academics.tests.rolling import LAST, NEXT_FIRST, NEXT_LAST, make_summer
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.rules.marks import take_register
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.journal.models import Fact
from lyceum.domains.people.models import Enrolment
from lyceum.testing.factories import (
    FIRST_DAY,
    LAST_DAY,
    NOW,
    as_actor,
    in_school,
    make_admin,
    make_manager,
    make_student,
    make_subject,
    make_teacher,
    make_teaching_class,
    set_times,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


def decide_on(summer, plan, *students, decision, **more):
    with in_school(summer.school):
        return decide(plan.pk, [s.pk for s in students], Decided(decision, **more), actor=summer.actor)


def test_everybody_goes_up_a_grade_into_the_like_form_and_the_final_grade_graduates():
    summer = make_summer("7A", "7B", "8A", finals=("8", "12"))
    ada, ben, cleo = (
        summer.student("7A", name="Ada"),
        summer.student("7B", name="Ben"),
        summer.student("8A", name="Cleo"),
    )

    plan = summer.roll()

    assert summer.standing(ada) == (
        [("7", FIRST_DAY, LAST), ("8", NEXT_FIRST, None)],
        [("7A", FIRST_DAY, LAST_DAY), ("8A", NEXT_FIRST, NEXT_LAST)],
    )
    assert summer.standing(cleo) == ([("8", FIRST_DAY, LAST)], [("8A", FIRST_DAY, LAST_DAY)])
    assert summer.decisions(plan) == {
        "Ada": ("promote", "8", "8A", "created"),
        "Ben": ("promote", "8", "8A", "created"),  # its only form
        "Cleo": ("graduate", "", "", "created"),
    }
    with in_school(summer.school):
        assert Enrolment.objects.values_list("last_day", "exit").get(student=cleo) == (LAST, "graduated")
        assert Enrolment.objects.values_list("last_day", "exit").get(student=ben) == (None, "")
        counts = {"terms": 0, "classes": 3, "class teachers": 3, "placements": 2, "leavings": 1, "memberships": 2,
                  "followers": 0, "created": 3, "already": 0, "skipped": 0}  # fmt: skip
        assert plan.counts == counts
        fact = Fact.objects.get(type="academics.rollover.applied")
        assert fact.payload == {"plan": str(plan.pk), "counts": counts}
        assert Fact.objects.filter(type="people.enrolment.ended").count() == 1


def test_nothing_changes_before_the_new_year_begins():
    summer = make_summer("7A", "8A")
    student = summer.student("7A")
    summer.roll()

    with in_school(summer.school):
        on_last = Placement.objects.filter(starts_on__lte=LAST, ends_on__gte=LAST, student=student)
        assert [row.grade.code for row in on_last] == ["7"]
        assert list(ClassMembership.objects.filter(starts_on__lte=LAST).values_list("ends_on", flat=True)) == [LAST_DAY]


def test_again_makes_no_new_row_and_takes_in_only_who_came_since():
    summer = make_summer("7A", "8A")
    summer.student("7A", name="Ada")
    plan = summer.roll()
    before = summer.dump()

    again = summer.apply(plan)
    after = summer.dump()
    summer.student("7A", name="Ben")
    third = summer.apply(plan)

    assert after == before
    assert (again.counts["already"], again.counts["created"], again.counts["placements"]) == (1, 0, 0)
    assert (third.counts["already"], third.counts["created"], third.counts["placements"]) == (1, 1, 1)
    assert summer.decisions(plan)["Ben"] == ("promote", "8", "8A", "created")


def test_who_came_since_and_stands_in_the_way_is_decided_on_and_taken_in():
    summer = make_summer("7A", "8A")
    ada = summer.student("7A", name="Ada")
    plan = summer.roll()
    new = make_student(summer.school, name="New")
    with pytest.raises(RolloverBlockedError):
        summer.apply(plan)

    seen = summer.preview(plan)
    assert (seen.state, summer.decisions(plan)["New"]) == ("applied", ("undecided", "", "", "undecided"))
    with pytest.raises(RolloverClosedError):
        decide_on(summer, plan, ada, decision="leave")
    decide_on(summer, plan, new, decision="promote", grade_id=summer.grade("8").pk)
    summer.apply(plan)

    assert summer.decisions(plan) == {
        "Ada": ("promote", "8", "8A", "already"),
        "New": ("promote", "8", "8A", "created"),
    }


def test_everybody_of_the_year_is_in_the_result_with_a_reason_if_skipped():
    summer = make_summer("7A", "8A")
    summer.student("7A", name="Ada")
    gone = summer.student("7A", name="Gone")
    with in_school(summer.school):
        leave_student(gone.pk, last_day=date(2026, 12, 18), exit="withdrawn", actor=summer.actor)
    make_student(summer.school, name="Of the summer", first_day=LAST)

    plan = summer.roll()

    assert summer.decisions(plan) == {
        "Ada": ("promote", "8", "8A", "created"),
        "Gone": ("leave", "", "", "skipped"),
    }
    with in_school(summer.school):
        assert plan.decisions.get(student=gone).reason == "left"


def test_what_stands_in_the_way_is_named_and_refused():
    summer = make_summer("7A", "8A", "9A", seats=2)
    with in_school(summer.school):
        Grade.objects.filter(position__gt=9).delete()
    make_student(summer.school, name="Nowhere")
    summer.student("9A", name="On top")
    several = [summer.student("7A", name=f"Many {n}") for n in (1, 2)]
    summer.student("8A", name="Stays")
    plan = summer.plan()
    decide_on(summer, plan, *several, decision="promote", form="9A", grade_id=summer.grade("9").pk)

    plan = summer.preview(plan)
    with pytest.raises(RolloverBlockedError) as refused:
        summer.apply(plan)

    assert plan.state == "draft"
    assert [(e["name"], e["code"]) for e in refused.value.extra["exceptions"]] == [
        ("Nowhere", "undecided"),
        ("On top", "grade_missing"),
        ("Many 1", "class_full"),
        ("Many 2", "class_full"),
        ("Stays", "class_full"),
    ]
    assert refused.value.extra["count"] == 5


def test_who_is_placed_in_the_next_year_already_is_left_there_and_never_decided_against():
    summer = make_summer("7A", "8A", "8B")
    early, _other = summer.student("7A", name="Early"), summer.student("7A", name="Other")
    plan = summer.roll(terms=False)
    summer.undo(plan)
    plan = summer.plan()
    with in_school(summer.school):
        new = NewPlacement(early.pk, summer.next_year, summer.grade("9"), NEXT_FIRST)
        place_students([new], actor=summer.actor)

    plan = summer.preview(plan)
    assert summer.decisions(plan)["Early"] == ("promote", "9", "", "no_form")
    decide_on(summer, plan, early, decision="leave")
    assert summer.decisions(plan)["Early"] == ("leave", "", "", "overlap")
    decide_on(summer, plan, early, decision="promote", grade_id=summer.grade("9").pk)
    plan = summer.apply(summer.preview(plan))

    assert summer.decisions(plan) == {
        "Early": ("promote", "9", "", "already"),
        "Other": ("promote", "8", "8A", "created"),
    }


def test_decisions_by_hand_hold_and_leave_their_traces():
    summer = make_summer("7A", "8A")
    ada, ben, cleo = (summer.student("7A", name=name) for name in ("Ada", "Ben", "Cleo"))
    plan = summer.preview(summer.plan())
    decide_on(summer, plan, ada, decision="retain")
    decide_on(summer, plan, ben, decision="transfer", note="Vale School")
    plan = decide_on(summer, plan, cleo, decision="leave", note="Moves away")
    assert plan.state == "draft"

    with pytest.raises(RolloverBlockedError):
        summer.apply(plan)
    summer.apply(summer.preview(plan))

    assert summer.standing(ada)[0][-1] == ("7", NEXT_FIRST, None)
    assert summer.standing(ada)[1][-1] == ("7A", NEXT_FIRST, NEXT_LAST)
    with in_school(summer.school):
        ended = Enrolment.objects.order_by("student__person__full_name").values_list("exit", "to_school", "exit_reason")
        assert list(ended) == [("", "", ""), ("transferred", "Vale School", ""), ("withdrawn", "", "Moves away")]


def test_terms_are_shifted_and_classes_come_with_or_without_teachers():
    summer = make_summer("7A", "8A")
    with in_school(summer.school):
        create_term(summer.year.pk, name="Autumn", starts=FIRST_DAY, ends=date(2026, 12, 18), actor=summer.actor)
        create_term(summer.year.pk, name="Spring", starts=date(2027, 1, 4), ends=LAST_DAY, actor=summer.actor)

    summer.roll(teachers=False)

    with in_school(summer.school):
        terms = Term.objects.filter(year=summer.next_year).order_by("starts").values_list("name", "starts", "ends")
        assert list(terms) == [("Autumn", NEXT_FIRST, date(2027, 12, 17)), ("Spring", date(2028, 1, 3), NEXT_LAST)]
        copied = Class.objects.filter(year=summer.next_year).order_by("name")
        assert list(copied.values_list("name", "starts", "ends")) == [
            ("7A", NEXT_FIRST, NEXT_LAST),
            ("8A", NEXT_FIRST, NEXT_LAST),
        ]
        assert ClassTeacher.objects.filter(school_class__in=copied).count() == 0


def test_undone_everything_is_as_before_row_by_row():
    summer = make_summer("7A", "8A", finals=("8", "12"))
    students = [summer.student("7A", name="Ada"), summer.student("8A", name="Ben"), summer.student("8A", name="Cleo")]
    plan = summer.plan()
    decide_on(summer, plan, students[2], decision="transfer")
    before = summer.dump()

    summer.apply(summer.preview(plan))
    assert summer.dump() != before
    plan = summer.undo(plan)

    assert summer.dump() == before
    assert (plan.state, plan.counts["kept"]) == ("undone", 0)
    with pytest.raises(RolloverClosedError):
        summer.undo(plan)
    with pytest.raises(RolloverClosedError):
        summer.apply(plan)
    assert summer.decisions(summer.plan())["Cleo"] == ("transfer", "", "", "")


def test_undoing_leaves_and_lists_what_was_changed_since_and_what_it_holds():
    summer = make_summer("7A", "8A", "8B")
    ada, ben = summer.student("7A", name="Ada"), summer.student("7A", name="Ben")
    plan = summer.roll()
    with in_school(summer.school):
        into = Class.objects.get(year=summer.next_year, name="8B")
        move_student(ada.pk, to_class=into.pk, on=NEXT_FIRST + 30 * DAY, actor=summer.actor)
    summer.undo(plan)

    assert summer.standing(ben) == ([("7", FIRST_DAY, None)], [("7A", FIRST_DAY, LAST_DAY)])
    assert [name for name, *_ in summer.standing(ada)[1]] == ["7A", "8A", "8B"]
    with in_school(summer.school):
        kept = RolloverChange.objects.filter(plan=plan).exclude(kept="").order_by("kind", "kept")
        assert [(row.kind, row.kept) for row in kept] == [
            ("academics.Class", "held"),
            ("academics.Class", "held"),
            ("academics.ClassMembership", "edited_since"),
        ]


def test_undoing_ends_with_the_first_register_and_empty_ones_do_not_count():
    summer = make_summer("7A", "8A")
    student = summer.student("7A")
    set_times(summer.school)
    before = summer.dump()
    plan = summer.roll()
    with in_school(summer.school), clock.frozen(NOW.replace(year=2027, month=9, day=1)):
        open_day(NEXT_FIRST)

    summer.undo(plan)
    assert summer.dump() == before
    plan = summer.roll()
    with in_school(summer.school), clock.frozen(NOW.replace(year=2027, month=9, day=1)):
        open_day(NEXT_FIRST)
        register = Register.objects.get(on=NEXT_FIRST, school_class__name="8A", session="AM")
        take_register(register.pk, marks=[], rest="present", actor=summer.actor)

    with pytest.raises(RolloverInUseError) as refused:
        summer.undo(plan)

    assert refused.value.extra["first"] == {"id": str(register.pk), "on": "2027-09-01", "what": "the register of 8A"}
    assert summer.standing(student)[1][-1] == ("8A", NEXT_FIRST, NEXT_LAST)


def test_students_follow_into_the_like_set_unless_it_would_be_too_full():
    summer = make_summer("7A", "8A")
    subjects = [make_subject(summer.school, code, code) for code in ("MA", "EN")]
    grades = [summer.grade(code).pk for code in ("7", "8")]
    sets = {}
    for name, subject, grade, capacity in (
        ("7A/Ma", subjects[0], grades[0], 9), ("8A/Ma", subjects[0], grades[1], 9),
        ("7A/En", subjects[1], grades[0], 9), ("8A/En", subjects[1], grades[1], 1),
        ("7/Ma2", subjects[0], grades[0], 9), ("8/Ma2", subjects[1], grades[1], 9),
    ):  # fmt: skip
        sets[name] = make_teaching_class(summer.school, name, subject=subject.pk, grades=(grade,), capacity=capacity)
    ada, ben = (summer.student("7A", name=name) for name in ("Ada", "Ben"))
    with in_school(summer.school):
        members = [NewMember(sets[name], s.pk, FIRST_DAY) for s in (ada, ben) for name in ("7A/Ma", "7A/En", "7/Ma2")]
        add_class_members(members, actor=summer.actor)
    before = summer.dump()

    plan = summer.preview(summer.plan())
    assert (plan.counts, plan.full_sets) == ({"followers": 2}, [{"name": "8A/En", "capacity": 1, "needed": 2}])
    with in_school(summer.school):
        access = list_access(plan, actor=summer.actor)
    summer.apply(plan)

    assert [(each.name, each.gains, each.loses) for each in access] == [
        ("Teacher of 7A", 0, 2),
        ("Teacher of 8A", 2, 0),
    ]
    for student in (ada, ben):
        new = {name for name, first, _last in summer.standing(student)[1] if first == NEXT_FIRST}
        assert new == {"8A", "8A/Ma"}
    summer.undo(plan)
    assert summer.dump() == before


def test_a_year_has_one_rollover_at_a_time():
    summer = make_summer("7A")
    summer.plan()

    with pytest.raises(RolloverThereError):
        summer.plan()


def test_who_may_plan_and_who_may_apply():
    summer = make_summer("7A", "8A")
    summer.student("7A")
    school = summer.school
    office, admin = make_manager(school, "Office"), make_admin(school)
    attendance, teacher = make_manager(school, "Attendance"), make_teacher(school)
    with in_school(school):
        for nobody in (attendance, teacher):
            with pytest.raises(NotAllowedError):
                begin_rollover(summer.year.pk, summer.next_year.pk, actor=as_actor(nobody, school))
        plan = begin_rollover(summer.year.pk, summer.next_year.pk, actor=as_actor(office, school))
        preview_rollover(plan.pk, actor=as_actor(office, school))
        for act in (apply_rollover, undo_rollover):
            with pytest.raises(NotAllowedError):
                act(plan.pk, actor=as_actor(office, school))
        apply_rollover(plan.pk, actor=as_actor(admin, school))
        undo_rollover(plan.pk, actor=as_actor(admin, school))


def test_another_school_is_neither_found_nor_touched():
    summer, other = make_summer("7A", "8A"), make_summer("7A", "8A", name="Dale School")
    summer.student("7A")
    stranger = other.student("7A")
    before = other.dump()
    plan = summer.plan()
    with in_school(other.school):
        for act in (preview_rollover, apply_rollover, undo_rollover):
            with pytest.raises(NotFoundError):
                act(plan.pk, actor=other.actor)
        with pytest.raises(NotFoundError):
            begin_rollover(summer.year.pk, other.next_year.pk, actor=other.actor)
    with pytest.raises(NotFoundError):
        decide_on(summer, plan, stranger, decision="leave")

    summer.undo(summer.apply(summer.preview(plan)))

    assert other.dump() == before


def test_who_is_taken_out_of_the_new_form_by_hand_is_not_put_back_by_applying_again():
    summer = make_summer("7A", "8A")
    student = summer.student("7A")
    plan = summer.roll()
    with in_school(summer.school):
        form = Class.objects.get(year=summer.next_year, name="8A")
        end_membership(form.pk, student.pk, last_day=LAST, actor=summer.actor)
    before = summer.dump()

    summer.apply(plan)

    assert summer.dump() == before
