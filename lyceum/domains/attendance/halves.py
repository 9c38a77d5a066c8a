"""The two halves of a school day, and where a register lies in them."""

from datetime import date, time

from lyceum.core import clock
from lyceum.core.memory import SchoolMemory
from lyceum.domains.attendance.models import Register, SessionTimes
from lyceum.domains.tenancy.queries import time_zone

NOON = time(12)


def _read_session_starts() -> dict[str, tuple[time, date]]:
    rows = SessionTimes.objects.order_by("-starts_on").values_list("session", "starts_at", "starts_on")
    return {session: (starts_at, since) for session, starts_at, since in rows}


_session_starts = SchoolMemory(_read_session_starts, seconds=10)


def session_starts() -> dict[str, tuple[time, date]]:
    """When each session starts, and from which day on."""
    return _session_starts.get()


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
    afternoon, _since = session_starts().get("PM", (NOON, register.on))
    return int(clock.local(register.due_at, time_zone()).time() >= afternoon)
