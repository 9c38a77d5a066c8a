"""What looks at every page finds what it looks for."""

from urllib.parse import quote

from playwright.sync_api import Browser

from tests.browser.looking import Looker

ROWS = "".join(f"<li>Row {number}</li>" for number in range(50))
PAGE = """<!doctype html><html lang="en"><title>Rows</title>
<body style="background: #fff; color: #111"><main><h1>Rows</h1>
<ul>{rows}</ul><ul style="background: {ground}">{rows}</ul></main>"""


def faults_on(unpainted: Browser, ground: str, legible: set[str]) -> list[str]:
    looker = Looker(unpainted.new_context(), legible=legible)
    looker.page.goto("data:text/html," + quote(PAGE.format(rows=ROWS, ground=ground)))
    found = looker.colours()
    looker.page.context.close()
    return found


def test_one_text_of_each_ground_is_held_against_it(unpainted: Browser):
    legible: set[str] = set()

    assert faults_on(unpainted, "#eee", legible) == []
    assert len(legible) == 3  # the heading, and the rows of both lists
    for _ in range(2):  # a fault is told of on every page
        (fault,) = faults_on(unpainted, "#444", legible)
        assert fault.startswith("color-contrast ×1: ul:nth-child(3)")
    assert len(legible) == 3
