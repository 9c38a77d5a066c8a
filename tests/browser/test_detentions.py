"""Detentions as they are used: set from a student's page, and taken on a phone."""

import re
from datetime import time, timedelta

from playwright.sync_api import expect

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.permissions import Role
from lyceum.domains.academics.models import AcademicYear
from lyceum.domains.behaviour.models import (
    Detention,
    DetentionMarkPast,
    DetentionSlot,
    DetentionType,
    SlotSupervisor,
)
from lyceum.domains.behaviour.rules.detentions.register import GivenMark, take_slot_register
from lyceum.domains.behaviour.rules.detentions.setting import NewDetention, set_detention
from lyceum.domains.behaviour.rules.detentions.slots import NewSlot, create_slots
from lyceum.domains.people.models import Staff, Student
from lyceum.domains.tenancy.models import School
from lyceum.testing.factories import (
    account_for,
    guardian_of,
    in_school,
    make_class,
    make_manager,
    make_school,
    make_staff,
    make_student,
    make_teacher,
    make_year,
)
from tests.browser.conftest import PHONE, Site
from tests.browser.test_offline import kept_by, phone, reopen


def school_today(size: int = 3) -> tuple[School, list[Student], Staff]:
    """A school that keeps school every day, a form, its teacher tess, and sam who supervises."""
    school = make_school()
    day = clock.today(school.time_zone)
    make_year(school, "This year", starts=day - timedelta(days=60), ends=day + timedelta(days=60))
    with in_school(school):
        AcademicYear.objects.update(weekdays=[1, 2, 3, 4, 5, 6, 7])
    form = make_class(school, "7A")
    students = [
        make_student(school, form, name=f"Student {n}", first_day=day - timedelta(days=30)) for n in range(size)
    ]
    make_teacher(school, form, name="Tess Teacher", username="tess")
    staff = make_staff(school, name="Sam Supervisor")
    account_for(staff.person, Role.TEACHER, username="sam")
    return school, students, staff


def running_slot(school: School, students: list[Student], staff: Staff) -> None:
    """A slot that began five minutes ago: no rule makes one in the past."""
    starts = clock.now() - timedelta(minutes=5)
    ends = starts + timedelta(minutes=30)
    with in_school(school):
        kind = DetentionType.objects.get(name="After-school detention")
        on = clock.today(school.time_zone)
        slot = DetentionSlot.objects.create(type=kind, on=on, starts_at=starts, ends_at=ends, capacity=30)
        SlotSupervisor.objects.create(slot=slot, staff=staff, leads=True, starts_at=starts, ends_at=ends)
        for student in students:
            Detention.objects.create(
                student=student, type=kind, reason="Late", slot=slot, on=on, starts_at=starts, ends_at=ends,
                minutes=30, state="scheduled",
            )  # fmt: skip


def states(school: School) -> list[str]:
    with in_school(school):
        return list(Detention.objects.order_by("student__person__sort_name").values_list("state", flat=True))


def test_a_slots_register_is_two_taps_from_the_board_and_an_exception_is_one_more(site: Site):
    school, students, staff = school_today()
    running_slot(school, students, staff)
    page = site.sign_in("sam", **PHONE)
    page.goto("/behaviour/detentions/")

    page.get_by_role("link", name="Take register").tap()
    page.get_by_role("button", name="Student 1: no mark").tap()
    page.get_by_role("button", name="The rest present, save").tap()

    expect(page.get_by_role("status")).to_contain_text("Saved: 3 marks")
    assert states(school) == ["completed", "missed", "completed"]


def test_a_detention_is_set_with_slot_and_message_in_view(site: Site):
    school, students, staff = school_today()
    guardian_of(students[0])
    soon = clock.today(school.time_zone) + timedelta(days=3)
    with in_school(school):
        kind = DetentionType.objects.get(name="After-school detention")
        at = clock.local(clock.now(), school.time_zone).time().replace(hour=15, minute=30, second=0, microsecond=0)
        create_slots(NewSlot(kind.pk, soon, at, 5, [staff.pk]), actor=system_actor(school.pk))
    page = site.sign_in("tess", **PHONE)
    page.goto(f"/students/{students[0].pk}/behaviour/")

    page.get_by_role("link", name="Set a detention").tap()
    expect(page.get_by_role("status").first).to_contain_text("15:30")
    page.get_by_label("Reason, as the family reads it").fill("Late three times")
    page.get_by_role("button", name="Set the detention").tap()

    expect(page.get_by_role("heading", name="What the family was told")).to_be_visible()
    page.get_by_role("button", name="Undo").tap()
    expect(page.get_by_text("cancelled").first).to_be_visible()
    assert states(school) == ["cancelled"]


def test_a_student_is_dragged_from_one_slot_to_another_of_the_same_kind(site: Site):
    school, students, staff = school_today()
    guardian_of(students[0])
    soon = clock.today(school.time_zone) + timedelta(days=3)
    with in_school(school):
        kind = DetentionType.objects.get(name="After-school detention")
        early, late = (
            create_slots(NewSlot(kind.pk, soon, time(hour, 30), 5, [staff.pk]), actor=system_actor(school.pk))[0]
            for hour in (15, 17)
        )
        new = NewDetention(students[0].pk, kind.pk, "Late", slot_id=early.pk)
        set_detention(new, actor=system_actor(school.pk))
    make_manager(school, "Head of year", name="Hanna Head", username="hanna")
    page = site.sign_in("hanna")
    page.goto(f"/behaviour/detentions/?date={soon:%Y-%m-%d}")

    page.locator("[data-move]").drag_to(page.locator(f'[data-slot="{late.pk}"]'))

    expect(page.locator(f'[data-slot="{late.pk}"] [data-move]')).to_contain_text("Student 0")
    assert states(school) == ["rescheduled", "scheduled"]


def test_a_slots_register_of_twenty_is_two_taps_without_network_and_is_sent_once(site: Site):
    school, students, staff = school_today(20)
    running_slot(school, students, staff)
    page = phone(site, "sam")
    page.context.set_offline(True)
    page.goto("/today/")

    page.get_by_role("link", name=re.compile("After-school detention")).tap()
    page.get_by_role("button", name="All present, save").tap()

    expect(page.locator("#off-status")).to_have_text("Saved on this phone")
    assert states(school) == ["scheduled"] * 20
    page = reopen(page, page.url)
    expect(page.locator("#off-status")).to_have_text("Saved on this phone")
    page.context.set_offline(False)
    expect(page.locator("#off-status")).to_have_text("Sent")
    assert states(school) == ["completed"] * 20
    with in_school(school):
        assert DetentionMarkPast.objects.count() == 20
    page.goto("/today/")
    page.locator(".me summary").tap()
    page.get_by_role("button", name="Sign out").tap()
    page.wait_for_url("**/sign-in/")
    page.wait_for_load_state("networkidle")
    assert [kept_by(page, store) for store in ("own", "marks", "batches")] == [[], [], []]


def test_a_detentions_mark_that_the_office_changed_meanwhile_shows_both(site: Site):
    school, students, staff = school_today()
    running_slot(school, students, staff)
    page = phone(site, "sam")
    with in_school(school):
        slot, first = DetentionSlot.objects.get(), Detention.objects.get(student=students[0])
    page.goto(f"/behaviour/slots/{slot.pk}/")
    page.get_by_role("button", name="Student 0: no mark").tap()
    page.context.set_offline(True)  # as the register is open
    page.get_by_role("button", name="Save", exact=True).tap()
    expect(page.locator("#off-status")).to_have_text("Saved on this phone")
    with in_school(school):
        take_slot_register(slot.pk, marks=[GivenMark(first.pk, "present")], actor=system_actor(school.pk))

    page.context.set_offline(False)

    page.get_by_role("link", name="To decide: 1").tap()
    decision = page.locator(".decision")
    expect(decision.locator(".value-mark i")).to_have_text(["/", "N"])
    decision.get_by_role("button", name="Use N").tap()
    expect(page.get_by_role("heading", name="Nothing to decide")).to_be_visible()
    assert states(school)[0] == "missed"
