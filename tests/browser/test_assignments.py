"""A photo handed in by a phone of 320 points, and a desk where what is typed is kept and one key leads on."""

import io
from datetime import timedelta

from PIL import Image
from playwright.sync_api import expect

from lyceum.core import clock
from lyceum.core.actor import Via
from lyceum.core.permissions import Role
from lyceum.domains.accounts.models import SchoolLogin
from lyceum.domains.learning.models import Submission
from lyceum.domains.learning.rules.assignments.handing_in import submit
from lyceum.domains.learning.rules.assignments.publishing import publish_assignment
from lyceum.domains.learning.rules.assignments.writing import NewAssignment, create_assignment
from lyceum.domains.people.models import Student
from lyceum.testing.factories import account_for, as_actor, in_school
from tests.browser.conftest import DESK, PHONE, Site
from tests.browser.test_register import school_day


def test_a_photo_is_handed_in_by_phone_and_marked_at_the_desk(site: Site):
    school, names = school_day()
    teacher = as_actor(SchoolLogin.objects.get(username="tess").user, school, via=Via.PAGE)
    with in_school(school):
        first, second = (Student.objects.select_related("person").get(person__full_name=n) for n in names[:2])
        form = first.class_memberships.get().school_class_id
        work = create_assignment(
            NewAssignment("Essay", "One page", clock.now() + timedelta(days=2), [form]), actor=teacher
        )
        publish_assignment(work.pk, actor=teacher)
    account_for(first.person, Role.STUDENT, username="first")
    other = as_actor(account_for(second.person, Role.STUDENT, username="second"), school, via=Via.PAGE)
    with in_school(school):
        submit(work.pk, text="My page", actor=other)
    photo = io.BytesIO()
    Image.new("RGB", (300, 200), "red").save(photo, format="JPEG")

    phone = site.sign_in("first", **{**PHONE, "viewport": {"width": 320, "height": 640}})
    phone.get_by_role("link", name="Essay").tap()
    phone.locator("#files").set_input_files({"name": "page.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()})
    phone.get_by_role("button", name="Hand in", exact=True).tap()
    expect(phone.get_by_text(", on time")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320

    with in_school(school):
        ids = {row.student_id: row.pk for row in Submission.objects.filter(status="submitted")}
    desk = site.sign_in("tess", **DESK)
    desk.goto(f"/submissions/{ids[first.pk]}/mark/")
    expect(desk.locator("img.work-picture")).to_be_visible()
    desk.evaluate("window.same = true")
    desk.locator("#grade").fill("87,5")
    expect(desk.get_by_text("Kept; not given yet.")).to_be_visible()
    desk.get_by_role("heading", level=1).click()
    desk.keyboard.press("n")
    expect(desk.get_by_text("My page")).to_be_visible()
    assert desk.url.endswith(f"/submissions/{ids[second.pk]}/mark/")
    assert desk.evaluate("window.same")  # no page was loaded
    desk.get_by_role("link", name="Before").click()
    expect(desk.locator("#grade")).to_have_value("87.5")
    desk.locator("#grade").press("Enter")
    expect(desk.get_by_text("My page")).to_be_visible()
    with in_school(school):
        assert Submission.objects.get(pk=ids[first.pk]).grade == 87.5
