"""What those who teach a student must know, and what only a few may."""

import pytest

from lyceum.core import clock
from lyceum.core.actor import Via
from lyceum.core.errors import InvalidError, NotAllowedError, NotFoundError
from lyceum.core.permissions import Role
from lyceum.domains.accounts.models import Membership, PermissionSet
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.attendance.sheet import read_sheet
from lyceum.domains.journal.models import AuditEntry
from lyceum.domains.journal.queries import list_trail
from lyceum.domains.people.models import Flag
from lyceum.domains.people.queries import list_flags
from lyceum.domains.people.rules.flags import add_flag, change_flag, end_flag
from lyceum.domains.people.timeline import list_timeline
from lyceum.domains.tenancy.queries import today
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import (
    NOW,
    account_for,
    as_actor,
    in_school,
    make_admin,
    make_class,
    make_guardian,
    make_manager,
    make_school,
    make_student,
    make_teacher,
    set_times,
)

pytestmark = pytest.mark.django_db
SECRET = "Known to social services"


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


class Staffroom:
    """A student of 7A, and everybody who may or may not know something of them."""

    def __init__(self):
        self.school = make_school()
        set_times(self.school)
        form = make_class(self.school)
        self.student = make_student(self.school, form, name="Anna Smith")
        self.lead = make_manager(self.school, "Safeguarding lead", name="Lena Lead")
        self.office = make_manager(self.school, "Office", name="Olive Office")
        self.admin = make_admin(self.school)
        self.teacher = make_teacher(self.school, form)
        self.family = account_for(make_guardian(self.student).guardian, Role.GUARDIAN)
        self.pupil = account_for(self.student.person, Role.STUDENT)

    def actor(self, user):
        return as_actor(user, self.school, via=Via.PAGE)

    def seen_by(self, user):
        with in_school(self.school):
            flags = list_flags(self.student, actor=self.actor(user), day=today())
            return sorted(flag.kind for flag in flags)

    def add(self, user, **flag):
        with in_school(self.school):
            return add_flag(self.student.pk, actor=self.actor(user), **flag)

    def users(self):
        names = ("lead", "office", "admin", "teacher", "family", "pupil")
        return {name: getattr(self, name) for name in names}


def test_safeguarding_is_seen_by_its_set_and_nobody_else():
    room = Staffroom()
    room.add(room.lead, kind="safeguarding", text=SECRET)
    room.add(room.office, kind="diet", text="No nuts")

    seen = {name: room.seen_by(user) for name, user in room.users().items()}

    assert seen.pop("lead") == ["diet", "safeguarding"]
    assert set(map(tuple, seen.values())) == {("diet",)}


def test_neither_text_nor_writer_of_safeguarding_leaks_by_trail_timeline_page_or_rest():
    room = Staffroom()
    room.add(room.lead, kind="safeguarding", text=SECRET)
    path = f"/students/{room.student.pk}/"

    with in_school(room.school):
        told = {entry.actor_name for entry in list_trail(room.actor(room.admin))}
        lived = {entry.action for entry in list_timeline(room.student.pk, actor=room.actor(room.office))}
        known = {entry.action for entry in list_timeline(room.student.pk, actor=room.actor(room.lead))}
        assert SECRET not in str(list(AuditEntry.objects.values_list("changes", flat=True)))
    pages = [
        browser(user, room.school).get(path).content.decode() for user in room.users().values() if user != room.lead
    ]
    rest = software(room.office, room.school).get(f"/api/v1{path}flags/").json()

    assert "Lena Lead" not in told
    assert not any(action.startswith("people.safeguarding") for action in lived)
    assert "people.safeguarding.add" in known
    assert not any(SECRET in page or "Lena Lead" in page for page in pages)
    assert rest == []
    assert SECRET in browser(room.lead, room.school).get(path).content.decode()


def test_only_the_lead_writes_safeguarding_and_only_the_office_the_rest():
    room = Staffroom()

    for user, kind in ((room.office, "safeguarding"), (room.admin, "safeguarding"), (room.teacher, "diet"),
                       (room.lead, "diet")):  # fmt: skip
        with pytest.raises(NotAllowedError):
            room.add(user, kind=kind, text="x")
    with in_school(room.school):
        assert not Flag.objects.exists()


def test_a_flag_for_one_set_is_seen_while_somebody_holds_it():
    room = Staffroom()
    with in_school(room.school):
        heads = PermissionSet.objects.get(name="Head of year")
    head = make_manager(room.school, "Head of year")
    flag = room.add(room.office, kind="welfare", text="Bereaved", visible_to="set", permission_set=heads.pk)

    before = {name: room.seen_by(user) for name, user in (room.users() | {"head": head}).items()}
    Membership.objects.filter(user=head).update(permission_sets=[], granted=["students.view", "people.flags.view"])

    assert before == {"head": ["welfare"]} | {key: [] for key in room.users()}
    assert room.seen_by(head) == []
    with in_school(room.school):
        assert flag.permission_set_id == heads.pk


def test_medical_and_allergy_are_on_the_register_and_others_only_where_said():
    room = Staffroom()
    room.add(room.office, kind="allergy", text="Peanuts", visible_to="teachers")  # all who take a register must see it
    room.add(room.office, kind="sen", text="Dyslexia")
    room.add(room.office, kind="welfare", text="May leave early", visible_to="register")
    room.add(room.lead, kind="safeguarding", text=SECRET)
    with in_school(room.school):
        open_day(NOW.date())
        register = Register.objects.get(session="AM")
        (row,) = read_sheet(register, actor=room.actor(room.teacher))

    assert row.flags == (("allergy", "Peanuts"), ("welfare", "May leave early"))
    assert "welfare" in browser(room.teacher, room.school).get(f"/registers/{register.pk}/").content.decode()


def test_a_flag_is_changed_and_ended_with_its_history():
    room = Staffroom()
    flag = room.add(room.office, kind="diet", text="No nuts", starts_on=NOW.date().replace(day=1))
    with in_school(room.school):
        change_flag(flag.pk, text="No nuts at all", actor=room.actor(room.admin))
        with pytest.raises(InvalidError):
            change_flag(flag.pk, kind="safeguarding", actor=room.actor(room.admin))
        ended = end_flag(flag.pk, actor=room.actor(room.office))

        assert (ended.text, ended.written_by_name) == ("No nuts at all", room.admin.full_name)
        assert AuditEntry.objects.get(action="people.flag.change").changes == {"text": ["No nuts", "No nuts at all"]}
    assert room.seen_by(room.office) == []


def test_a_flag_of_a_kind_nobody_may_see_is_not_there_to_change():
    room, other = Staffroom(), make_school("Vale School")
    flag = room.add(room.lead, kind="safeguarding", text=SECRET)
    with in_school(room.school), pytest.raises(NotFoundError):
        change_flag(flag.pk, text="x", actor=room.actor(room.office))
    with in_school(other), pytest.raises(NotFoundError):
        end_flag(flag.pk, actor=as_actor(make_admin(other), other))


def test_the_page_adds_changes_and_ends():
    room = Staffroom()
    office, page = browser(room.office, room.school), f"/students/{room.student.pk}/flags/"

    refused = office.post(page, {"kind": "diet", "text": ""})
    added = office.post(page, {"kind": "diet", "text": "No nuts"})
    with in_school(room.school):
        flag = Flag.objects.get()
    office.post(f"/flags/{flag.pk}/", {"act": "change", "kind": "diet", "text": "No eggs", "starts_on": "2026-11-20"})
    shown = office.get(page).content.decode()
    office.post(f"/flags/{flag.pk}/", {"act": "end"})

    assert (refused.status_code, added.status_code) == (422, 302)
    assert "No eggs" in shown
    assert "safeguarding" not in shown
    with in_school(room.school):
        assert not Flag.objects.exists()
