"""Groups of schools: for who administers one, and nobody in a school does by that."""

from tests.doors.expected.door import NOBODY, Door

REST: dict[str, Door] = {
    "listGroups": Door(NOBODY),
    "groupAttendance": Door(NOBODY),
}
PAGES: dict[str, Door] = {
    "GET groups/": Door(NOBODY),
    "POST groups/": Door(NOBODY, body={"export": "csv"}),
    "GET groups/<slug:group>/<slug:school>/": Door(NOBODY, path="/groups/trust/hill-school/"),
}
