"""A family reports an absence, the office approves it, and the child comes after all."""

from datetime import timedelta

from playwright.sync_api import expect

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.academics.models import AcademicYear
from lyceum.domains.attendance.models import Mark, PlannedAbsence
from lyceum.domains.attendance.rules.planned import approve_absence
from lyceum.testing.factories import guardian_of, in_school
from tests.browser.conftest import Site
from tests.browser.test_register import school_day


def test_an_absence_takes_three_taps_from_home_and_arrived_ends_it(site: Site):
    school, _names = school_day()
    with in_school(school):
        student = AcademicYear.objects.get().classes.get().memberships.order_by("student__person__sort_name")[0].student
    guardian_of(student, username="grace")
    family = site.sign_in("grace")

    family.get_by_role("link", name="Report an absence").tap()
    family.get_by_label("Medical appointment").tap()
    family.get_by_role("button", name="Send").tap()

    expect(family.get_by_role("status")).to_contain_text("The school is told")
    with in_school(school):
        asked = PlannedAbsence.objects.get()
        today = clock.today(school.time_zone)
        assert (asked.state, asked.starts_on, asked.ends_on - today) == ("asked", today, timedelta(0))
        approve_absence(asked.pk, actor=system_actor(school.pk))

    teacher = site.sign_in("tess")
    teacher.get_by_role("link", name="Take register").tap()
    teacher.get_by_role("button", name="Arrived: Student 01").tap()

    expect(teacher.get_by_role("button", name="Student 01: Present")).to_be_visible()
    with in_school(school):
        assert [mark.code.symbol for mark in Mark.objects.select_related("code")] == ["/"]
