"""Students: made, changed, deleted."""

from datetime import date, timedelta

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.errors import InvalidError, NotAllowedError, NotFoundError
from lyceum.domains.journal.models import AuditEntry, Fact
from lyceum.domains.people.models import ContactPoint, Enrolment, GuardianLink, OfficialId, Person, Student
from lyceum.domains.people.queries import list_students
from lyceum.domains.people.rules.adults import NewGuardian, add_guardians
from lyceum.domains.people.rules.deletions import (
    StudentHasHistoryError,
    delete_student,
    erase_deleted,
    restore_student,
)
from lyceum.domains.people.rules.flags import add_flag
from lyceum.domains.people.rules.persons import NewPerson
from lyceum.domains.people.rules.students import (
    NewStudent,
    OfficialIdTakenError,
    StudentEdit,
    create_student,
    create_students,
    edit_student,
    edit_students,
)
from lyceum.domains.people.timeline import WORDS
from lyceum.testing.factories import (
    FIRST_DAY,
    as_actor,
    in_school,
    make_guardian,
    make_manager,
    make_school,
    make_student,
    make_teacher,
)

pytestmark = pytest.mark.django_db
EARLIER = FIRST_DAY - timedelta(days=1)


def applicant(school, name="Ana", **new):
    """A student who was never on roll."""
    with in_school(school):
        return create_student(NewStudent(NewPerson(full_name=name), **new), actor=system_actor(school.pk))


def test_a_student_with_a_first_day_is_enrolled_from_it():
    school = make_school()
    student = applicant(school, first_day=FIRST_DAY, entry="transfer", from_school="Vale")

    with in_school(school):
        row = Enrolment.objects.get(student=student)
        facts = list(Fact.objects.filter(type__startswith="people.").order_by("pk").values_list("type", flat=True))
        entry = AuditEntry.objects.get(action="people.student.create")

    assert (row.first_day, row.last_day, row.entry, row.from_school) == (FIRST_DAY, None, "transfer", "Vale")
    assert student.admission_date == FIRST_DAY
    assert facts == ["people.student.created", "people.enrolment.started"]
    assert entry.changes == {"registration_number": [None, student.registration_number]}


def test_making_thirty_takes_as_many_statements_as_making_three(django_assert_max_num_queries):
    school = make_school()
    for count in (3, 30):
        new = [NewStudent(NewPerson(full_name=f"N {n}"), first_day=FIRST_DAY) for n in range(count)]
        with in_school(school), django_assert_max_num_queries(11):
            create_students(new, actor=system_actor(school.pk))


def test_teachers_and_heads_of_year_make_no_students():
    school = make_school()
    for user in (make_teacher(school), make_manager(school, "Head of year")):
        with in_school(school), pytest.raises(NotAllowedError):
            create_student(NewStudent(NewPerson(full_name="Ana")), actor=as_actor(user, school))


def test_the_same_official_number_means_the_same_person():
    school, other = make_school("Hill School"), make_school("Vale School")
    ids = {"upn": "A 1"}
    known = applicant(school, official_ids=ids)
    applicant(other, official_ids=ids)  # another school may know the same child

    with pytest.raises(OfficialIdTakenError) as refused:
        applicant(school, "Anna", official_ids={"upn": " A  1 "})

    assert refused.value.extra["candidates"] == [
        {
            "person": str(known.person_id),
            "student": str(known.pk),
            "name": "Ana",
            "number": known.registration_number,
            "birth_date": None,
            "why": "official_id",
        }
    ]


def test_an_edit_records_old_and_new_and_tells_of_it():
    school = make_school()
    student = make_student(school, name="Ana Silva", gender="f")
    with in_school(school):
        actor = system_actor(school.pk)
        values = {"gender": "x", "birth_date": date(2015, 3, 1), "full_name": "Ana Silva"}
        edit_student(student.pk, values=values, actor=actor)
        entry = AuditEntry.objects.get(action="people.student.edit")
        told = Fact.objects.filter(type="people.student.changed").count()
        edit_student(student.pk, values=values, actor=actor)

        assert AuditEntry.objects.filter(action="people.student.edit").count() == 1
    assert entry.changes == {"gender": ["f", "x"], "birth_date": [None, "2015-03-01"]}
    assert told == 1


def test_an_edit_moves_the_rows_version():
    school = make_school()
    student = make_student(school)
    with in_school(school):
        before = Student.objects.get(pk=student.pk).updated_at
        edit_student(student.pk, values={"preferred_name": "Bee"}, actor=system_actor(school.pk))

        assert Student.objects.get(pk=student.pk).updated_at > before


@pytest.mark.parametrize("field", ["enrolment_status", "admission_date", "id", "school"])
def test_a_status_is_changed_by_its_act_and_not_by_an_edit(field):
    school = make_school()
    student = make_student(school)
    with in_school(school), pytest.raises(InvalidError) as refused:
        edit_student(student.pk, values={field: "x"}, actor=system_actor(school.pk))

    assert refused.value.errors[0].code == "read_only"


def test_another_schools_student_is_not_there():
    school, other = make_school("Hill School"), make_school("Vale School")
    student = make_student(other)

    with in_school(school):
        actor = system_actor(school.pk)
        for act in (
            lambda: edit_student(student.pk, values={"gender": "x"}, actor=actor),
            lambda: delete_student(student.pk, actor=actor),
            lambda: add_flag(student.pk, kind="medical", text="Asthma", actor=actor),
            lambda: add_guardians([NewGuardian(student.pk, "mother", NewPerson(full_name="M"))], actor=actor),
        ):
            with pytest.raises(NotFoundError):
                act()


def test_many_edits_take_as_many_statements_as_one(django_assert_num_queries):
    school = make_school()
    students = [make_student(school) for _ in range(3)]
    edit_one = StudentEdit(students[0], {"preferred_name": "P"})
    with in_school(school):
        edit_students([edit_one], actor=system_actor(school.pk))  # what is remembered of the school is remembered now
    for some in (students[:1], students):
        edits = [StudentEdit(s, {"preferred_name": f"P{len(some)}"}) for s in some]
        with in_school(school), django_assert_num_queries(5):
            assert edit_students(edits, actor=system_actor(school.pk)) == len(some)


def erase(school, *, days):
    """What the nightly job does so many days later."""
    with clock.frozen(clock.now() + timedelta(days=days)), in_school(school):
        return erase_deleted(actor=system_actor(school.pk))


def seen(school):
    with in_school(school):
        listed = list_students(system_actor(school.pk), day=FIRST_DAY)
        return [student.person.full_name for student in listed]


def test_a_deletion_waits_thirty_days_and_is_taken_back_until_then():
    school, other = make_school("Hill School"), make_school("Vale School")
    student, theirs = applicant(school), applicant(other, "Theirs")
    actor = system_actor(school.pk)
    with in_school(other):
        delete_student(theirs.pk, actor=system_actor(other.pk))
    with in_school(school):
        delete_student(student.pk, actor=actor)
        with pytest.raises(NotFoundError):
            delete_student(student.pk, actor=actor)
        with pytest.raises(NotFoundError):
            restore_student(theirs.pk, actor=actor)

    assert (erase(school, days=29), seen(school)) == (0, [])
    with in_school(school):
        restore_student(student.pk, actor=actor)
        with pytest.raises(NotFoundError):
            restore_student(student.pk, actor=actor)
    assert (erase(school, days=31), seen(school)) == (0, ["Ana"])
    assert erase(other, days=31) == 1
    with in_school(school):
        told = [str(WORDS[entry.action]) for entry in AuditEntry.objects.filter(action__in=WORDS).order_by("pk")]
        assert told[-2:] == ["The record was deleted", "The record was brought back"]


def test_whom_something_holds_after_thirty_days_comes_back():
    school = make_school()
    student = applicant(school)
    with in_school(school):
        delete_student(student.pk, actor=system_actor(school.pk))
        Enrolment.objects.create(student=student, first_day=FIRST_DAY)  # an import that knew the id

    assert (erase(school, days=31), seen(school)) == (0, ["Ana"])


def test_an_applicant_is_deleted_with_what_belongs_to_them_alone():
    school = make_school()
    student = applicant(school, official_ids={"upn": "A1"})
    make_guardian(student, name="Gus")
    with in_school(school):
        actor = system_actor(school.pk)
        add_flag(student.pk, kind="allergy", text="Nuts", actor=actor)
        delete_student(student.pk, actor=actor)
    assert erase(school, days=31) == 1
    with in_school(school):
        assert list(Person.objects.values_list("full_name", flat=True)) == ["Gus"]
        assert not OfficialId.objects.exists()
        assert not GuardianLink.objects.exists()


def test_a_student_ever_on_roll_is_not_deleted_and_the_refusal_counts_what_holds():
    school = make_school()
    student = make_student(school)
    make_guardian(student)

    with in_school(school), pytest.raises(StudentHasHistoryError) as refused:
        delete_student(student.pk, actor=system_actor(school.pk))

    assert refused.value.extra == {"counts": {"enrolments": 1}}
    assert (refused.value.status, refused.value.code) == (409, "has_records")
    assert "Record the student as left instead." in refused.value.detail


def test_a_person_who_is_also_a_guardian_stays_with_their_contacts():
    school = make_school()
    student, child = applicant(school, "Ana"), make_student(school)
    with in_school(school):
        actor = system_actor(school.pk)
        edit_student(student.pk, values={"email": "ana@x.org"}, actor=actor)
        add_guardians([NewGuardian(child.pk, "sister", person_id=student.person_id)], actor=actor)
        delete_student(student.pk, actor=actor)
    assert erase(school, days=31) == 1
    with in_school(school):
        assert list(ContactPoint.objects.values_list("value", flat=True)) == ["ana@x.org"]


@pytest.mark.parametrize(
    ("flag", "pointer"),
    [
        ({"kind": "secret", "text": "x"}, "/kind"),
        ({"kind": "medical", "text": " "}, "/text"),
        ({"kind": "medical", "text": "x" * 301}, "/text"),
        (
            {"kind": "medical", "text": "x", "starts_on": FIRST_DAY, "ends_on": FIRST_DAY - timedelta(days=1)},
            "/ends_on",
        ),
    ],
)
def test_a_flag_that_says_nothing_is_refused(flag, pointer):
    school = make_school()
    student = make_student(school)
    with in_school(school), pytest.raises(InvalidError) as refused:
        add_flag(student.pk, **flag, actor=system_actor(school.pk))

    assert refused.value.errors[0].pointer == pointer
