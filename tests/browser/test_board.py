"""The board: a mouse, a finger and the keyboard do the same, in the same words; undo puts it back."""

import re

from playwright.sync_api import Page, expect

from lyceum.domains.timetable.tests.boards import make_draft
from lyceum.testing.factories import make_manager, make_school
from tests.browser.conftest import DESK, PHONE, Site

SAID = re.compile(r"^Mathematics, 7A: Tuesday, 2\. Free\.")


def by_mouse(page: Page, lesson: str) -> None:
    start, goal = page.locator(lesson).bounding_box(), page.locator('[data-at="2-2"]').bounding_box()
    assert start
    assert goal
    page.mouse.move(start["x"] + 20, start["y"] + 15)
    page.mouse.down()
    page.mouse.move(start["x"] + 40, start["y"] + 25)
    page.mouse.move(goal["x"] + 20, goal["y"] + 15)
    expect(page.locator('[data-at="2-1"]')).to_have_attribute("data-state", "free")
    expect(page.locator('[data-at="1-2"]')).to_have_attribute("data-state", "clash")
    page.mouse.move(goal["x"] + 24, goal["y"] + 18)
    page.mouse.up()


def by_finger(page: Page, lesson: str) -> None:
    page.locator('[data-at="2-2"]').scroll_into_view_if_needed()
    page.locator(lesson).scroll_into_view_if_needed()
    start, goal = page.locator(lesson).bounding_box(), page.locator('[data-at="2-2"]').bounding_box()
    assert start
    assert goal
    touch = page.context.new_cdp_session(page)

    def send(kind: str, *points: dict[str, float]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    # The first column stays in view, and may lie over the lesson.
    send("touchStart", {"x": start["x"] + start["width"] - 20, "y": start["y"] + 20})
    expect(page.locator(".lesson-ghost")).to_be_visible()
    expect(page.locator('[data-at="2-1"]')).to_have_attribute("data-state", "free")
    send("touchMove", {"x": goal["x"] + 12, "y": goal["y"] + 20})
    send("touchMove", {"x": goal["x"] + 14, "y": goal["y"] + 22})
    send("touchEnd")


def by_keyboard(page: Page, lesson: str) -> None:
    page.locator(lesson).focus()
    page.keyboard.press("Enter")
    place = page.locator("#places").get_by_role("button", name="Tuesday, 2 ✓ free")
    expect(place).to_be_visible()
    place.focus()
    page.keyboard.press("Enter")


def test_mouse_finger_and_keyboard_do_the_same_in_the_same_words_and_undo_puts_it_back(site: Site):
    school = make_school()
    draft = make_draft(school)
    make_manager(school, "Timetable", username="olive")
    lesson = f'.lesson[href*="{draft.lessons[0].pk}"]'
    said = set()
    board = f"{draft.path}?by=class&of={draft.form}"

    for act, profile in ((by_mouse, DESK), (by_keyboard, DESK), (by_finger, PHONE)):
        page = site.sign_in("olive", **profile)
        page.goto(board)
        act(page, lesson)
        expect(page.locator("#said")).to_have_text(SAID)
        said.add(page.locator("#said").text_content())
        expect(page.locator(f'[data-at="2-2"] {lesson}')).to_be_visible()
        page.locator("#undo-form").get_by_role("button", name="Undo").click()
        expect(page.locator("#said")).to_have_text("Undone.")
        expect(page.locator(f'[data-at="1-1"] {lesson}')).to_have_count(1)

    assert len(said) == 1
