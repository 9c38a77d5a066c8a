"""Bringing a school in by page: look, choose, apply, take back."""

import asyncio
import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from asgiref.sync import sync_to_async
from django.db import connections
from playwright.sync_api import Page, expect
from procrastinate.contrib.django import app

from lyceum.domains.academics.models import ClassMembership
from lyceum.domains.people.models import Student
from lyceum.testing.factories import in_school, make_admin, make_school, make_year
from tests.browser.conftest import DESK, Site

SAMPLE = Path(__file__).parents[2] / "lyceum/domains/exchange/tests/data/sds-uk-100"


def work() -> None:
    """What the worker does: every job that waits. In a thread, for the browser's event loop lives in this one."""

    async def work_off() -> None:
        await sync_to_async(connections.close_all)()  # asgiref's thread may hold one to the last test's database
        async with app.with_connector(app.connector.get_worker_connector()).open_async() as worker:
            await worker.run_worker_async(wait=False, install_signal_handlers=False)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work_off()).result(timeout=60)


def sample() -> dict[str, object]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for table in sorted(SAMPLE.glob("*.csv")):
            archive.write(table, table.name)
    return {"name": "uk.zip", "mimeType": "application/zip", "buffer": packed.getvalue()}


def go_on(page: Page, button: str) -> None:
    page.get_by_role("button", name=button).click()
    expect(page.locator("progress")).to_be_visible()
    work()
    expect(page.locator("progress")).to_have_count(0)


def test_a_district_file_is_previewed_applied_and_taken_back(site: Site):
    school = make_school("Contoso School", country="US")
    make_admin(school, username="ada")
    page = site.sign_in("ada", **DESK)
    page.goto("/imports/")
    page.set_input_files("#file", sample())

    go_on(page, "Look at it")
    expect(page.get_by_text("Choose the one to bring in")).to_be_visible()
    page.get_by_label("Contoso High School").check()
    go_on(page, "Show what would happen")
    expect(page.locator("tr", has_text="Students")).to_contain_text("60")
    go_on(page, "Bring it in")

    with in_school(school):
        assert (Student.objects.count(), ClassMembership.objects.count()) == (60, 420)
    go_on(page, "Take it back")
    expect(page.locator(".tag").first).to_have_text("Taken back")
    with in_school(school):
        assert (Student.objects.count(), ClassMembership.objects.count()) == (0, 0)


def test_a_file_that_is_no_table_is_refused_in_words(site: Site):
    school = make_school()
    make_admin(school, username="ada")
    page = site.sign_in("ada")
    page.goto("/imports/")
    page.set_input_files(
        "#file", {"name": "photo.csv", "mimeType": "text/csv", "buffer": b"\x89PNG\r\n\x1a\n" + b"\0" * 50}
    )

    page.get_by_role("button", name="Look at it").click()

    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    assert page.title().startswith("Error:")


def test_without_javascript_a_list_is_brought_in_and_a_student_found(site: Site):
    school = make_school()
    make_year(school)
    make_admin(school, username="ada")
    page = site.sign_in("ada", **DESK, java_script_enabled=False)
    page.goto("/imports/")
    content = "full_name,birth_date,first_day\nNora Newcomer,2014-03-01,2026-09-01\nOtto Other,2014-05-02,2026-09-01\n"
    page.set_input_files("#file", {"name": "new.csv", "mimeType": "text/csv", "buffer": content.encode()})

    go_on(page, "Look at it")
    go_on(page, "Bring it in")
    expect(page.locator(".tag").first).to_have_text("Brought in")
    page.goto("/search/")
    page.get_by_role("searchbox").fill("newcommer nora")
    page.keyboard.press("Enter")

    expect(page.get_by_role("link", name="Nora Newcomer")).to_be_visible()
