"""A year goes over into the next on a phone: what stands in the way is decided, then applied as a whole."""

from datetime import timedelta

from playwright.sync_api import expect

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.academics.models import AcademicYear, ClassMembership, Grade
from lyceum.domains.academics.rules.placements import NewPlacement, place_students
from lyceum.domains.academics.tests.rolling import work
from lyceum.testing.factories import in_school, make_admin, make_class, make_school, make_student, make_year
from tests.browser.conftest import Site


def test_whoever_stands_in_the_way_is_decided_on_a_phone_and_all_go_over_together(site: Site):
    school = make_school()
    today = clock.today(school.time_zone)
    first = today - timedelta(days=60)
    year = make_year(school, "2026/27", starts=first, ends=today + timedelta(days=200))
    with in_school(school):
        grades = {grade.code: grade for grade in Grade.objects.all()}
    forms = [make_class(school, f"{n}A", year=year, grades=[grades[n].pk], section="A") for n in ("7", "8")]
    ada, zoe = (make_student(school, forms[0], name=name, first_day=first) for name in ("Ada", "Zoe"))
    with in_school(school):
        actor = system_actor(school.pk)
        place_students([NewPlacement(ada.pk, year, grades["7"], first)], actor=actor)
    wanderer = make_student(school, name="Wanda Wanderer", first_day=first)
    make_admin(school, username="head")

    page = site.sign_in("head")
    page.goto("/rollovers/")
    page.get_by_role("button", name="Plan it").tap()
    rows = page.locator(".table.rows tbody tr")
    expect(rows.first).to_contain_text("Wanda Wanderer")
    rows.first.get_by_role("checkbox").tap()
    page.get_by_role("button", name="Decide").tap()
    page.get_by_label("What becomes of them").select_option(label="Goes up")
    page.get_by_label("Grade").select_option(label="Year 8")
    page.get_by_role("button", name="Preview").tap()
    expect(page.locator("ins")).to_have_text("Goes up: Year 8 · 8A")
    page.get_by_role("button", name="Change 1 row").tap()
    page.get_by_role("button", name="Preview").tap()
    expect(page.get_by_role("button", name="Apply to 3 students")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.get_by_role("button", name="Apply to 3 students").tap()
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert work() == ["academics.rollover.apply"]

    expect(page.get_by_role("button", name="Take it back")).to_be_visible()
    with in_school(school):
        following = AcademicYear.objects.get(name="2027/28")
        rows = ClassMembership.objects.filter(school_class__year=following).order_by("student__person__full_name")
        assert list(rows.values_list("student", "school_class__name")) == [
            (ada.pk, "8A"),
            (wanderer.pk, "8A"),
            (zoe.pk, "8A"),
        ]
