"""Pages show instants as the school's clock does, wherever the server stands."""

from datetime import UTC, datetime, time

import pytest

from lyceum.core import clock
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.testing.clients import browser
from lyceum.testing.factories import in_school, make_admin, make_class, make_school, make_teacher, set_times

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("zone", "now"),
    [
        # summer time in London, and far from it
        ("Europe/London", datetime(2027, 6, 4, 9, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 20, 15, tzinfo=UTC)),
        ("Asia/Kolkata", datetime(2026, 11, 20, 5, tzinfo=UTC)),
    ],
)
def test_a_register_is_due_when_the_schools_clock_says_so(zone: str, now: datetime):
    school = make_school(time_zone=zone)
    form = make_class(school)
    set_times(school)
    teacher, admin = make_teacher(school, form), make_admin(school)
    with clock.frozen(now):
        with in_school(school):
            open_day(now.date())
        for user in (teacher, admin):
            page = browser(user, school).get("/today/").content.decode()
            assert "08:45" in page
        day = browser(admin, school).get("/attendance/").content.decode()

    assert time(8, 45).strftime("%H:%M") in day
