from datetime import date, timedelta

import pytest

from lyceum.demo.calendars import easter_sunday, english_year, irish_year, with_school_this_week
from lyceum.demo.plan import HILLCREST, LITTLE_OAK

EVERY_THIRD_DAY = [date(2025, 1, 1) + timedelta(days=n) for n in range(0, 3 * 365, 3)]


@pytest.mark.parametrize(
    ("year", "day"),
    [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2026, date(2026, 4, 5)), (2038, date(2038, 4, 25))],
)
def test_easter_falls_where_the_almanac_says(year: int, day: date):
    assert easter_sunday(year) == day


@pytest.mark.parametrize("first", range(2023, 2033))
def test_a_school_year_has_about_as_many_days_as_the_law_asks(first: int):
    assert 185 <= len(english_year(first).school_days) <= 195
    assert 175 <= len(irish_year(first).school_days) <= 190


def test_half_term_christmas_and_the_august_holidays_are_free():
    days = english_year(2026).school_days

    assert not {date(2026, 10, 28), date(2026, 12, 25), date(2027, 8, 3), date(2027, 5, 3)} & set(days)
    assert {date(2026, 9, 7), date(2026, 11, 20), date(2027, 7, 20)} <= set(days)


@pytest.mark.parametrize("plan", [HILLCREST, LITTLE_OAK])
def test_on_every_day_of_the_year_there_is_school_to_try(plan):
    for today in EVERY_THIRD_DAY:
        laid_out = plan.on(today)
        year = laid_out.calendars[laid_out.current]

        assert year.starts <= today <= year.ends
        assert today in year.school_days, today
        assert all(one.ends < next_one.starts for one, next_one in zip(year.terms, year.terms[1:], strict=False))


def test_the_past_is_the_same_in_whichever_week_the_demo_is_loaded():
    in_term, in_holidays = HILLCREST.on(date(2026, 11, 20)), HILLCREST.on(date(2026, 12, 29))

    assert in_term.calendars[2025] == in_holidays.calendars[2025]
    before = [d for d in in_holidays.calendars[2026].school_days if d < date(2026, 12, 18)]
    assert before == [d for d in in_term.calendars[2026].school_days if d < date(2026, 12, 18)]
    assert with_school_this_week(english_year(2026), date(2026, 11, 18)) == english_year(2026)
