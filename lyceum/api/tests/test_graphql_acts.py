"""Acts over GraphQL: each calls its rule, and refuses with the code that REST gives."""

from datetime import date

import pytest

from lyceum.core import clock
from lyceum.core.permissions import Role
from lyceum.domains.academics.models import Class, ClassMembership
from lyceum.domains.accounts.models import Invitation, SignInSession
from lyceum.domains.attendance.models import Mark
from lyceum.domains.attendance.queries import list_registers
from lyceum.domains.journal.models import AuditEntry
from lyceum.domains.people.models import Enrolment, Student
from lyceum.testing.clients import browser, key_holder, nobody, software
from lyceum.testing.factories import (
    NOW,
    PASSWORD,
    as_actor,
    find_or_make_year,
    in_school,
    make_admin,
    make_class,
    make_school,
    make_staff,
    make_student,
    make_teacher,
    make_user,
    set_times,
)


@pytest.fixture(autouse=True)
def _this_morning(db):
    with clock.frozen(NOW):
        yield


@pytest.fixture
def school():
    made = make_school()
    find_or_make_year(made)
    return made


@pytest.fixture
def admin(school):
    return software(make_admin(school), school)


def act(caller, name, shown, /, **given):
    """Do one act, and return its payload."""
    kind = name[0].upper() + name[1:]
    query = f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ {shown} errors {PROBLEM} }} }}"
    answer = caller.send("/graphql", {"query": query, "variables": {"input": given}}).json()
    assert "errors" not in answer, answer["errors"]
    return answer["data"][name]


PROBLEM = "{ code status title detail fields { pointer code message } extra }"


def code(payload):
    (problem,) = payload["errors"]
    return problem["code"]


# Signing in and out


def test_signing_in_gives_tokens_that_work_once_refreshed_and_end_with_logout(school):
    make_user(school, Role.TEACHER, username="ada", name="Ada")

    first = act(
        nobody(),
        "login",
        "tokens { accessToken refreshToken expiresIn } user { fullName }",
        username="ada",
        password=PASSWORD,
    )
    second = act(nobody(), "refreshToken", "tokens { accessToken }", refreshToken=first["tokens"]["refreshToken"])
    ada = nobody(headers={"Authorization": f"Bearer {second['tokens']['accessToken']}"})
    me = ada.send("/graphql", {"query": "{ me { fullName roles } }"}).json()
    out = act(ada, "logout", "done")

    assert first["user"] == {"fullName": "Ada"}
    assert first["tokens"]["expiresIn"] == 900
    assert me["data"]["me"] == {"fullName": "Ada", "roles": ["teacher"]}
    assert out["done"] is True
    assert ada.send("/graphql", {"query": "{ me { fullName } }"}).status_code == 401


def test_a_wrong_password_is_refused_and_counted(school):
    make_user(school, Role.TEACHER, username="ada")

    refusals = [
        act(nobody(), "login", "tokens { accessToken }", username="ada", password="wrong " * 3) for _ in range(6)
    ]

    assert [code(each) for each in refusals] == ["sign_in_failed"] * 5 + ["wait"]
    assert all(each["tokens"] is None for each in refusals)
    assert not SignInSession.objects.exists()


def test_a_used_refresh_token_ends_its_family(school):
    make_user(school, Role.TEACHER, username="ada")
    given = act(nobody(), "login", "tokens { refreshToken }", username="ada", password=PASSWORD)["tokens"][
        "refreshToken"
    ]
    act(nobody(), "refreshToken", "tokens { accessToken }", refreshToken=given)

    raced = act(nobody(), "refreshToken", "tokens { accessToken }", refreshToken=given)
    with clock.frozen(NOW.replace(hour=9)):
        stolen = act(nobody(), "refreshToken", "tokens { accessToken }", refreshToken=given)

    assert (code(raced), code(stolen)) == ("refresh_raced", "signed_out_everywhere")
    assert SignInSession.objects.get().revoked_why == "refresh_reused"


def test_a_browser_signs_out_by_its_cookie(school):
    user = make_admin(school)

    assert act(browser(user, school), "logout", "done", everywhere=True)["done"] is True
    assert SignInSession.objects.get().revoked_why


# One's own profile, and others


def test_the_own_profile(school, admin):
    shown = "user { fullName preferredName locale }"

    changed = act(admin, "updateProfile", shown, fullName="Ada Head", preferredName="Ada")
    emptied = act(admin, "updateProfile", shown, preferredName=None)
    refused = act(admin, "updateProfile", shown, theme="pink")

    assert changed["user"] == {"fullName": "Ada Head", "preferredName": "Ada", "locale": ""}
    assert emptied["user"]["preferredName"] == ""
    assert refused["user"] is None
    assert refused["errors"][0]["fields"][0]["pointer"] == "/theme"


def test_inviting_somebody(school, admin):
    teacher = software(make_teacher(school), school)
    shown = "invitation { fullName role state } secret"

    sent = act(admin, "inviteUser", shown, fullName="Ben", role="teacher", email="ben@example.org")
    refused = act(teacher, "inviteUser", shown, fullName="Cem", role="teacher", email="cem@example.org")
    unknown = act(admin, "inviteUser", shown, fullName="Cem", role="wizard", email="cem@example.org")

    assert sent["invitation"] == {"fullName": "Ben", "role": "teacher", "state": "sent"}
    assert sent["secret"]
    assert (code(refused), code(unknown)) == ("not_allowed", "invalid")
    assert Invitation.objects.count() == 1


# Students


def test_making_and_changing_a_student(school, admin):
    shown = "student { id fullName firstName email enrolmentStatus registrationNumber birthDate }"

    made = act(admin, "createStudent", shown, firstName="Ann", lastName="Other", email="ann@example.org",
               birthDate="2015-02-03", firstDay="2026-09-01")["student"]  # fmt: skip
    changed = act(admin, "updateStudent", shown, id=made["id"], firstName="Anna", birthDate=None)["student"]

    assert (made["fullName"], made["email"], made["enrolmentStatus"]) == ("Ann Other", "ann@example.org", "on_roll")
    assert changed == made | {"fullName": "Anna Other", "firstName": "Anna", "birthDate": None}
    with in_school(school):
        via = set(AuditEntry.objects.filter(action__startswith="people.student").values_list("via", flat=True))
    assert via == {"graphql"}


def test_a_student_without_a_name_is_refused_naming_the_field(school, admin):
    refused = act(admin, "createStudent", "student { id }", birthDate="1492-01-01")

    assert refused["student"] is None
    assert code(refused) == "invalid"
    assert refused["errors"][0]["status"] == 422
    pointers = {field["pointer"] for field in refused["errors"][0]["fields"]}
    assert pointers == {"/fullName", "/birthDate"}
    with in_school(school):
        assert not Student.objects.exists()


def test_coming_moving_and_leaving(school, admin):
    classes = [make_class(school, name) for name in ("7A", "7B")]
    student = make_student(school, classes[0])
    on = str(NOW.date())

    twice = act(admin, "enrolStudent", "student { id }", studentId=str(student.pk), firstDay=on)
    moved = act(admin, "moveStudent", "student { form }", studentId=str(student.pk), on=on,
                fromClassId=str(classes[0].pk), toClassId=str(classes[1].pk), reason="asked for")  # fmt: skip
    left = act(admin, "leaveStudent", "student { enrolmentStatus(on: \"2026-11-25\") form(on: \"2026-11-25\") }",
               studentId=str(student.pk), lastDay="2026-11-24", exit="transferred")  # fmt: skip
    back = act(admin, "enrolStudent", "student { enrolmentStatus(on: \"2026-12-01\") }", studentId=str(student.pk),
               firstDay="2026-12-01", entry="re_entry")  # fmt: skip

    assert code(twice) == "enrolment_overlaps"
    assert moved["student"] == {"form": "7B"}
    assert left["student"] == {"enrolmentStatus": "left", "form": None}
    assert back["student"] == {"enrolmentStatus": "on_roll"}


def test_adding_a_guardian(school, admin):
    student = make_student(school)
    shown = "guardian { relationship contactOrder fullName contactPoints { edges { node { kind value } } } }"

    added = act(admin, "addGuardian", shown, studentId=str(student.pk), relationship="mother", portal="full",
                parentalResponsibility="yes",
                person={"fullName": "Bea", "email": "bea@example.org"})["guardian"]  # fmt: skip
    by_key = act(key_holder(school, "people:read"), "addGuardian", shown, studentId=str(student.pk),
                 relationship="father", person={"fullName": "Cem"})  # fmt: skip

    refused = act(admin, "addGuardian", shown, studentId=str(student.pk), relationship="aunt", portal="full",
                  portalReason="", told=["general"], person={"fullName": "Dee"})  # fmt: skip

    points = [edge["node"] for edge in added["contactPoints"]["edges"]]
    assert (added["fullName"], added["contactOrder"]) == ("Bea", 1)
    assert points == [{"kind": "email", "value": "bea@example.org"}]
    assert code(by_key) == "not_allowed"
    assert code(refused) == "portal_needs_responsibility"


# Classes


def test_making_a_class_and_filling_it(school, admin):
    students, staff = [make_student(school) for _ in range(2)], make_staff(school)
    ids = [str(student.pk) for student in students]

    made = act(admin, "createClass", "class { id name capacity year { name } }", name="7A", capacity=1)["class"]
    renamed = act(admin, "updateClass", "class { name capacity }", id=made["id"], name="7Alpha")["class"]
    taught = act(
        admin, "assignTeacher", "teacher { role staff { fullName } }", classId=made["id"], staffId=str(staff.pk)
    )
    full = act(admin, "addClassMembers", "class { size } changed", classId=made["id"], studentIds=ids)
    one = act(admin, "addClassMembers", "class { size } changed", classId=made["id"], studentIds=ids[:1])
    over = act(admin, "addClassMembers", "class { size } changed", classId=made["id"], studentIds=ids[1:],
               overfillReason="sister")  # fmt: skip
    none = act(admin, "removeClassMembers", "class { size } changed", classId=made["id"], studentIds=ids)
    again = act(admin, "removeClassMembers", "changed", classId=made["id"], studentIds=ids)

    assert made | {"id": ""} == {"id": "", "name": "7A", "capacity": 1, "year": {"name": "2026/27"}}
    assert renamed == {"name": "7Alpha", "capacity": 1}
    assert taught["teacher"] == {"role": "lead", "staff": {"fullName": staff.person.full_name}}
    assert (code(full), full["class"]) == ("class_full", None)
    assert (one["class"], one["changed"]) == ({"size": 1}, 1)
    assert over["class"] == {"size": 2}
    assert (none["class"], none["changed"]) == ({"size": 0}, 2)
    assert code(again) == "not_found"


def test_all_come_out_of_a_class_or_none(school, admin):
    own = make_class(school)
    inside, outside = make_student(school, own), make_student(school)

    refused = act(
        admin, "removeClassMembers", "changed", classId=str(own.pk), studentIds=[str(inside.pk), str(outside.pk)]
    )

    assert code(refused) == "not_found"
    with in_school(school):
        assert ClassMembership.objects.get().ends_on == own.ends


# Registers


def test_taking_a_register_and_amending_a_mark(school):
    set_times(school)
    own = make_class(school)
    teacher, admin = make_teacher(school, own), make_admin(school)
    ann, ben = (make_student(school, own, name=name) for name in ("Ann", "Ben"))
    with in_school(school):
        register = str(list_registers(as_actor(admin, school), day=NOW.date())[0].pk)
    shown = "register { state marked version } saved conflicts { studentId yours theirs by }"

    taken = act(software(teacher, school), "takeRegister", shown, registerId=register, rest="present", baseVersion=0,
                marks=[{"studentId": str(ann.pk), "code": "L", "minutesLate": 3}])  # fmt: skip
    conflict = act(software(admin, school), "takeRegister", shown, registerId=register, baseVersion=0,
                   marks=[{"studentId": str(ann.pk), "code": "N"}])  # fmt: skip
    wrong = act(software(teacher, school), "takeRegister", shown, registerId=register,
                marks=[{"studentId": str(ben.pk), "code": "?"}, {"studentId": str(ann.pk), "code": "\\"}])  # fmt: skip
    with in_school(school):
        mark = Mark.objects.get(student=ben)
    with clock.frozen(NOW.replace(hour=12)):
        unexplained = act(
            software(admin, school), "amendMark", "mark { code }", markId=str(mark.pk), code="I", reason=""
        )
        amended = act(software(admin, school), "amendMark", "mark { code meaning version }", markId=str(mark.pk),
                      code="I", reason="rang in", version=1)  # fmt: skip
        stale = act(software(admin, school), "amendMark", "mark { code }", markId=str(mark.pk), code="N", reason="no",
                    version=1)  # fmt: skip

    assert (taken["saved"], taken["conflicts"]) == (2, [])
    assert taken["register"] == {"state": "taken", "marked": 2, "version": 1}
    assert conflict["saved"] == 0
    assert [(each["studentId"], each["yours"], each["theirs"]) for each in conflict["conflicts"]] == [
        (str(ann.pk), "N", "L")
    ]
    assert (code(wrong), wrong["register"]) == ("marks_wrong", None)
    assert [(field["pointer"], field["code"]) for field in wrong["errors"][0]["fields"]] == [
        ("/marks/0", "code_unknown"),
        ("/marks/1", "code_not_allowed"),
    ]
    assert code(unexplained) == "reason_needed"
    assert amended["mark"] == {"code": "I", "meaning": "authorised", "version": 2}
    assert (code(stale), stale["errors"][0]["extra"]) == ("mark_conflict", {"current": {"code": "I", "version": 2}})


# Refusals


def test_each_act_of_a_request_stands_for_itself(school, admin):
    query = """mutation { a: createStudent(input: {fullName: "Ann"}) { student { fullName } errors { code } }
      b: createStudent(input: {}) { student { fullName } errors { code } }
      c: createStudent(input: {fullName: "Cem"}) { student { fullName } errors { code } } }"""

    done = admin.send("/graphql", {"query": query}).json()["data"]

    assert [each["student"] and each["student"]["fullName"] for each in done.values()] == ["Ann", None, "Cem"]
    assert done["b"]["errors"] == [{"code": "invalid"}]
    with in_school(school):
        assert Student.objects.count() == 2


@pytest.mark.parametrize("scopes", [("students:read", "classes:read", "attendance:read"), ("events:read",)])
def test_reading_does_not_mean_writing(school, scopes):
    caller = key_holder(school, *scopes)

    assert code(act(caller, "createStudent", "student { id }", fullName="Ann")) == "not_allowed"
    assert code(act(caller, "createClass", "class { id }", name="7A")) in ("not_allowed", "not_found")
    with in_school(school):
        assert not Student.objects.exists()
        assert not Class.objects.exists()


def test_what_belongs_to_another_school_cannot_be_touched(school, admin):
    other = make_school("Dale School")
    set_times(other)
    theirs, staff = make_class(other), make_staff(other)
    student = make_student(other, theirs)
    own = make_class(school)
    with in_school(other):
        register = list_registers(as_actor(make_admin(other), other), day=NOW.date())[0]
    there, day = str(student.pk), str(NOW.date())

    refusals = [
        act(admin, "updateStudent", "student { id }", id=there, fullName="Ours"),
        act(admin, "enrolStudent", "student { id }", studentId=there, firstDay=day),
        act(admin, "leaveStudent", "student { id }", studentId=there, lastDay=day, exit="other"),
        act(admin, "moveStudent", "student { id }", studentId=there, toClassId=str(own.pk)),
        act(
            admin, "addGuardian", "guardian { id }", studentId=there, relationship="mother", person={"fullName": "Bea"}
        ),
        act(admin, "updateClass", "class { id }", id=str(theirs.pk), name="Ours"),
        act(admin, "assignTeacher", "teacher { id }", classId=str(own.pk), staffId=str(staff.pk)),
        act(admin, "addClassMembers", "changed", classId=str(own.pk), studentIds=[there]),
        act(admin, "addClassMembers", "changed", classId=str(theirs.pk), studentIds=[]),
        act(admin, "removeClassMembers", "changed", classId=str(theirs.pk), studentIds=[there]),
        act(admin, "takeRegister", "saved", registerId=str(register.pk), rest="present"),
        act(admin, "amendMark", "mark { id }", markId=str(register.pk), code="N", reason="x"),
    ]

    assert [code(each) for each in refusals] == ["not_found"] * len(refusals)
    with in_school(other):
        assert Enrolment.objects.get(student=student).last_day is None
        assert Student.objects.get(pk=student.pk).person.full_name == student.person.full_name
        assert not Mark.objects.exists()


def test_the_day_is_the_schools():
    with clock.frozen(NOW.replace(hour=23, minute=30)):
        school = make_school(time_zone="Pacific/Auckland")
        admin = software(make_admin(school), school)
        student = make_student(school, first_day=date(2026, 11, 21))
        query = "query ($id: ID!) { student(id: $id) { enrolmentStatus } }"

        found = admin.send("/graphql", {"query": query, "variables": {"id": str(student.pk)}}).json()

    assert found["data"]["student"]["enrolmentStatus"] == "on_roll"
