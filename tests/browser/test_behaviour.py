"""Praise in two taps, a family told in three, a queue decided by keys."""

import re

from playwright.sync_api import expect

from lyceum.core.actor import Via
from lyceum.domains.behaviour.models import Incident, IncidentType, Notice, PointEntry
from lyceum.domains.behaviour.rules.recording import NewIncident, NewPart, record_incident
from lyceum.domains.people.models import Student
from lyceum.testing.factories import as_actor, guardian_of, in_school, make_manager
from tests.browser.conftest import DESK, Site
from tests.browser.test_register import school_day


def test_a_teacher_praises_in_two_taps_and_tells_a_family_in_three(site: Site):
    school, _names = school_day()
    with in_school(school):
        student = Student.objects.select_related("person").get(person__full_name="Student 03")
        form = student.class_memberships.get().school_class_id
    guardian_of(student)
    page = site.sign_in("tess")
    page.goto(f"/behaviour/record/?class={form}")

    page.get_by_text("Student 03", exact=True).tap()
    page.get_by_role("button", name="Good work").tap()
    expect(page.get_by_text("Good work: Student 03.")).to_be_visible()

    page.get_by_text("Student 03", exact=True).tap()
    page.get_by_role("button", name="Disruption").tap()
    page.get_by_role("button", name="Send").tap()

    expect(page.get_by_text("being sent")).to_be_visible()
    with in_school(school):
        assert sorted(PointEntry.objects.values_list("points", flat=True)) == [-1, 1]
        assert Notice.objects.get(participant__incident__type__code="disruption").state == "recallable"


def test_a_head_of_year_decides_by_keys(site: Site):
    school, names = school_day()
    head = make_manager(school, "Head of year", name="Hanna Head", username="hanna")
    reporter = as_actor(make_manager(school, "Head of year"), school, via=Via.PAGE)
    with in_school(school):
        kind = IncidentType.objects.get(code="assault")
        for name in names[:2]:
            student = Student.objects.get(person__full_name=name)
            record_incident(NewIncident(kind.pk, [NewPart(student.pk)]), actor=reporter)
    page = site.sign_in("hanna", **DESK)
    page.goto("/behaviour/queue/")

    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.get_by_text("Approved.")).to_be_visible()
    expect(page.get_by_role("heading", name="To review 1")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("r")
    page.keyboard.type("Somebody else")
    page.get_by_role("button", name=re.compile("^Reject")).first.click()
    expect(page.get_by_text("Rejected.")).to_be_visible()

    with in_school(school):
        decided = Incident.objects.order_by("state").values_list("state", "decided_by", "reason")
        assert list(decided) == [("approved", head.pk, ""), ("rejected", head.pk, "Somebody else")]
