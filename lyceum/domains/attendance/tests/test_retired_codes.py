"""Marks keep the codes they were given, whichever set the school marks with since."""

import pytest

from lyceum.core import clock
from lyceum.core.permissions import Role
from lyceum.domains.attendance.codes import read_codes
from lyceum.domains.attendance.models import Code
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.attendance.rules.setup import choose_codes
from lyceum.domains.attendance.tests.conftest import TODAY, Morning
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import NOW, account_for, as_actor, in_school, make_admin, make_guardian


@pytest.fixture
def switched(morning: Morning) -> Morning:
    """The first of 7A does sports, which is P in England; then the school marks with a set in which P is present."""
    register = morning.register()
    with in_school(morning.school):
        take_register(register.pk, marks=[GivenMark(morning.students[0].pk, "P")], actor=morning.teacher)
        choose_codes("simple", actor=as_actor(make_admin(morning.school), morning.school))
    return morning


def test_a_mark_of_a_retired_set_is_shown_and_not_taken_anew(switched: Morning):
    register = switched.register()
    teacher = software(switched.teacher_user, switched.school)

    saved = teacher.send(f"/api/v1/registers/{register.pk}/marks/", {"rest": "present"}, method="put")
    lines = teacher.get(f"/api/v1/registers/{register.pk}/").json()["lines"]
    page = browser(switched.teacher_user, switched.school).get(f"/registers/{register.pk}/").content.decode()

    assert saved.status_code == 200
    assert [(line["mark"]["code"], line["mark"]["status"]) for line in lines] == [("P", "P")] * 3
    assert "Sporting activity" in page
    with in_school(switched.school):
        assert [row.meaning for row in Code.objects.filter(symbol="P").order_by("code_set__starts_on", "pk")] == [
            "approved_activity",
            "present",
        ]


def test_a_retired_code_is_said_in_its_own_words(switched: Morning):
    child = switched.students[0]
    guardian = account_for(make_guardian(child).guardian, Role.GUARDIAN)
    path = f"/api/v1/students/{child.pk}/attendance/?from={TODAY}&to={TODAY}"

    with clock.frozen(NOW.replace(hour=12)):
        told = [
            software(user, switched.school).get(path).json()["sessions"] for user in (guardian, switched.office_user)
        ]

    assert [row["label"] for (row,) in told] == ["At a sporting activity", "Sporting activity"]


def test_a_code_that_another_process_chose_is_known_by_its_id(morning: Morning):
    with in_school(morning.school):
        known = read_codes(morning.teacher)
        choose_codes("simple", actor=as_actor(make_admin(morning.school), morning.school))
        chosen = Code.objects.get(code_set__state="in_use", symbol="E")

        assert known.by_id(chosen.pk) == chosen
