"""A restriction wins over a role: whoever is kept from a child does not meet the child on a register they take."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from lyceum.core.actor import Actor, system_actor
from lyceum.core.errors import NotFoundError
from lyceum.domains.academics.facts import MembershipChanged
from lyceum.domains.accounts.models import User
from lyceum.domains.attendance.facts import AttendanceMarked, MarkFact
from lyceum.domains.attendance.live import follow_class, follow_day, follow_register
from lyceum.domains.attendance.models import Mark, Register
from lyceum.domains.attendance.queries import get_mark, list_history, list_marks, marks_as_known
from lyceum.domains.attendance.rules.marks import GivenMark, amend_mark, take_register
from lyceum.domains.attendance.rules.refusals import WrongMarksError
from lyceum.domains.attendance.sheet import read_sheet
from lyceum.domains.attendance.tests.conftest import TODAY, Morning, make_morning
from lyceum.domains.people.models import ContactRestriction, Person, Student
from lyceum.domains.people.rules.restrictions import restrict_contact
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import NOW, in_school

LINES = "{ register(id: %s) { lines { edges { node { studentId name student { id } } } } } }"


def restrict(morning: Morning, user: User, child: Student, *kinds: str) -> None:
    """From this moment on, somebody is kept from a child."""
    with in_school(morning.school):
        person = Person.objects.get(user=user)
        restrict_contact(
            child.pk, person_id=person.pk, kinds=kinds or ["no_contact"], actor=system_actor(morning.school.pk)
        )


@dataclass
class Kept:
    """The teacher of 7A is kept from the class's second student."""

    morning: Morning
    register: Register
    child: Student
    others: list[Student]

    @property
    def teacher(self) -> Actor:
        return self.morning.teacher


@pytest.fixture
def kept(morning: Morning) -> Kept:
    """The register of this morning, not taken yet."""
    restrict(morning, morning.teacher_user, morning.students[1])
    return Kept(morning, morning.register(), morning.students[1], [morning.students[0], morning.students[2]])


def ids(students: list[Student]) -> list[str]:
    return [str(each.pk) for each in students]


def test_the_child_has_no_row_for_the_teacher_and_one_for_everybody_else(kept: Kept):
    with in_school(kept.morning.school):
        shown = [row.student_id for row in read_sheet(kept.register, actor=kept.teacher)]
        to_office = [row.student_id for row in read_sheet(kept.register, actor=kept.morning.office)]

    assert shown == [each.pk for each in kept.others]
    assert to_office == [each.pk for each in kept.morning.students]


@pytest.mark.parametrize(
    ("kind", "sees"),
    [
        ("no_contact", False),
        ("no_information", False),
        ("address_withheld", False),  # whoever works here finds more than an address
        ("no_collection", True),  # may work with the child, may not take it home
    ],
)
def test_kinds_that_keep_from_the_register(morning: Morning, kind: str, sees: bool):
    restrict(morning, morning.teacher_user, morning.students[1], kind)

    with in_school(morning.school):
        rows = read_sheet(morning.register(), actor=morning.teacher)

    assert (morning.students[1].pk in {row.student_id for row in rows}) is sees


@pytest.mark.parametrize(
    ("fields", "sees"),
    [
        ({"starts_on": TODAY + timedelta(days=1)}, True),  # not yet
        ({"starts_on": TODAY - timedelta(days=9), "ends_on": TODAY - timedelta(days=1)}, True),  # over
        ({"starts_on": TODAY - timedelta(days=9), "ends_on": TODAY}, False),  # its last day
        ({"ended_reason": "Order lifted"}, True),
        ({"person": None, "description": "An uncle"}, True),  # of somebody who is not known here
    ],
)
def test_a_restriction_holds_while_it_is_in_force(kept: Kept, fields: dict[str, object], sees: bool):
    with in_school(kept.morning.school):
        ContactRestriction.objects.update(**fields)

        rows = read_sheet(kept.register, actor=kept.teacher)

    assert (kept.child.pk in {row.student_id for row in rows}) is sees


def test_restriction_in_another_school_hides_nobody_here(morning: Morning):
    other = make_morning(1, name="Vale School")
    restrict(other, other.teacher_user, other.students[0])
    with in_school(other.school):
        Person.objects.filter(user=other.teacher_user).update(user=morning.teacher_user)

    with in_school(morning.school):
        rows = read_sheet(morning.register(), actor=morning.teacher)

    assert [row.student_id for row in rows] == [each.pk for each in morning.students]


def test_the_rest_present_leaves_the_childs_mark_alone(kept: Kept):
    with in_school(kept.morning.school):
        take_register(kept.register.pk, marks=[GivenMark(kept.child.pk, "I")], actor=kept.morning.office)

        saved = take_register(kept.register.pk, marks=[], rest="present", actor=kept.teacher)

        mark = Mark.objects.select_related("code").get(student=kept.child)
        assert (saved.saved, saved.register.state) == (2, "taken")
        assert (mark.code.symbol, mark.version, mark.marked_by) == ("I", 1, kept.morning.office.user_id)


def test_a_register_waits_for_the_child_until_somebody_else_has_marked_it(kept: Kept):
    with in_school(kept.morning.school):
        saved = take_register(kept.register.pk, marks=[], rest="present", actor=kept.teacher)
        assert (saved.saved, saved.register.state) == (2, "due")
        assert not Mark.objects.filter(student=kept.child).exists()

        saved = take_register(kept.register.pk, marks=[], rest="present", actor=kept.morning.office)
        assert (saved.saved, saved.register.state) == (1, "taken")


def test_a_mark_given_for_the_child_is_refused_like_one_for_a_stranger(kept: Kept):
    with in_school(kept.morning.school), pytest.raises(WrongMarksError) as refusal:
        take_register(kept.register.pk, marks=[GivenMark(kept.child.pk, "/")], actor=kept.teacher)

    assert [(e.pointer, e.code) for e in refusal.value.errors] == [("/marks/0", "not_on_register")]
    assert "Student 01" not in str(refusal.value.errors)


def test_what_was_marked_for_the_child_is_not_told_anywhere(kept: Kept):
    with in_school(kept.morning.school):
        take_register(kept.register.pk, marks=[], rest="present", actor=kept.morning.office)
        mark = Mark.objects.get(student=kept.child)

        listed = list_marks(kept.teacher, first=TODAY, last=TODAY)
        history = list_history(kept.register, actor=kept.teacher)
        known = marks_as_known(kept.register, instant=NOW, actor=kept.teacher)

        wanted = {each.pk for each in kept.others}
        assert {each.student_id for each in listed} == wanted
        assert {each.mark.student_id for each in history} == wanted
        assert {each.mark.student_id for each in known} == wanted
        with pytest.raises(NotFoundError):
            get_mark(mark.pk, actor=kept.teacher)
        with pytest.raises(NotFoundError):
            amend_mark(mark.pk, symbol="N", reason="Wrong", actor=kept.teacher)


def test_no_door_shows_the_child_to_the_teacher(kept: Kept):
    with in_school(kept.morning.school):
        take_register(kept.register.pk, marks=[], rest="present", actor=kept.morning.office)
    teacher, school = kept.morning.teacher_user, kept.morning.school
    page, client = browser(teacher, school), software(teacher, school)
    at = f"/registers/{kept.register.pk}/"

    told = [
        page.get(at).content.decode(),
        page.get(f"{at}rows/").content.decode(),
        page.get(f"{at}history/").content.decode(),
        client.get(f"/api/v1{at}").content.decode(),
        client.get(f"/api/v1{at}history/").content.decode(),
        client.get("/api/v1/attendance/", {"from": f"{TODAY}"}).content.decode(),
        client.send(f"/api/v1{at}marks/", {"rest": "present"}, method="put").content.decode(),
        client.send("/graphql", {"query": LINES % f'"{kept.register.pk}"'}).content.decode(),
    ]

    assert ["Student 00" in text for text in told] == [True] * len(told)
    assert ["Student 01" in text or str(kept.child.pk) in text for text in told] == [False] * len(told)


def test_what_happens_with_the_child_is_not_heard_by_the_teacher(kept: Kept):
    topics = (
        lambda actor: follow_register(kept.register.pk, actor=actor),
        lambda actor: follow_class(kept.morning.form.pk, actor=actor),
        lambda actor: follow_day(TODAY, actor=actor),
    )
    with in_school(kept.morning.school):
        to_teacher = [topic(kept.teacher) for topic in topics]
        to_office = [topic(kept.morning.office) for topic in topics]

    of_child, of_another = marked(kept, kept.child, kept.others[0]), marked(kept, kept.others[0])
    joined = MembershipChanged(student=kept.child.pk, school_class=kept.morning.form.pk, starts_on=TODAY, ends_on=None)
    assert [(hears(of_child), hears(of_another), hears(joined)) for hears in to_teacher] == [(False, True, False)] * 3
    assert [hears(of_child) for hears in to_office] == [True] * 3
    assert to_office[1](joined)


def marked(kept: Kept, *students: Student) -> AttendanceMarked:
    return AttendanceMarked(
        register=kept.register.pk,
        school_class=kept.morning.form.pk,
        date=TODAY,
        kind="daily",
        version=1,
        marks=[MarkFact(student=each.pk, meaning="present", minutes_late=None, version=1) for each in students],
        by=None,
        via="page",
    )


def test_software_without_a_person_is_kept_from_nobody(kept: Kept):
    with in_school(kept.morning.school):
        ContactRestriction.objects.update(person=None, description="An uncle")
        system = system_actor(kept.morning.school.pk)
        take_register(kept.register.pk, marks=[], rest="present", actor=system)

        assert len(read_sheet(kept.register, actor=system)) == 3
        assert list_marks(system, first=TODAY, last=TODAY).count() == 3
