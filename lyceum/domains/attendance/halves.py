"""The two halves of a school day, and where a register lies in them."""

from dataclasses import dataclass
from datetime import date, time

from lyceum.core import clock
from lyceum.core.memory import SchoolMemory
from lyceum.domains.attendance.models import Register, SessionTimes
from lyceum.domains.tenancy.queries import time_zone

NOON = time(12)


@dataclass(frozen=True)
class _Starts:
    usual: dict[str, tuple[time, date]]
    of_day: dict[tuple[date, str], time]
    """On days that have times of their own, for every grade."""


def _read_session_starts() -> _Starts:
    rows = SessionTimes.objects.order_by("-starts_on")
    starts = _Starts({}, {})
    for session, starts_at, on, only, grades in rows.values_list(
        "session", "starts_at", "starts_on", "is_exception", "grades"
    ):
        if not only:
            starts.usual[session] = (starts_at, on)
        elif not grades:
            starts.of_day[(on, session)] = starts_at
    return starts


_session_starts = SchoolMemory(_read_session_starts, seconds=10)


def session_starts() -> dict[str, tuple[time, date]]:
    """When each session usually starts, and from which day on."""
    return _session_starts.get().usual


def start_on(day: date, session: str, usual: time) -> time:
    """When a session starts on a day: as usual, unless the day has times of its own."""
    return _session_starts.get().of_day.get((day, session), usual)


def forget_session_starts() -> None:
    """Read the session times anew at the next question."""
    _session_starts.forget()


def half_of(session: str) -> int:
    """Which half of the day a session is: 0 for the morning and for a whole day, 1 for the afternoon."""
    return 1 if session == "PM" else 0


def half_of_register(register: Register) -> int:
    """Which half of its day a register belongs to: a lesson by when it begins."""
    if register.session:
        return half_of(register.session)
    usual, _since = session_starts().get("PM", (NOON, register.on))
    afternoon = start_on(register.on, "PM", usual)
    return int(clock.local(register.due_at, time_zone()).time() >= afternoon)
