"""Forms side by side: a student is dragged into another one, and back by Undo."""

from datetime import timedelta

from playwright.sync_api import expect

from lyceum.core import clock
from lyceum.domains.academics.models import Grade
from lyceum.testing.factories import in_school, make_class, make_manager, make_school, make_student, make_year
from tests.browser.conftest import DESK, Site


def test_a_student_is_dragged_into_another_form_and_back_by_undo(site: Site):
    school = make_school()
    today = clock.today(school.time_zone)
    first = today - timedelta(days=60)
    year = make_year(school, starts=first, ends=today + timedelta(days=200))
    with in_school(school):
        grade = Grade.objects.get(code="7").pk
    forms = [make_class(school, name, year=year, grades=(grade,)) for name in ("7A", "7B")]
    make_student(school, forms[0], name="Ada", first_day=first)
    make_manager(school, "Office", username="olive")

    page = site.sign_in("olive", **DESK)
    page.goto(f"/classes/arrange/?grade={grade}")
    columns = page.locator(".form-column")
    columns.nth(0).get_by_text("Ada").drag_to(columns.nth(1))

    expect(columns.nth(1)).to_contain_text("Ada")
    page.get_by_role("button", name="Undo").click()
    expect(columns.nth(0)).to_contain_text("Ada")
