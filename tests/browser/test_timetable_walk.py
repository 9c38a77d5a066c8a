"""From classes to a lesson: one press makes a timetable, it is published, and a teacher's phone shows what is next."""

import re
from datetime import datetime, timedelta

from playwright.sync_api import expect

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.academics.models import AcademicYear
from lyceum.domains.academics.rules.bells import NewCycle, NewPeriod, save_bell_schedule, set_cycle
from lyceum.domains.tenancy.models import School
from lyceum.domains.timetable.models import Lesson, Requirement
from lyceum.domains.timetable.tasks import run_engine
from lyceum.testing.factories import (
    in_school,
    make_manager,
    make_student,
    make_subject,
    make_teacher,
    make_teaching_class,
)
from tests.browser.conftest import DESK, Site
from tests.browser.test_register import marks_of, school_day

MINUTE = timedelta(minutes=1)


def ring_from_midnight_on(school: School) -> None:
    """Five days over and over, so that each date has its lesson, and periods that are over soon after midnight: today's
    register is open whatever the hour, and the next lesson is tomorrow.
    """
    actor = system_actor(school.pk)
    with in_school(school):
        year = AcademicYear.objects.get()
        starts = [datetime(2000, 1, 1) + MINUTE * n for n in range(6)]
        periods = [NewPeriod(n, str(n), at.time(), (at + MINUTE).time()) for n, at in enumerate(starts, start=1)]
        schedule = save_bell_schedule("Night", periods, actor=actor)
        names = [f"Day {n}" for n in range(1, 6)]
        cycle = NewCycle(names, anchor=year.starts, schedules=dict.fromkeys(range(1, 6), schedule.pk))
        set_cycle(year.pk, cycle, actor=actor)


def test_one_press_and_a_published_timetable_reach_a_teachers_phone_and_its_register(site: Site):
    school, _names = school_day()
    ring_from_midnight_on(school)
    taught = make_teaching_class(school, "7A/Ch", subject=make_subject(school, "CH", "Chess").pk, registers="lesson")
    first = clock.today(school.time_zone) - timedelta(days=9)
    for name in ("Ada", "Ben"):
        make_student(school, taught, name=name, first_day=first)
    make_teacher(school, taught, name="Cleo Chess", username="cleo")
    make_manager(school, "Timetable", username="otto")
    desk = site.sign_in("otto", **DESK)

    desk.goto("/timetable/plan/")
    desk.get_by_role("button", name="Make a timetable").click()
    expect(desk.get_by_role("heading", name="Waiting to begin")).to_be_visible()
    run_engine(school.pk, desk.url.rstrip("/").rpartition("/")[2], None, "test")
    expect(desk.get_by_role("heading", name="Every lesson has its place")).to_be_visible()
    desk.get_by_role("link", name="Open the board").click()
    expect(desk.get_by_text("0 clashes")).to_be_visible()
    desk.get_by_role("button", name="Publish").click()
    expect(desk.get_by_text(re.compile("It holds from"))).to_be_visible()
    with in_school(school):
        assert Requirement.objects.get().source == "classes"
        assert Lesson.objects.filter(school_class=taught).count() == 5

    phone = site.sign_in("cleo")
    expect(phone.get_by_role("region", name="Next lesson")).to_contain_text("Chess")
    phone.get_by_role("link", name="Take register").first.tap()
    phone.get_by_role("button", name="All present, save").tap()
    expect(phone.get_by_role("status")).to_contain_text("Saved: 2 marks")
    assert marks_of(school) == {"Ada": "/", "Ben": "/"}
