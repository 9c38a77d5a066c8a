"""The journey and the school in numbers."""

from lyceum.core.permissions import Permission
from tests.doors.expected.door import Door

_p = Permission
LISTS = ("courses", "course-enrolments", "completions")

REST: dict[str, Door] = {
    "schoolDashboard": Door(_p.SCHOOL_DASHBOARD),
}
PAGES: dict[str, Door] = {
    "GET journey/": Door(_p.JOURNEY_VIEW),
    "GET dashboard/": Door(_p.SCHOOL_DASHBOARD),
    **{f"GET dashboard/lists/{name}/": Door(_p.SCHOOL_DASHBOARD) for name in LISTS},
    **{f"POST dashboard/lists/{name}/": Door(_p.SCHOOL_DASHBOARD, body={"export": "csv"}) for name in LISTS},
}
