"""The time: one instant for all, and to each school its own day."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from lyceum.core import clock

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def test_now_is_in_utc_and_moves_on():
    first, second = clock.now(), clock.now()

    assert first.tzinfo is UTC
    assert first <= second
    assert clock.find_frozen() is None


def test_frozen_stands_still_and_lets_go():
    with clock.frozen(NOON):
        assert (clock.now(), clock.now(), clock.find_frozen()) == (NOON, NOON, NOON)
        with clock.frozen(NOON + timedelta(hours=1)):
            assert clock.now() == NOON + timedelta(hours=1)
        assert clock.now() == NOON

    assert clock.now() != NOON


def test_frozen_takes_any_zone():
    with clock.frozen(datetime(2026, 11, 20, 14, 0, tzinfo=timezone(timedelta(hours=2)))):
        assert clock.now() == NOON


@pytest.mark.parametrize(
    ("instant", "zone", "day"),
    [
        (datetime(2026, 11, 20, 10, 59, tzinfo=UTC), "Pacific/Auckland", date(2026, 11, 20)),
        (datetime(2026, 11, 20, 11, 0, tzinfo=UTC), "Pacific/Auckland", date(2026, 11, 21)),
        (datetime(2026, 11, 20, 4, 59, tzinfo=UTC), "America/New_York", date(2026, 11, 19)),
        # the hour before British summer time ends lies between two midnights
        (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), "Europe/London", date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 59, tzinfo=UTC), "Europe/London", date(2026, 10, 25)),
    ],
)
def test_a_day_belongs_to_a_zone(instant, zone, day):
    with clock.frozen(instant):
        assert clock.today(zone) == day
