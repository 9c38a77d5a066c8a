"""The marks grid by keyboard: Enter walks, what is typed is saved, a pasted block keeps its bad cells on screen."""

from decimal import Decimal

from playwright.sync_api import expect

from lyceum.core.actor import Via, system_actor
from lyceum.domains.academics.models import Class
from lyceum.domains.academics.rules.calendar import create_term
from lyceum.domains.accounts.models import SchoolLogin
from lyceum.domains.assessment.models import Cell
from lyceum.domains.assessment.rules.gradebooks import open_gradebook
from lyceum.domains.assessment.rules.structure import add_column
from lyceum.testing.factories import as_actor, in_school
from tests.browser.conftest import DESK, Site
from tests.browser.test_register import school_day

PASTE = """([cell, text]) => { const given = new DataTransfer(); given.setData("text/plain", text);
  cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData: given, bubbles: true, cancelable: true })); }"""


def test_marks_are_typed_pasted_and_saved_as_they_are_typed(site: Site):
    school, _names = school_day()
    teacher = as_actor(SchoolLogin.objects.get(username="tess").user, school, via=Via.PAGE)
    with in_school(school):
        form = Class.objects.select_related("year").get(teachers__staff__person__user__logins__username="tess")
        span = {"starts": form.year.starts, "ends": form.year.ends}
        term = create_term(form.year_id, name="Autumn", actor=system_actor(school.pk), **span)
        book = open_gradebook(class_id=form.pk, term_id=term.pk, actor=teacher).row
        for title in ("Quiz", "Essay"):
            add_column(book.pk, values={"title": title, "points": Decimal(20)}, actor=teacher)

    desk = site.sign_in("tess", **DESK)
    desk.goto(f"/marks/gradebooks/{book.pk}/")
    cells = desk.locator("input.cell")
    cells.nth(0).click()
    desk.keyboard.type("15")
    desk.keyboard.press("Enter")
    desk.keyboard.type("7,5")
    desk.keyboard.press("ArrowUp")
    desk.keyboard.press("ArrowRight")
    expect(cells.nth(1)).to_be_focused()
    expect(desk.locator("#kept")).to_have_text("Saved")
    expect(desk.locator("[data-total=current]").nth(0)).to_have_text("75 %")

    desk.evaluate(PASTE, [cells.nth(1).element_handle(), "20\n34\n"])
    expect(cells.nth(3)).to_have_attribute("aria-invalid", "true")
    expect(desk.get_by_text("34 is more than 20 for Essay.")).to_be_visible()
    expect(cells.nth(3)).to_have_value("34")
    expect(desk.locator("[data-total=current]").nth(0)).to_have_text("88 %")

    with in_school(school):
        # Somebody else changes a cell meanwhile: both values are shown, and one is chosen.
        Cell.objects.filter(score=15).update(score=16, version=2)
    cells.nth(0).fill("14")
    expect(desk.get_by_text("It says now: 16")).to_be_visible()
    desk.get_by_role("button", name="Keep mine").click()
    expect(desk.locator("[data-total=current]").nth(0)).to_have_text("85 %")
    with in_school(school):
        assert sorted(int(2 * score) for score in Cell.objects.values_list("score", flat=True)) == [15, 28, 40]
