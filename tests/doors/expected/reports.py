"""The journey and the school in numbers."""

from lyceum.core.permissions import Permission
from tests.doors.expected.door import Door

_p = Permission

REST: dict[str, Door] = {
    "schoolDashboard": Door(_p.SCHOOL_DASHBOARD),
}
PAGES: dict[str, Door] = {
    "GET journey/": Door(_p.JOURNEY_VIEW),
    "GET dashboard/": Door(_p.SCHOOL_DASHBOARD),
    "GET dashboard/lists/<slug:list_name>/": Door(_p.SCHOOL_DASHBOARD, path="/dashboard/lists/completions/"),
    "POST dashboard/lists/<slug:list_name>/": Door(
        _p.SCHOOL_DASHBOARD, body={"export": "csv"}, path="/dashboard/lists/completions/"
    ),
}
