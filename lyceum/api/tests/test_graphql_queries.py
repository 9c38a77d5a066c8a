"""Questions: what is found, by whom, and in how many statements."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lyceum.api.tests.asking import admin_of, ask, codes, data, fill, nodes
from lyceum.core import clock
from lyceum.core.permissions import Role
from lyceum.domains.attendance.queries import list_registers
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.journal.models import AuditEntry
from lyceum.testing.clients import key_holder, software
from lyceum.testing.factories import (
    NOW,
    account_for,
    as_actor,
    in_school,
    make_admin,
    make_class,
    make_classes,
    make_guardian,
    make_manager,
    make_school,
    make_student,
    make_teacher,
    set_times,
)


@pytest.fixture(autouse=True)
def _this_morning(db):
    with clock.frozen(NOW):
        yield


DEEP = {
    "three levels": """{ classes(first: 10) { totalCount edges { node { name size
      teachers(first: 2) { edges { node { staff { fullName } } } }
      grades(first: 2) { totalCount } registersOn(first: 2) { totalCount }
      students(first: 5) { totalCount edges { node { fullName email phone enrolmentStatus grade form
        guardians(first: 5) { totalCount edges { node { relationship fullName student { fullName } } } }
        classes(first: 2) { edges { node { name size } } } } } } } } } }""",
    "from students": """{ students(first: 20) { edges { node { fullName guardians(first: 2) { edges { node {
      contactPoints(first: 2) { edges { node { value } } } } } } } } } }""",
    "from registers": """{ registers(first: 20) { edges { node { state marked class { name }
      lines(first: 5) { totalCount edges { node { name mark { code } student { fullName email form } } } } } } } }""",
    "from users": "{ users(first: 20) { edges { node { email username roles memberships { totalCount } } } } }",
    "numbers": """{ attendanceSummary(from: "2026-11-01", to: "2026-11-20") { total { possible percent }
      students(first: 20) { edges { node { numbers { missing } student { fullName form } } } } } }""",
}


@pytest.mark.parametrize("query", DEEP.values(), ids=DEEP.keys())
def test_the_number_of_statements_does_not_grow_with_the_rows(query):
    counts = []
    schools = [make_school(f"School of {number}") for number in (1, 3)]
    for school, number in zip(schools, (1, 3), strict=True):
        set_times(school)
        fill(school, number)
    for caller in [admin_of(school) for school in schools]:
        data(caller, query)  # makes the day's registers, fills what is remembered
        with CaptureQueriesContext(connection) as queries:
            data(caller, query)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_three_levels_over_a_hundred_classes_in_twelve_statements():
    school = make_school()
    for made in make_classes(school, [f"{n:03}" for n in range(100)])[::20]:
        make_guardian(make_student(school, made))
    caller = admin_of(school)
    query = """{ classes(first: 100) { edges { node { name students(first: 5) { edges { node { fullName
      guardians(first: 2) { edges { node { fullName } } } } } } } } } }"""
    data(caller, query)

    with CaptureQueriesContext(connection) as queries:
        found = nodes(data(caller, query)["classes"])

    assert len(found) == 100
    assert len(nodes(nodes(found[0]["students"])[0]["guardians"])) == 1
    assert len(queries) <= 12


def test_many_things_by_their_ids_take_one_statement_for_each_kind():
    school = make_school()
    fill(school, 3)
    caller = admin_of(school)
    ids = [node["id"] for node in nodes(data(caller, "{ students(first: 9) { edges { node { id } } } }")["students"])]
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Student { guardians { totalCount } } } }"

    counts = []
    for some in (ids[:1], ids):
        with CaptureQueriesContext(connection) as queries:
            found = data(caller, query, ids=some)["nodes"]
        assert [each["id"] for each in found] == some
        counts.append(len(queries))

    assert counts[0] == counts[1]


# Who sees what


LISTS = """{ classes { edges { node { id } } } students { edges { node { id } } } staff { edges { node { id } } }
  users { edges { node { id } } } registers { edges { node { id } } } myClasses { edges { node { id } } }
  memberships { edges { node { id } } } }"""


def ids_in(page):
    return {node["id"] for node in nodes(page)} if page else set()


def test_no_list_holds_an_id_of_the_other_school():
    both = []
    for name in ("Hill School", "Dale School"):
        school = make_school(name)
        set_times(school)
        fill(school, 2)
        answer = data(admin_of(school), LISTS)
        both.append({key: ids_in(page) for key, page in answer.items()})

    here, there = both
    assert all(here[key] for key in here if key != "myClasses")
    assert not set.union(*here.values()) & set.union(*there.values())


def test_what_belongs_to_another_school_is_not_found():
    here, there = make_school("Hill School"), make_school("Dale School")
    set_times(there)
    (school_class,) = fill(there, 1)
    caller = admin_of(here)
    found = data(admin_of(there), LISTS)
    ids = {key: next(iter(ids_in(page)), None) for key, page in found.items()}
    questions = [
        ("query ($id: ID!) { student(id: $id) { fullName } }", ids["students"]),
        ("query ($id: ID!) { guardians(studentId: $id) { totalCount } }", ids["students"]),
        ("query ($id: ID!) { class(id: $id) { name } }", school_class.pk),
        ("query ($id: ID!) { students(class: $id) { totalCount } }", school_class.pk),
        ("query ($id: ID!) { register(id: $id) { kind } }", ids["registers"]),
        ('query ($id: ID!) { register(classId: $id, session: "AM") { kind } }', school_class.pk),
        ("query ($id: ID!) { user(id: $id) { fullName } }", ids["users"]),
        ("query ($id: ID!) { node(id: $id) { id } }", ids["students"]),
        ("query ($id: ID!) { node(id: $id) { id } }", ids["staff"]),
        ("query ($id: ID!) { node(id: $id) { id } }", ids["registers"]),
        ("query ($id: ID!) { node(id: $id) { id } }", school_class.pk),
        ("query ($id: ID!) { student(id: $id) { fullName } }", "no id at all"),
    ]

    for query, wanted in questions:
        assert codes(ask(caller, query, id=str(wanted))) == ["not_found"], query


PERSONAL = """query ($student: ID!, $class: ID!) {
  me { fullName } school { name } policy { totalCount } classes { totalCount } students { totalCount }
  student(id: $student) { fullName } guardians(studentId: $student) { totalCount } staff { totalCount }
  class(id: $class) { name } inClass: students(class: $class) { totalCount } users { totalCount }
  memberships { totalCount } registers { totalCount } myClasses { totalCount }
  attendanceSummary(from: "2026-11-20", to: "2026-11-20") { students { totalCount } } }"""


def test_each_role_sees_its_own():
    school = make_school()
    set_times(school)
    own, others = make_class(school, "7A"), make_class(school, "7B")
    child, other = make_student(school, own), make_student(school, others)
    link = make_guardian(child)
    callers = {
        "admin": make_admin(school),
        "office": make_manager(school, "Office"),
        "timetable": make_manager(school, "Timetable"),
        "teacher": make_teacher(school, own),
        "guardian": account_for(link.guardian, Role.GUARDIAN),
        "student": account_for(child.person, Role.STUDENT),
    }
    # who, whose record and class, what is refused and how
    cases = [
        ("admin", child, {}),
        ("office", other, {}),
        ("timetable", child, {"student": "not_found", "guardians": "not_found", "students": "forbidden",
                              "inClass": "forbidden", "users": "forbidden", "memberships": "forbidden",
                              "registers": "forbidden", "attendanceSummary": "forbidden"}),
        ("teacher", child, {"students": "forbidden", "users": "forbidden", "memberships": "forbidden"}),
        ("teacher", other, {"student": "not_found", "guardians": "not_found", "students": "forbidden",
                            "users": "forbidden", "memberships": "forbidden"}),
        ("guardian", child, {"students": "forbidden", "staff": "forbidden", "users": "forbidden",
                             "memberships": "forbidden"}),
        ("guardian", other, {"student": "not_found", "guardians": "not_found", "students": "forbidden",
                             "users": "forbidden", "memberships": "forbidden", "class": "not_found",
                             "inClass": "not_found", "staff": "forbidden"}),
        ("student", other, {"student": "not_found", "guardians": "not_found", "students": "forbidden",
                            "users": "forbidden", "memberships": "forbidden", "class": "not_found",
                            "inClass": "not_found", "staff": "forbidden"}),
    ]  # fmt: skip

    for who, student, refusals in cases:
        caller = software(callers[who], school)
        school_class = own if student is child else others
        answer = ask(caller, PERSONAL, student=str(student.pk), **{"class": str(school_class.pk)})
        refused = {error["path"][0]: error["extensions"]["code"] for error in answer.get("errors", ())}
        assert refused == refusals, who
        assert all(answer["data"][name] is None for name in refused)


def test_a_field_that_may_not_be_seen_is_null_and_the_rest_is_there():
    school = make_school()
    own = make_class(school)
    child = make_student(school, own, emails=("child@example.org",))
    link = make_guardian(child)
    make_guardian(child, name="The other parent")
    guardian = software(account_for(link.guardian, Role.GUARDIAN), school)
    query = "query ($id: ID!) { student(id: $id) { fullName email guardians { edges { node { fullName } } } } }"

    answer = ask(guardian, query, id=str(child.pk))
    by_key = ask(key_holder(school, "students:read"), query, id=str(child.pk))

    assert answer["data"]["student"]["email"] is None
    assert [node["fullName"] for node in nodes(answer["data"]["student"]["guardians"])] == [link.guardian.full_name]
    assert codes(answer) == ["forbidden"]
    assert by_key["data"]["student"] == {"fullName": child.person.full_name, "email": None, "guardians": None}
    assert codes(by_key) == ["forbidden", "forbidden"]


def test_a_refusal_is_written_into_the_trail():
    school = make_school()
    teacher = make_teacher(school)

    ask(software(teacher, school), "{ users { totalCount } }")

    with in_school(school):
        entry = AuditEntry.objects.get(action="access.refuse")
    assert (entry.actor_id, entry.target_id, entry.via) == (teacher.pk, "users.list", "graphql")


# What is found


def test_me_and_the_school():
    school = make_school()
    admin = make_admin(school, name="Ada Head", username="ada", email="ada@example.org")

    found = data(
        software(admin, school),
        """{ me { id fullName username email roles permissions }
      school { id name status }
      policy(first: 100) { edges { node { permission mine roles(first: 1) { totalCount } } } } }""",
    )

    assert found["me"] | {"permissions": []} == {
        "id": str(admin.pk),
        "fullName": "Ada Head",
        "username": "ada",
        "email": "ada@example.org",
        "roles": ["school_admin"],
        "permissions": [],
    }
    assert "students.edit" in found["me"]["permissions"]
    assert found["school"] == {"id": school.slug, "name": school.name, "status": school.status}
    assert {"permission": "students.edit", "mine": ["Y"], "roles": {"totalCount": len(Role)}} in nodes(found["policy"])


def test_a_key_is_nobody():
    school = make_school()

    answer = ask(key_holder(school, "classes:read"), "{ me { id } classes { totalCount } }")

    assert answer["data"] == {"me": None, "classes": {"totalCount": 0}}


def test_students_are_found_by_name_class_and_status():
    school = make_school()
    own = make_class(school, "7A")
    make_student(school, own, name="Zoë Müller")
    make_student(school, own, name="Ann Other")
    make_student(school, name="Zoe Elsewhere")
    caller = admin_of(school)
    query = """query ($q: String! = "", $class: ID, $status: String! = "") {
      students(q: $q, class: $class, status: $status) { edges { node { fullName } } } }"""

    def names(**variables):
        return [node["fullName"] for node in nodes(data(caller, query, **variables)["students"])]

    assert names(q="zoe") == ["Zoe Elsewhere", "Zoë Müller"]
    assert names(q="muller") == ["Zoë Müller"]
    assert names(**{"class": str(own.pk)}) == ["Ann Other", "Zoë Müller"]
    assert names(q="zoe", **{"class": str(own.pk)}) == ["Zoë Müller"]
    assert names(status="left") == []
    assert len(names(status="on_roll")) == 3


def test_a_register_with_its_lines():
    school = make_school()
    set_times(school)
    own = make_class(school, "7A")
    teacher = make_teacher(school, own)
    late, here, gone = (make_student(school, own, name=name) for name in ("Ann", "Ben", "Cem"))
    with in_school(school):
        actor = as_actor(teacher, school)
        (register, *_) = list_registers(actor, day=NOW.date())
        marks = [GivenMark(late.pk, "L", minutes_late=4), GivenMark(gone.pk, "N")]
        take_register(register.pk, marks=marks, actor=actor)
    query = """query ($id: ID, $class: ID) { register(id: $id, classId: $class, session: "AM") {
      id state marked session date class { name } lines { edges { node { studentId name
        mark { code meaning status minutesLate version } student { registrationNumber } } } } } }"""

    found = data(software(teacher, school), query, id=str(register.pk))["register"]
    same = data(software(teacher, school), query, **{"class": str(own.pk)})["register"]

    assert found == same
    assert (found["state"], found["marked"], found["class"]["name"]) == ("due", 2, "7A")
    assert [(line["name"], line["mark"] and line["mark"]["code"]) for line in nodes(found["lines"])] == [
        ("Ann", "L"),
        ("Ben", None),
        ("Cem", "N"),
    ]
    first = nodes(found["lines"])[0]["mark"]
    assert first == {"code": "L", "meaning": "late", "status": "L", "minutesLate": 4, "version": 1}
    assert nodes(found["lines"])[1]["student"]["registrationNumber"] == here.registration_number


def test_registers_that_are_due_are_those_not_taken():
    school = make_school()
    set_times(school)
    classes = [make_class(school, name) for name in ("7A", "7B")]
    teacher = make_teacher(school, *classes)
    make_student(school, classes[0])
    caller = software(teacher, school)
    query = "{ registersDue { edges { node { className session } } } registers(mine: true) { totalCount } }"
    before = data(caller, query)
    with in_school(school):
        actor = as_actor(teacher, school)
        register = next(r for r in list_registers(actor, day=NOW.date()) if r.class_name == "7A")
        take_register(register.pk, marks=[], rest="present", actor=actor)

    after = data(caller, query)

    due = [(node["className"], node["session"]) for node in nodes(before["registersDue"])]
    assert due == [("7A", "AM"), ("7B", "AM"), ("7A", "PM"), ("7B", "PM")]
    assert [(n["className"], n["session"]) for n in nodes(after["registersDue"])] == due[1:]
    assert after["registers"]["totalCount"] == 4


def test_attendance_in_numbers():
    school = make_school()
    set_times(school)
    own = make_class(school)
    teacher = make_teacher(school, own)
    ann, _ben = make_student(school, own, name="Ann"), make_student(school, own, name="Ben")
    with in_school(school):
        actor = as_actor(teacher, school)
        (register, *_) = list_registers(actor, day=NOW.date())
        take_register(register.pk, marks=[GivenMark(ann.pk, "N")], rest="present", actor=actor)
    query = """query ($class: ID) { attendanceSummary(from: "2026-11-20", to: "2026-11-20", classId: $class) {
      total { possible attended unauthorised percent }
      students { edges { node { student { fullName } numbers { attended } } } } } }"""

    found = data(software(teacher, school), query, **{"class": str(own.pk)})["attendanceSummary"]

    assert found["total"] == {"possible": 2, "attended": 1, "unauthorised": 1, "percent": "50.0"}
    by_name = {n["student"]["fullName"]: n["numbers"]["attended"] for n in nodes(found["students"])}
    assert by_name == {"Ann": 0, "Ben": 1}
