"""A day's absence at the cover desk: every lesson has somebody in six taps, and is given back when it shortens."""

from datetime import date, time

from playwright.sync_api import Page, expect

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.academics.models import Class
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.people.models import Staff
from lyceum.domains.timetable.models import Cover
from lyceum.domains.timetable.rules import NewLesson, create_lessons
from lyceum.testing.factories import in_school, make_teacher
from tests.browser.conftest import Site
from tests.browser.test_register import school_day


def lessons_of_today(form: Class, today: date, count: int) -> None:
    """Lessons from midnight on, so that their registers are open whatever the hour."""
    new = [
        NewLesson(
            form, today.isoweekday(), f"{n + 1}", time(0, 15 * n + 5), time(0, 15 * n + 15), starts_on=form.starts
        )
        for n in range(count)
    ]
    create_lessons(new, actor=system_actor(form.school_id))
    open_day(today)


class Taps:
    """A page that counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def tap(self, role: str, name: str) -> None:
        self.page.get_by_role(role, name=name).first.tap()  # type: ignore[arg-type]  # any role's name
        self.count += 1


def test_a_days_absence_is_covered_in_six_taps_and_shortening_it_gives_the_lessons_back(site: Site):
    school, _names = school_day()
    today = clock.today(school.time_zone)
    make_teacher(school, name="Cora Colleague", username="cora")
    with in_school(school):
        form = Class.objects.get(name="7A")
        Class.objects.filter(pk=form.pk).update(registers="both")
        lessons_of_today(form, today, 3)
        tess = Staff.objects.get(person__full_name__startswith="Tess")
        registers = {row.period: row.pk for row in Register.objects.filter(on=today)}
    office = site.sign_in("olive")
    office.goto("/cover/")
    desk = Taps(office)

    desk.tap("link", "Report an absence")
    office.get_by_label("Who is away").select_option(str(tess.pk))
    desk.count += 2  # the list, and the name in it
    desk.tap("button", "Save")
    desk.tap("button", "Assign all 3 as proposed")

    expect(office.get_by_text("Every lesson has somebody.")).to_be_visible()
    assert desk.count <= 6
    with in_school(school):
        assert {str(cover.teacher) for cover in Cover.objects.all()} == {"Cora Colleague"}

    cora = site.sign_in("cora")
    expect(cora.get_by_role("heading", name="You cover")).to_be_visible()
    expect(cora.get_by_text("instead of Tess")).to_have_count(3)
    covered, others = [registers[period] for period in "123"], [registers[""]]
    assert [cora.request.get(f"/registers/{each}/").status for each in [*covered, *others]] == [200, 200, 200, 404]

    office.get_by_role("link", name="Tess").first.tap()
    office.get_by_text("Part of a day, why, a word").tap()
    office.get_by_label("Until period").fill("1")
    office.get_by_role("button", name="Save").tap()

    expect(office.locator(".toast")).to_contain_text("Cover outside the absence is cancelled")
    cora.goto("/cover/mine/")
    expect(cora.get_by_text("instead of Tess")).to_have_count(1)
    assert [cora.request.get(f"/registers/{each}/").status for each in covered] == [200, 404, 404]
    with in_school(school):
        assert list(Cover.objects.filter(state="assigned").values_list("lesson__period", flat=True)) == ["1"]
