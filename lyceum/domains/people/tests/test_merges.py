"""Two records of one person become one, and two again."""

from datetime import date, timedelta

import pytest
from django.apps import apps

from lyceum.core import clock
from lyceum.core.actor import Via, system_actor
from lyceum.core.errors import InvalidError, NotAllowedError, NotFoundError
from lyceum.core.permissions import Role
from lyceum.core.references import references_to
from lyceum.core.schools import SchoolOwned, current_school
from lyceum.domains.academics.models import ClassMembership, Placement
from lyceum.domains.attendance.models import DaySummary, Mark, MarkChange, Register, SessionMark
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.journal.models import AuditEntry, Fact
from lyceum.domains.people.models import Enrolment, GuardianLink, Merge, Person, Student
from lyceum.domains.people.queries import matching
from lyceum.domains.people.rules.merges import (
    MergeBlockedError,
    MergeNotUndoableError,
    merge_people,
    preview_merge,
    undo_merge,
)
from lyceum.domains.people.rules.numbers import taken_numbers
from lyceum.testing.factories import (
    NOW,
    account_for,
    as_actor,
    in_school,
    make_class,
    make_guardian,
    make_manager,
    make_school,
    make_staff,
    make_student,
    set_times,
)
from lyceum.testing.rows import every_row

pytestmark = pytest.mark.django_db
UNTOUCHED = ("django_", "procrastinate_", "journal_", "people_merge")


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


def setting():
    """Anna is in the records twice, both times in 7A; Amy and a second adult belong to her."""
    school = make_school()
    form = make_class(school)
    set_times(school)
    kept = make_student(school, form, name="Anna Smith", mobiles=("07700 900111",))
    twin = make_student(school, form, name="Ana Smith", birth_date=date(2014, 3, 7), mobiles=("07700 900111",))
    make_guardian(kept, name="Amy Smith")
    make_guardian(twin, name="Grandma")
    office = as_actor(make_manager(school, "Office"), school, via=Via.PAGE)
    return school, kept, twin, office


def take(session, **symbols):
    """The register of 7A today: the symbol of each number that is named; nobody else is marked."""
    open_day(NOW.date())
    register = Register.objects.get(session=session)
    students = {s.registration_number[-1]: s.pk for s in Student.objects.all()}
    marks = [GivenMark(students[number[-1]], symbol) for number, symbol in symbols.items()]
    take_register(register.pk, marks=marks, actor=system_actor(current_school()))


def everything():
    """Every row of the school's tables, as PostgreSQL shows it, but the trail and the merge itself."""
    tables = sorted({m._meta.db_table for m in apps.get_models() if issubclass(m, SchoolOwned) or _walled(m)})
    return every_row(table for table in tables if not table.startswith(UNTOUCHED))


def _walled(model):
    return any(field.name == "school" for field in model._meta.local_fields) and model.__module__.startswith("lyceum")


def references(student):
    return {r.table for r in references_to(Student) if r.model._default_manager.filter(**{r.name: student}).exists()}


def test_everything_moves_and_the_second_record_is_gone():
    school, kept, twin, office = setting()
    with in_school(school):
        take("AM", n1="/")
        take("PM", n2="\\")
        merge = merge_people(kept.person_id, twin.person_id, actor=office)

        student = Student.objects.select_related("person").get()
        assert student.pk == kept.pk
        assert student.former_numbers == [twin.registration_number]
        assert (student.person.birth_date, student.person.former_names) == (date(2014, 3, 7), ["Ana Smith"])
        assert references(twin.pk) == set()
        assert sorted(SessionMark.objects.values_list("student_id", "session")) == [(kept.pk, "AM"), (kept.pk, "PM")]
        assert DaySummary.objects.get().attended == 2
        assert [link.contact_order for link in GuardianLink.objects.order_by("contact_order")] == [1, 2]
        assert (Enrolment.objects.count(), ClassMembership.objects.count()) == (1, 1)
        assert list(student.person.contact_points.values_list("value", flat=True)) == ["07700900111"]
        assert taken_numbers("student", [twin.registration_number])
        assert list(Student.objects.filter(matching("Ana Smith"))) == [kept]
        assert Fact.objects.get(type="people.student.merged").payload["merged"] == str(twin.pk)
        assert AuditEntry.objects.get(action="people.student.merge").target_id == str(kept.pk)
        assert (merge.kept_student, merge.merged_student, merge.merged_by) == (kept.pk, twin.pk, office.id)


def test_undoing_brings_back_every_row_as_it_was():
    school, kept, twin, office = setting()
    with in_school(school):
        take("AM", n1="/", n2="/")
        take("PM", n2="\\")
        before = everything()
        merge = merge_people(kept.person_id, twin.person_id, actor=office)
        between = everything()
        undo_merge(merge.pk, actor=office)
        after = everything()

    assert between != before
    assert {table for table in before if before[table] != after[table]} == set()


def test_the_same_mark_twice_goes_with_its_history_and_comes_back_with_it():
    school, kept, twin, office = setting()
    with in_school(school):
        take("AM", n1="/", n2="/")
        merge = merge_people(kept.person_id, twin.person_id, actor=office)
        merged = (Mark.objects.count(), MarkChange.objects.count(), SessionMark.objects.count())
        undo_merge(merge.pk, actor=office)

        assert merged == (1, 1, 1)
        assert (Mark.objects.count(), MarkChange.objects.count(), SessionMark.objects.count()) == (2, 2, 2)


def test_marks_that_differ_in_one_session_stop_it_with_nothing_changed():
    school, kept, twin, office = setting()
    with in_school(school):
        take("AM", n1="/", n2="N")
        before = everything()
        preview = preview_merge(kept.person_id, twin.person_id, actor=office)
        with pytest.raises(MergeBlockedError) as refused:
            merge_people(kept.person_id, twin.person_id, actor=office)

        assert everything() == before
    assert {"kept": "/", "merged": "N", "on": "2026-11-20", "session": "AM"} in [
        example for clash in refused.value.extra["clashes"] for example in clash["examples"]
    ]
    assert preview.plan.clashes


def test_a_preview_counts_what_would_move_and_changes_nothing():
    school, kept, twin, office = setting()
    with in_school(school):
        take("PM", n2="\\")
        before = everything()
        preview = preview_merge(kept.person_id, twin.person_id, actor=office)

        assert everything() == before
    assert preview.plan.counts()["guardian links"] == 1
    assert preview.plan.counts()["marks"] == 1
    assert preview.plan.twice()["contact points"] == 1


def test_days_that_overlap_are_cut_so_that_the_earlier_ones_stay():
    school = make_school()
    year_before = date(2025, 9, 1)
    kept = make_student(school, name="Anna Smith")
    twin = make_student(school, name="Ana Smith", first_day=year_before)
    office = as_actor(make_manager(school, "Office"), school)
    with in_school(school):
        before = everything()
        merge = merge_people(kept.person_id, twin.person_id, actor=office)
        days = list(Enrolment.objects.order_by("first_day").values_list("first_day", "last_day"))
        undo_merge(merge.pk, actor=office)

        assert days == [(year_before, date(2026, 8, 31)), (date(2026, 9, 1), None)]
        assert everything() == before
        assert not Placement.objects.exists()


def test_what_was_changed_since_stays_when_a_merge_is_undone():
    school, kept, twin, office = setting()
    with in_school(school):
        merge = merge_people(kept.person_id, twin.person_id, actor=office)
        Person.objects.filter(pk=kept.person_id).update(birth_date=date(2014, 7, 3))
        GuardianLink.objects.filter(guardian__full_name="Grandma").update(relationship="grandmother")
        undo_merge(merge.pk, actor=office)

        assert Person.objects.get(pk=kept.person_id).birth_date == date(2014, 7, 3)
        assert GuardianLink.objects.get(student=twin.pk).relationship == "grandmother"
        assert AuditEntry.objects.get(action="people.student.unmerge").changes["left"][1] == [
            "people_person.birth_date"
        ]


def test_a_merge_is_undone_once_within_thirty_days_and_the_newest_first():
    school, kept, twin, office = setting()
    third = make_student(school, name="Anna Smithe")
    with in_school(school):
        first = merge_people(kept.person_id, twin.person_id, actor=office)
        second = merge_people(third.person_id, kept.person_id, actor=office)
        with pytest.raises(MergeNotUndoableError, match="later merge"):
            undo_merge(first.pk, actor=office)
        undo_merge(second.pk, actor=office)
        with clock.frozen(NOW + timedelta(days=31)), pytest.raises(MergeNotUndoableError, match="30 days"):
            undo_merge(first.pk, actor=office)
        undo_merge(first.pk, actor=office)
        with pytest.raises(MergeNotUndoableError, match="already"):
            undo_merge(first.pk, actor=office)

        assert Student.objects.count() == 3


def test_an_adult_who_is_here_twice_becomes_one_with_both_children():
    school = make_school()
    ann, ben = make_student(school, name="Ann"), make_student(school, name="Ben")
    one, two = make_guardian(ann, name="Amy Smith"), make_guardian(ben, name="Amy Smyth")
    office = as_actor(make_manager(school, "Office"), school)
    with in_school(school):
        account_for(two.guardian, Role.GUARDIAN)
        merge = merge_people(one.guardian_id, two.guardian_id, actor=office)

        assert set(GuardianLink.objects.values_list("guardian_id", "student_id")) == {
            (one.guardian_id, ann.pk),
            (one.guardian_id, ben.pk),
        }
        assert Person.objects.get(pk=one.guardian_id).user_id == two.guardian.user_id
        assert (merge.kept_student, merge.merged_student) == (None, None)
        undo_merge(merge.pk, actor=office)
        assert Person.objects.get(pk=two.guardian_id).user_id is not None


def test_two_staff_a_child_and_its_guardian_and_a_person_alone_are_not_merged():
    school, kept, _twin, office = setting()
    one, two = make_staff(school), make_staff(school)
    with in_school(school):
        guardian = GuardianLink.objects.get(student=kept).guardian_id
        with pytest.raises(MergeBlockedError, match="staff"):
            merge_people(one.person_id, two.person_id, actor=office)
        with pytest.raises(MergeBlockedError, match="guardian of the other"):
            merge_people(kept.person_id, guardian, actor=office)
        with pytest.raises(InvalidError):
            merge_people(kept.person_id, kept.person_id, actor=office)


def test_another_schools_records_are_not_there_and_teachers_may_not():
    school, kept, twin, office = setting()
    other = make_school("Vale School")
    stranger = make_student(other)
    with in_school(school):
        with pytest.raises(NotFoundError):
            merge_people(kept.person_id, stranger.person_id, actor=office)
        with pytest.raises(NotAllowedError):
            merge_people(kept.person_id, twin.person_id, actor=as_actor(account_for(make_staff(school).person,
                         Role.TEACHER), school))  # fmt: skip
        merge = merge_people(kept.person_id, twin.person_id, actor=office)
    with in_school(other):
        assert not Merge.objects.exists()
        with pytest.raises(NotFoundError):
            undo_merge(merge.pk, actor=system_actor(other.pk))
