"""Cover: a colleague, or somebody with a pass, takes one lesson and sees nothing else."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from lyceum.core import clock
from lyceum.core.actor import Actor, Via
from lyceum.core.errors import InvalidError, NotAllowedError, NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.accounts.models import User
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.attendance.models import CoverPass, Mark, MarkChange, Register
from lyceum.domains.attendance.phone import read_phone_registers
from lyceum.domains.attendance.queries import get_register, list_history, list_registers
from lyceum.domains.attendance.rules.cover_passes import create_pass, revoke_pass
from lyceum.domains.attendance.rules.marks import take_register
from lyceum.domains.attendance.sheet import read_sheet
from lyceum.domains.attendance.tests.conftest import TODAY, Morning, make_lesson_register, make_morning
from lyceum.domains.journal.models import AuditEntry, Fact
from lyceum.domains.people.models import Staff
from lyceum.domains.people.policies import visible_students
from lyceum.domains.people.rules.flags import add_flag
from lyceum.domains.timetable.cover_queries import read_lesson_desk
from lyceum.domains.timetable.rules.covers import (
    CoverBusyError,
    LessonCoveredError,
    assign_cover,
    cancel_cover,
)
from lyceum.testing.beginnings import remembered
from lyceum.testing.clients import Caller, browser, nobody, software
from lyceum.testing.factories import in_school, make_class, make_teacher
from lyceum.testing.pages import text_of


def at(hour: int, minute: int = 0, day: int = 20) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@dataclass
class Covered:
    """A lesson at eleven that somebody else is to take."""

    morning: Morning
    register: Register
    other_register: Register
    colleague: User
    staff: UUID

    @property
    def actor(self) -> Actor:
        return actor_for_user(self.colleague, self.morning.school.pk, via=Via.PAGE)

    @property
    def lesson(self) -> UUID:
        assert self.register.lesson_id
        return self.register.lesson_id


@pytest.fixture
def covered(morning: Morning) -> Covered:
    return make_covered(morning)


@remembered
def make_covered(morning: Morning) -> Covered:
    colleague = make_teacher(morning.school, name="Cora Colleague")
    with in_school(morning.school):
        eleven = make_lesson_register(morning, hour=11, period="3")
        twelve = make_lesson_register(morning, hour=12, period="4")
        staff = Staff.objects.get(person__user=colleague).pk
    return Covered(morning, eleven, twelve, colleague, staff)


def test_a_covering_colleague_takes_that_lesson_only_from_an_hour_before_until_it_locks(covered: Covered):
    school = covered.morning.school
    with clock.frozen(at(9, 59)), in_school(school):
        assign_cover(covered.lesson, on=TODAY, staff_id=covered.staff, actor=covered.morning.office)
        with pytest.raises(NotFoundError):
            get_register(covered.register.pk, actor=covered.actor)
    for instant in (at(10), at(11, 5)):
        with clock.frozen(instant), in_school(school):
            assert get_register(covered.register.pk, actor=covered.actor).is_covered
            assert [r.pk for r in list_registers(covered.actor, day=TODAY)] == [covered.register.pk]
            kept = read_phone_registers(covered.actor)
            assert (kept.covers, [row.id for row in kept.registers]) == (True, [covered.register.pk])
            with pytest.raises(NotFoundError):
                get_register(covered.other_register.pk, actor=covered.actor)
    with clock.frozen(covered.register.locks_at), in_school(school), pytest.raises(NotFoundError):
        get_register(covered.register.pk, actor=covered.actor)


def test_assigned_at_five_to_it_opens_at_once_and_cancelled_it_is_gone(covered: Covered):
    school, path = covered.morning.school, f"/registers/{covered.register.pk}/"
    client = browser(covered.colleague, school)
    with clock.frozen(at(10, 55)):
        assert client.get(path).status_code == 404
        with in_school(school):
            cover = assign_cover(covered.lesson, on=TODAY, staff_id=covered.staff, actor=covered.morning.office)
        assert client.get(path).status_code == 200
        assert client.get(f"/registers/{covered.other_register.pk}/").status_code == 404
        with in_school(school):
            cancel_cover(cover.pk, actor=covered.morning.office)
        assert client.get(path).status_code == 404
    with in_school(school):
        facts = Fact.objects.filter(type__startswith="timetable.cover").values_list("type", flat=True)
        assert sorted(facts) == ["timetable.cover.assigned", "timetable.cover.cancelled"]


def test_cover_shows_names_and_flags_and_nothing_of_other_days(covered: Covered):
    morning, student = covered.morning, covered.morning.students[0]
    with in_school(morning.school):
        add_flag(student.pk, kind="allergy", text="Nuts", actor=morning.office)
        take_register(morning.register().pk, marks=[], rest="present", actor=morning.teacher)
        assign_cover(covered.lesson, on=TODAY, staff_id=covered.staff, actor=morning.office)
    with clock.frozen(at(11)):
        with in_school(morning.school):
            row = read_sheet(get_register(covered.register.pk, actor=covered.actor), actor=covered.actor)[0]
            assert (row.flags, row.strip) == ((("allergy", "Nuts"),), ())
            own = read_sheet(get_register(covered.register.pk, actor=morning.teacher), actor=morning.teacher)[0]
            assert [glyph.symbol for glyph in own.strip] == ["/"]
            with pytest.raises(NotFoundError):
                list_history(covered.register, actor=covered.actor)
            for act in (Permission.CONTACTS_VIEW, Permission.FLAGS_VIEW):
                assert not type(student).objects.filter(visible_students(covered.actor, act)).exists()
        page = browser(covered.colleague, morning.school).get(f"/registers/{covered.register.pk}/").content.decode()
        assert "Nuts" in page
        assert f"/students/{student.pk}/" not in page
        assert "History" not in page
        saved = software(covered.colleague, morning.school).send(
            f"/api/v1/registers/{covered.register.pk}/marks/", {"rest": "present"}, method="put"
        )
        assert [line["recent"] for line in saved.json()["lines"]] == [[], [], []]


@pytest.mark.parametrize(
    ("on", "error"),
    [
        (date(2026, 11, 21), InvalidError),  # another weekday
        (date(2026, 11, 13), InvalidError),  # over
        (TODAY, CoverBusyError),  # the teacher of another lesson then
    ],
)
def test_cover_is_for_a_day_of_the_lesson_and_somebody_who_is_free(covered: Covered, on: date, error: type):
    with in_school(covered.morning.school):
        if error is CoverBusyError:
            other = replace(covered.morning, form=make_class(covered.morning.school, "7B"))
            make_lesson_register(other, hour=11, teacher_id=covered.staff)
        with pytest.raises(error):
            assign_cover(covered.lesson, on=on, staff_id=covered.staff, actor=covered.morning.office)


def test_a_lesson_is_covered_once(covered: Covered):
    with in_school(covered.morning.school):
        assign_cover(covered.lesson, on=TODAY, staff_id=covered.staff, actor=covered.morning.office)
        with pytest.raises(LessonCoveredError):
            create_pass(holder_name="Ada Agency", on=TODAY, lessons=[covered.lesson], actor=covered.morning.office)
        assert CoverPass.objects.count() == 0


def test_those_who_are_free_come_first(covered: Covered):
    busy = make_teacher(covered.morning.school, name="Ben Busy")
    with in_school(covered.morning.school):
        other = replace(covered.morning, form=make_class(covered.morning.school, "7B"))
        make_lesson_register(other, hour=11, teacher_id=Staff.objects.get(person__user=busy).pk)
        desk = read_lesson_desk(covered.morning.office, covered.lesson, TODAY)
    assert [(str(each.staff), each.is_free) for each in desk.proposals] == [
        ("Cora Colleague", True),
        ("Ben Busy", False),
    ]


def test_teachers_assign_nobody(covered: Covered):
    with in_school(covered.morning.school), pytest.raises(NotAllowedError):
        assign_cover(covered.lesson, on=TODAY, staff_id=covered.staff, actor=covered.morning.teacher)


Door = Callable[[Covered], int]


def by_page(covered: Covered) -> int:
    form = {"act": "assign", "staff": str(covered.staff)}
    client = browser(covered.morning.office_user, covered.morning.school)
    return client.post(f"/cover/{covered.lesson}/?date={TODAY}", form).status_code


def by_rest(covered: Covered) -> int:
    body = {"lesson": str(covered.lesson), "date": str(TODAY), "staff": str(covered.staff)}
    return software(covered.morning.office_user, covered.morning.school).send("/api/v1/covers/", body).status_code


@pytest.mark.parametrize(("door", "done"), [(by_page, 302), (by_rest, 201)])
def test_every_door_assigns_the_same_cover_once(covered: Covered, door: Door, done: int):
    assert [door(covered), door(covered)] == [done, 409]
    with in_school(covered.morning.school):
        assert AuditEntry.objects.filter(action="timetable.cover.assign").count() == 1


@dataclass
class Holder:
    """Somebody at the school's computer with a sheet."""

    client: Caller
    link: str
    pin: str
    id: UUID

    def open(self, pin: str = "") -> int:
        return self.client.post(f"/pass/{self.link}/", {"pin": pin or self.pin}).status_code


@pytest.fixture
def holder(covered: Covered) -> Holder:
    with in_school(covered.morning.school):
        new = create_pass(holder_name="Ada Agency", on=TODAY, lessons=[covered.lesson], actor=covered.morning.office)
    return Holder(nobody(), new.link, new.pin, new.cover_pass.pk)


def test_a_pass_opens_its_lesson_and_what_it_marks_carries_its_holders_name(covered: Covered, holder: Holder):
    path = f"/pass/registers/{covered.register.pk}/"
    with clock.frozen(at(10, 30)):
        assert holder.client.get(path).status_code == 404
        assert holder.open() == 302
        assert "Ada Agency" in text_of(holder.client.get("/pass/"))
        page = holder.client.get(path)
        assert page.status_code == 200
        assert "/students/" not in page.content.decode()
        form = {"rest": "present", f"mark-{covered.morning.students[0].pk}": "N", "base_version": "0"}
        assert holder.client.post(path, form).status_code == 302
        others = ["/today/", "/students/", f"/registers/{covered.register.pk}/", "/api/v1/registers/"]
        assert [holder.client.get(other).status_code for other in others] == [302, 302, 302, 401]
        assert holder.client.get(f"/pass/registers/{covered.other_register.pk}/").status_code == 404
    with in_school(covered.morning.school):
        marks = Mark.objects.order_by("student__person__sort_name").values_list("code__symbol", "origin", "marked_by")
        assert list(marks) == [("N", "teacher", None), ("/", "teacher", None), ("/", "teacher", None)]
        assert set(MarkChange.objects.values_list("marked_by_name", flat=True)) == {"Ada Agency"}
        entry = AuditEntry.objects.get(action="attendance.mark")
        assert (entry.actor_kind, entry.actor_name, entry.actor_id) == ("cover", "Ada Agency", holder.id)


def test_a_revoked_pass_opens_nothing_from_the_next_request_on(covered: Covered, holder: Holder):
    path = f"/pass/registers/{covered.register.pk}/"
    with clock.frozen(at(10, 30)):
        holder.open()
        assert holder.client.get(path).status_code == 200
        with in_school(covered.morning.school):
            revoke_pass(holder.id, actor=covered.morning.office)
        assert holder.client.get(path).status_code == 404
        assert holder.open() == 422
        with in_school(covered.morning.school):
            assign_cover(covered.lesson, on=TODAY, staff_id=covered.staff, actor=covered.morning.office)
        assert holder.open() == 422


def test_a_pass_does_not_open_tomorrow(covered: Covered, holder: Holder):
    with clock.frozen(at(10, 30)):
        holder.open()
    with clock.frozen(at(10, 30, day=21)):
        assert holder.client.get("/pass/").status_code == 404
        assert holder.open() == 422


def test_a_wrong_pin_opens_nothing_and_slows_down(covered: Covered, holder: Holder):
    wrong = "000000" if holder.pin != "000000" else "000001"
    with clock.frozen(at(10, 30)):
        assert [holder.open(wrong) for _ in range(6)] == [422] * 5 + [429]
        assert holder.open() == 429
    with clock.frozen(at(11)):
        assert holder.open() == 302


@pytest.mark.parametrize("link", ["x", "1-x", "999999-abc", "1", "-1-x", "１-x"])
def test_a_link_that_never_was_opens_nothing(covered: Covered, link: str):
    assert nobody().post(f"/pass/{link}/", {"pin": "1"}).status_code in (404, 422)


def test_the_link_of_another_school_is_not_its_own(covered: Covered, holder: Holder):
    other = make_morning(1, name="Dale School")
    with clock.frozen(at(10, 30)):
        holder.link = f"{other.school.pk}-{holder.link.partition('-')[2]}"
        assert holder.open() == 422
    with in_school(other.school), pytest.raises(NotFoundError):
        revoke_pass(holder.id, actor=other.office)
