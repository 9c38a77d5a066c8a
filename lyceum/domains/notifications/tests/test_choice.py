from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from lyceum.domains.notifications.choice import (
    FAMILY_WISHES,
    STAFF_WISHES,
    Asked,
    Wishes,
    choose_ways,
    end_of_quiet,
    next_digest,
)

LONDON = ZoneInfo("Europe/London")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NIGHT = datetime(2026, 11, 20, 23, tzinfo=UTC)
HOME = {"email": ["g@example.org"], "sms": ["+447700900001"]}


def ways(
    urgency: str = "routine",
    *,
    wishes: Wishes = FAMILY_WISHES,
    channels: tuple[str, ...] = ("email",),
    known: dict[tuple[str, str], str] | None = None,
    now: datetime = NOON,
    statutory: bool = False,
    one: bool = False,
) -> list[tuple[str, str, bool]]:
    asked = Asked("attendance", urgency, statutory, channels, one)
    found = choose_ways(asked, HOME, wishes=wishes, known=known or {}, zone=LONDON, now=now)
    return [(way.channel, way.state, way.in_digest) for way in found]


OFF = Wishes({("attendance", "email"): "off"}, FAMILY_WISHES.usual)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        # what can wait goes to a family in the digest
        ({}, [("email", "held", True)]),
        # what is important goes at once
        ({"urgency": "important"}, [("email", "queued", False)]),
        # but not at night
        ({"urgency": "important", "now": NIGHT}, [("email", "held", False)]),
        # what is urgent goes at night too, and waits on the next channel for whether it is read
        ({"urgency": "urgent", "now": NIGHT}, [("email", "queued", False), ("sms", "held", False)]),
        # staff read what can wait in the app
        ({"wishes": STAFF_WISHES}, []),
        # and get what is important by e-mail
        ({"wishes": STAFF_WISHES, "urgency": "important"}, [("email", "queued", False)]),
        # who chose not to hear of it does not
        ({"wishes": OFF, "urgency": "important"}, []),
        # unless the law says so, or it is urgent
        ({"wishes": OFF, "statutory": True}, [("email", "queued", False)]),
        ({"wishes": OFF, "urgency": "urgent"}, [("email", "queued", False), ("sms", "held", False)]),
        # the first way that reaches is enough, until nobody has read it
        (
            {"urgency": "urgent", "channels": ("sms", "email"), "one": True},
            [("sms", "queued", False), ("email", "held", False)],
        ),
        # what is important has no next channel
        ({"urgency": "important", "channels": ("email", "sms"), "one": True}, [("email", "queued", False)]),
        # an address that takes nothing is written down, and the next way is taken
        (
            {
                "urgency": "urgent",
                "channels": ("sms", "email"),
                "one": True,
                "known": {("sms", "+447700900001"): "suppressed"},
            },
            [("sms", "suppressed", False), ("email", "queued", False)],
        ),
        # who opted out hears only what the law says
        (
            {"urgency": "important", "known": {("email", "g@example.org"): "opted_out"}},
            [("email", "suppressed", False)],
        ),
        # and where that leaves no way of what is urgent, the next channel is taken at once
        (
            {"urgency": "urgent", "known": {("email", "g@example.org"): "opted_out"}},
            [("email", "suppressed", False), ("sms", "queued", False)],
        ),
        (
            {"urgency": "important", "statutory": True, "known": {("email", "g@example.org"): "opted_out"}},
            [("email", "queued", False)],
        ),
    ],
)
def test_how_somebody_is_told(case: dict[str, object], expected: list[tuple[str, str, bool]]):
    assert ways(**case) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        (datetime(2026, 11, 20, 20, 59, tzinfo=UTC), None),
        (datetime(2026, 11, 20, 21, 0, tzinfo=UTC), datetime(2026, 11, 21, 7, tzinfo=UTC)),
        (datetime(2026, 11, 21, 6, 59, tzinfo=UTC), datetime(2026, 11, 21, 7, tzinfo=UTC)),
        (datetime(2026, 11, 21, 7, 0, tzinfo=UTC), None),
        # the night in which the clocks go back: quiet until seven by the clock on the wall
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), datetime(2026, 10, 25, 7, tzinfo=UTC)),
        # and the one in which they go forward: from 21:00 GMT to 07:00 BST
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), datetime(2026, 3, 29, 6, tzinfo=UTC)),
    ],
)
def test_quiet_hours_end_by_the_wall_clock(now: datetime, ends: datetime | None):
    assert end_of_quiet(FAMILY_WISHES, LONDON, now) == (ends or now)


def test_quiet_hours_hold_on_the_days_on_which_they_begin():
    weekdays = Wishes({}, {}, quiet_days=(1, 2, 3, 4, 5))
    saturday_night = datetime(2026, 11, 21, 23, tzinfo=UTC)

    assert end_of_quiet(weekdays, LONDON, saturday_night) == saturday_night


def test_the_digest_comes_at_its_hour_and_on_fridays_once_a_week():
    daily, weekly = Wishes({}, {}, digest_at=time(17)), Wishes({}, {}, digest_at=time(17), digest_weekly=True)
    saturday = datetime(2026, 11, 21, 18, tzinfo=UTC)

    assert next_digest(daily, LONDON, saturday) == datetime(2026, 11, 22, 17, tzinfo=UTC)
    assert next_digest(weekly, LONDON, saturday) == datetime(2026, 11, 27, 17, tzinfo=UTC)
