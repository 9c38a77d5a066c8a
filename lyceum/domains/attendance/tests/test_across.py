"""The schools of a group in numbers: by each school's own rule, without names, written down in each."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from lyceum.core import clock
from lyceum.core.permissions import Role
from lyceum.domains.academics.models import Grade, Placement
from lyceum.domains.accounts.models import Membership, User
from lyceum.domains.attendance.across import Total, hide_few
from lyceum.domains.attendance.numbers import Numbers, summarise
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.attendance.tests.conftest import TODAY, Morning, make_morning
from lyceum.domains.journal.models import AuditEntry
from lyceum.domains.tenancy.models import Group, School
from lyceum.testing.beginnings import remembered
from lyceum.testing.clients import browser, software, statements_for
from lyceum.testing.factories import LONG_AGO, NOW, in_school, make_admin, make_school, make_user
from lyceum.testing.pages import text_of

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SPAN = f"from={TODAY}&to={TODAY}"


@pytest.fixture(autouse=True)
def noon() -> Any:
    with clock.frozen(NOON):
        yield


@remembered
def make_group(name: str, *schools: School, parent: Group | None = None) -> Group:
    group = Group.objects.create(name=name, slug=name.lower(), kind="trust", parent=parent)
    School.objects.filter(pk__in=[school.pk for school in schools]).update(group=group)
    return group


@remembered
def admin_of(group: Group, school: School) -> User:
    """Somebody with an account, who administers a group and has no role in any school."""
    user = make_user(school, name="Gwen Group")
    Membership.objects.create(user=user, role=Role.GROUP_ADMIN, group=group, starts=LONG_AGO)
    return user


@remembered
def marked(name: str, size: int, *, absent: int) -> Morning:
    """A school of so many students, of whom some were absent this morning without a reason."""
    with clock.frozen(NOW):
        made = make_morning(size, name=name)
        register = made.register()
        with in_school(made.school):
            marks = [GivenMark(student.pk, "O") for student in made.students[:absent]]
            take_register(register.pk, marks=marks, rest="present", actor=made.office)
    return made


def test_a_group_admin_reads_each_schools_own_numbers_by_page_and_rest_and_it_stands_in_their_trails(db: None):
    hill, vale, tiny = marked("Hill", 6, absent=3), marked("Vale", 5, absent=0), marked("Tiny", 3, absent=1)
    other = marked("Elsewhere", 6, absent=6)
    make_group("Others", other.school)
    with in_school(hill.school):
        seventh = Grade.objects.get(code="7")
        for student in hill.students:
            Placement.objects.create(student=student, year=hill.form.year, grade=seventh, starts_on=LONG_AGO)
    trust = make_group("Trust", hill.school)
    make_group("Inside", vale.school, tiny.school, parent=trust)
    user = admin_of(trust, hill.school)

    rest = software(user, None).get(f"/api/v1/groups/trust/attendance/?{SPAN}&by=grade").json()
    groups = software(user, None).get("/api/v1/groups/").json()["items"]
    page = browser(user, None).get(f"/groups/?{SPAN}")
    school_page = browser(user, None).get(f"/groups/trust/hill/?{SPAN}")
    start = browser(user, None).get("/today/")

    with in_school(hill.school):
        own = summarise(hill.office, first=TODAY, last=TODAY).total
    found = {row["school"]: row for row in rest["schools"]}
    assert [group["slug"] for group in groups] == ["inside", "trust"]
    assert set(found) == {"hill", "tiny", "vale"}
    assert (found["hill"]["students"], found["hill"]["numbers"]["percent"]) == ("6", str(own.percent))
    assert own.percent == Decimal("50.0")
    assert (found["tiny"]["students"], found["tiny"]["numbers"]) == ("<5", None)
    assert (rest["total"]["students"], rest["total"]["numbers"]["percent"]) == ("11", "72.7"), "of those who are told"
    assert found["hill"]["grades"][0]["students"] == "6"
    assert "&lt;5" in page.content.decode()
    assert "72.7 % attended, of 11 students" in text_of(page)
    assert "Elsewhere" not in text_of(page)
    assert "50.0" in text_of(school_page)
    assert start["Location"] == "/groups/"
    for answer in (page, school_page):
        assert "Student 0" not in answer.content.decode()
    with in_school(hill.school):
        (entry, *_more) = AuditEntry.objects.filter(action="attendance.group_totals.read")
        assert (entry.actor_name, entry.actor_roles) == ("Gwen Group", ["group_admin"])
    with in_school(other.school):
        assert not AuditEntry.objects.filter(action="attendance.group_totals.read").exists()


def test_nobody_else_reads_them_and_other_groups_are_not_found(db: None):
    hill, vale = make_school("Hill"), make_school("Vale")
    trust, others = make_group("Trust", hill), make_group("Others", vale)
    user, school_admin, ended = admin_of(trust, hill), make_admin(hill), admin_of(others, hill)
    Membership.objects.filter(user=ended, group=others).update(state="ended", ends=TODAY)

    assert software(user, None).get("/api/v1/groups/others/attendance/").status_code == 404
    assert browser(user, None).get("/groups/trust/vale/").status_code == 404
    for caller in (software(school_admin, hill), software(ended, None)):
        assert caller.get("/api/v1/groups/").status_code == 403
        assert caller.get("/api/v1/groups/trust/attendance/").status_code == 404
    for path in ("/students/", "/attendance/numbers/", "/api/v1/students/", "/api/v1/attendance/summary/"):
        assert browser(user, None).get(path).status_code in (401, 403), path


def test_a_closed_school_is_named_and_not_read_and_files_carry_numbers_alone(db: None):
    hill, vale = marked("Hill", 6, absent=3), marked("Vale", 6, absent=0)
    trust = make_group("Trust", hill.school, vale.school)
    School.objects.filter(pk=vale.school.pk).update(status="suspended")
    user = admin_of(trust, hill.school)

    file = browser(user, None).post(f"/groups/?{SPAN}", {"export": "csv"}).content.decode("utf-8-sig").splitlines()

    assert [line.split(",")[:4] for line in file[1:]] == [["Hill", "Trust", "6", "50.0"], ["Vale", "Trust", "", ""]]
    assert browser(user, None).get("/groups/?to=0001-01-01").status_code == 200
    with in_school(vale.school):
        assert not AuditEntry.objects.filter(action="attendance.group_totals.read").exists()


def test_statements_grow_with_the_schools_and_not_with_their_students(db: None):
    paths = []
    for size in (1, 12):
        school = marked(f"School{size}", size, absent=0).school
        group = make_group(f"Group{size}", school)
        caller = software(admin_of(group, school), None)
        path = f"/api/v1/groups/group{size}/attendance/?{SPAN}"
        paths.append((caller, path))
        caller.get(path)

    one, twelve = (statements_for(caller, path) for caller, path in paths)

    assert one == twelve


@pytest.mark.parametrize(
    ("students", "hidden"),
    [
        ([30, 28, 25], []),
        ([30, 28, 3], [3, 28]),  # else the three are what is left of the sum
        ([30, 3, 2], [3, 2]),  # together five: neither can be reckoned
        ([30, 4, 0], [4, 30]),
        ([4], [4]),
    ],
)
def test_so_few_are_hidden_and_cannot_be_reckoned_from_the_rest(students: list[int], hidden: list[int]):
    found = hide_few([Total(f"{n}", n, Numbers(possible=n)) for n in students])

    assert sorted(each.students for each in found if each.hidden) == sorted(hidden)
    assert [each.shown_students for each in found if 0 < each.students < 5] == ["<5" for n in students if 0 < n < 5]
