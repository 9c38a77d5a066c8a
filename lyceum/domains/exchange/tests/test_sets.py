"""Whole sets brought in: what the preview counts, what applying makes, what comes again, what is undone."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import connection

from lyceum.domains.exchange.errors import (
    AlreadyAppliedError,
    FileMissingError,
    ManifestWrongError,
    OrgNeededError,
    TooManyRemovalsError,
)
from lyceum.domains.exchange.models import Crosswalk, ImportRow, ImportRun
from lyceum.domains.exchange.rules.applying import Applier
from lyceum.domains.exchange.rules.starting import apply_import
from lyceum.domains.exchange.tests.bringing import (
    CONTOSO,
    ONEROSTER,
    SDS_1,
    SDS_2,
    TWO_DOT_ONE,
    apply,
    changed,
    dump,
    oneroster,
    operator,
    people_in,
    preview,
    roll_back,
    without,
    zip_of,
)
from lyceum.domains.people.models import ContactPoint, Enrolment, GuardianLink, Person, Student
from lyceum.domains.tenancy.models import School
from lyceum.testing.factories import in_school, make_school, make_student, make_year

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Sample:
    """A set, and what comes of it."""

    name: str
    open: Callable[[], Path | BytesIO]
    meanings: dict[str, Any]
    counts: dict[str, dict[str, int]]
    people: dict[str, int]

    def preview(self, school: School) -> ImportRun:
        return preview(school, self.open(), name=self.name, **self.meanings)


SAMPLES = [
    Sample(
        "sds-v1",
        lambda: SDS_1,
        {"orgs": [CONTOSO]},
        {
            "class": {"create": 14, "skip": 14},
            "grade": {"skip": 4},
            "line": {"skip": 32},
            "member": {"create": 420, "skip": 182},
            "school": {"update": 1},
            "staff": {"create": 7},
            "student": {"create": 60},
            "subject": {"create": 7, "skip": 21},
            "teacher": {"create": 14, "skip": 14},
            "year": {"create": 1},
        },
        {"students": 60, "staff": 7, "classes": 14, "members": 420, "teachers": 14, "guardians": 0},
    ),
    Sample(
        "sds-v2.1",
        lambda: SDS_2,
        {"orgs": [TWO_DOT_ONE]},
        {
            "adult": {"create": 2},
            "class": {"create": 1, "skip": 1},
            "grade": {"skip": 1},
            "guardian": {"create": 3},
            "line": {"skip": 8},
            "member": {"create": 3, "skip": 1},
            "school": {"update": 1},
            "staff": {"create": 1},
            "student": {"create": 3},
            "subject": {"create": 1, "skip": 2},
            "teacher": {"create": 1, "skip": 1},
            "term": {"skip": 1},
            "year": {"create": 1},
        },
        {"students": 3, "staff": 1, "classes": 1, "members": 3, "teachers": 1, "guardians": 3},
    ),
    Sample(
        "oneroster.zip",
        oneroster,
        {},
        {
            "adult": {"create": 1},
            "class": {"create": 2},
            "grade": {"skip": 1},
            "guardian": {"create": 2},
            "line": {"skip": 1},
            "member": {"create": 5},
            "school": {"update": 1},
            "staff": {"create": 1},
            "student": {"create": 3},
            "subject": {"create": 2},
            "teacher": {"create": 2},
            "term": {"create": 1},
            "year": {"create": 1},
        },
        {"students": 3, "staff": 1, "classes": 2, "members": 5, "teachers": 2, "guardians": 2},
    ),
]
every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)


@every_sample
def test_preview_counts_every_row_and_writes_nothing(sample: Sample):
    school = make_school()
    before = dump(school)

    run = sample.preview(school)

    assert (run.state, run.counts) == ("previewed", sample.counts)
    assert dump(school) == before


@every_sample
def test_set_is_brought_in_and_changes_nothing_the_second_time(sample: Sample):
    school = make_school()

    run = apply(sample.preview(school))
    brought_in = dump(school)
    again = sample.preview(school)
    apply(again)

    assert (run.state, run.trouble, people_in(school)) == ("applied", "", sample.people)
    assert {action for actions in again.counts.values() for action in actions} == {"skip"}
    assert {kind: sum(n.values()) for kind, n in again.counts.items()} == {
        kind: sum(n.values()) for kind, n in sample.counts.items()
    }
    assert dump(school) == brought_in


@every_sample
def test_rollback_leaves_people_and_classes_row_by_row_as_before(sample: Sample):
    school = make_school()
    make_student(school, name="Was Here")
    before = dump(school)

    run = apply(sample.preview(school))
    undone = roll_back(run)

    assert (undone.state, undone.trouble) == ("rolled_back", "")
    assert dump(school) == before
    with in_school(school):
        assert not Crosswalk.objects.exists()
        assert School.objects.get(pk=school.pk).official_ids == {}


@every_sample
def test_passwords_of_a_set_are_in_no_table_and_no_stored_file(sample: Sample, stored_files: Path):
    school = make_school()
    given = sample.open()
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT table_name, column_name FROM information_schema.columns
            WHERE table_schema = current_schema() AND data_type IN ('text', 'character varying', 'jsonb')"""
        )
        columns = cursor.fetchall()
    tables = sorted({table for table, _ in columns if table.startswith(("exchange_", "people_", "journal_", "acad"))})
    secrets = ("P@ssword", "P@ssw0rd", "hunter2")
    written = given.getvalue() if isinstance(given, BytesIO) else b"".join(p.read_bytes() for p in given.iterdir())
    if isinstance(given, BytesIO):
        with ZipFile(given) as archive:
            written = b"".join(archive.read(name) for name in archive.namelist())

    apply(sample.preview(school))

    assert any(secret.encode() in written for secret in secrets)
    with in_school(school), connection.cursor() as cursor:
        for table in tables:
            for secret in secrets:
                cursor.execute(f"SELECT count(*) FROM {table} t WHERE strpos(t::text, %s) > 0", [secret])
                assert (table, secret, cursor.fetchone()[0]) == (table, secret, 0)
    kept = [path for path in stored_files.rglob("*") if path.is_file()]
    assert [path.suffix for path in kept] == [".zip"]
    with ZipFile(kept[0]) as archive:
        for name in archive.namelist():
            assert not [secret for secret in secrets if secret.encode() in archive.read(name)]


@every_sample
def test_people_of_another_school_are_neither_matched_nor_shown(sample: Sample):
    other, school = make_school("Vale School"), make_school("Hill School")
    apply(sample.preview(other))
    before = dump(other)

    run = apply(sample.preview(school))

    assert (run.counts, people_in(school)) == (sample.counts, sample.people)
    with in_school(other):
        theirs = {row.pk for row in Person.objects.all()} | {row.pk for row in Student.objects.all()}
        assert not ImportRow.objects.filter(run=run).exists()
    with in_school(school):
        targets = set(ImportRow.objects.filter(run=run).values_list("target", flat=True))
        assert not (targets | set(Person.objects.values_list("pk", flat=True))) & theirs
    roll_back(run)
    assert dump(other) == before


def test_small_oneroster_set_says_who_is_who():
    school = make_school("Hill School")

    run = apply(preview(school, oneroster(), name="oneroster.zip"))

    assert (run.kind, run.format) == ("oneroster", "oneroster_1p1")
    with in_school(school):
        students = Student.objects.order_by("registration_number").values_list(
            "registration_number", "person__full_name", "person__gender", "person__birth_date"
        )
        assert [(n, name, gender, str(born)) for n, name, gender, born in students] == [
            ("1001", "Ada King", "female", "2015-04-02"),
            ("1002", "Ben King", "male", "2015-04-02"),
            ("1003", "Cleo Park", "female", "2014-12-24"),
        ]
        links = GuardianLink.objects.order_by("student__registration_number").values_list(
            "student__person__full_name", "guardian__full_name", "relationship"
        )
        assert list(links) == [("Ada King", "Gwen King", "parent"), ("Ben King", "Gwen King", "parent")]
        gwen = ContactPoint.objects.filter(person__full_name="Gwen King").order_by("kind")
        assert list(gwen.values_list("kind", "value")) == [("email", "gwen@home.example"), ("mobile", "+447700900123")]


def test_changed_name_and_address_are_shown_field_by_field_and_put_back():
    school = make_school("Hill School")
    apply(preview(school, oneroster()))
    before = dump(school)

    run = preview(school, oneroster(users=changed("users", "s1", familyName="Byron", email="ab@hill.example")))
    with in_school(school):
        row = ImportRow.objects.get(run=run, action="update")
    apply(run)
    with in_school(school):
        names = sorted(Person.objects.values_list("full_name", flat=True))
    undone = roll_back(run)

    assert (row.file, row.line, row.kind, row.key) == ("users.csv", 2, "student", "s1")
    assert row.before == {"full_name": "Ada King", "last_name": "King", "emails": ["ada@hill.example"]}
    assert row.values == {"full_name": "Ada Byron", "last_name": "Byron", "emails": ["ab@hill.example"]}
    assert names == ["Ada Byron", "Ben King", "Cleo Park", "Gwen King", "Tom Hale"]
    assert (undone.state, dump(school)) == ("rolled_back", before)


def test_row_that_somebody_edited_since_is_kept_and_listed():
    school = make_school("Hill School")
    make_year(school)
    run = apply(preview(school, oneroster()))
    with in_school(school):
        ben = Student.objects.get(registration_number="1002")
        Person.objects.filter(pk=ben.person_id).update(preferred_name="Benny")

    undone = roll_back(run)

    assert (undone.state, undone.trouble) == ("partly_rolled_back", "1 rows were kept.")
    with in_school(school):
        kept = ImportRow.objects.filter(run=run, state="kept")
        assert [(row.kind, row.key, row.troubles[-1][1]) for row in kept] == [("student", "s2", "edited_since")]
        assert list(Student.objects.values_list("registration_number", flat=True)) == ["1002"]
        assert list(Person.objects.values_list("full_name", "preferred_name")) == [("Ben King", "Benny")]


def test_import_is_applied_once_and_rolled_back_once():
    school = make_school("Hill School")
    run = apply(preview(school, oneroster()))

    with pytest.raises(AlreadyAppliedError) as refusal:
        apply_import(run.pk, actor=operator(school))
    roll_back(run)
    with pytest.raises(AlreadyAppliedError) as second:
        roll_back(run)

    assert (refusal.value.code, refusal.value.status) == ("already_applied", 409)
    assert refusal.value.detail.startswith("This import was applied on 2026-11-20.")
    assert second.value.code == "already_applied"


def test_more_removals_than_a_tenth_stop_until_they_are_allowed():
    school = make_school("Hill School")
    apply(preview(school, oneroster()))
    before = dump(school)
    smaller = {name: without(name, "s3", "e3") for name in ("users", "enrollments", "demographics")}

    run = preview(school, oneroster(**smaller))
    with pytest.raises(TooManyRemovalsError) as refusal:
        apply(run)
    with pytest.raises(TooManyRemovalsError):
        apply(run, allow_removals=1)
    untouched = dump(school)
    apply(run, allow_removals=2)

    assert {kind: n["end"] for kind, n in run.counts.items() if "end" in n} == {"student": 1, "member": 1}
    assert (refusal.value.code, refusal.value.extra["removals"]) == ("too_many_removals", 2)
    assert untouched == before
    with in_school(school):
        left = Enrolment.objects.filter(last_day__isnull=False)
        assert [(str(row.last_day), row.student.registration_number) for row in left] == [("2026-11-19", "1003")]
    roll_back(run)
    assert dump(school) == before


def test_a_tenth_of_the_students_may_end_without_being_asked():
    school = make_school()
    apply(preview(school, SDS_1, orgs=[CONTOSO]))
    tables = {path.name: path.read_bytes() for path in SDS_1.glob("*.csv")}
    header, *lines = tables["Student.csv"].splitlines()
    gone = {line.split(b",")[0] for line in lines[:6]}
    tables["Student.csv"] = b"\n".join([header, *lines[6:]])
    seats = tables["StudentEnrollment.csv"].splitlines()
    tables["StudentEnrollment.csv"] = b"\n".join(seat for seat in seats if seat.split(b",")[1] not in gone)

    run = apply(preview(school, zip_of(tables), name="sds.zip", orgs=[CONTOSO]))

    assert run.found["running"] == {"student": 60, "teacher": 0, "member": 0}
    assert (run.state, run.counts["student"]) == ("applied", {"end": 6, "skip": 54})


def test_what_runs_is_compared_table_by_table_also_where_its_rows_are_new_to_the_planner():
    school = make_school("Hill School")
    apply(preview(school, oneroster()))
    plans = []

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "FROM exchange_crosswalk c" in sql and not sql.startswith("EXPLAIN"):
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN " + sql, params)
                plans.append("\n".join(line for (line,) in cursor.fetchall()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        run = preview(school, oneroster())

    assert run.found["running"] == {"student": 3, "teacher": 2, "member": 5}
    assert len(plans) == 6
    assert [plan for plan in plans if "Nested Loop" in plan] == []


class Killed(BaseException):
    """The process ends in the middle of a statement."""


@pytest.mark.parametrize(
    "table",
    [
        "people_staff",  # classes are there, nobody else
        "people_officialid",  # in the middle of the students
        "people_guardianlink",
        "academics_classteacher",
        "academics_classmembership",  # the last step
    ],
)
def test_import_that_was_killed_goes_on_without_doubles(table: str):
    school = make_school("Hill School")
    before = dump(school)
    run = preview(school, oneroster())
    apply_import(run.pk, actor=operator(school))

    def die(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(f'INSERT INTO "{table}"') or sql.startswith(f"INSERT INTO {table}"):
            raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(die), pytest.raises(Killed):
        Applier(run.pk, actor=operator(school)).work()
    half = people_in(school)
    done = Applier(run.pk, actor=operator(school)).work()

    assert half != SAMPLES[2].people
    assert (done.state, people_in(school)) == ("applied", SAMPLES[2].people)
    assert roll_back(run).state == "rolled_back"
    assert dump(school) == before


def test_set_with_several_schools_asks_which_one_it_is():
    school = make_school()

    with pytest.raises(OrgNeededError) as refusal:
        preview(school, SDS_2)
    with pytest.raises(OrgNeededError) as unknown:
        preview(school, SDS_2, orgs=["4711"])

    assert [org["id"] for org in refusal.value.extra["orgs"]] == ["110001", "110003"]
    assert unknown.value.detail.startswith("The file has no school 4711.")


def test_school_of_the_file_is_known_by_its_name():
    school = make_school("School of TwoDotOne")

    run = preview(school, SDS_2)

    assert [(each["id"], each["here"]) for each in run.found["schools"]] == [("110001", False), ("110003", True)]
    assert run.counts == SAMPLES[1].counts


@pytest.mark.parametrize(
    ("rows", "error", "extra"),
    [
        ([["file.resources", "bulk"]], FileMissingError, {"file": "resources.csv", "line": 2}),
        ([["oneroster.version", "2.0"]], ManifestWrongError, {"file": "manifest.csv", "line": 2}),
        ([["file.users", "some"]], ManifestWrongError, {"file": "manifest.csv", "line": 2}),
    ],
)
def test_manifest_that_contradicts_the_files_is_refused_with_its_line(
    rows: list[list[str]], error: type[Exception], extra: dict[str, Any]
):
    school = make_school()
    given = oneroster(manifest=[["propertyName", "value"], *rows])

    with pytest.raises(error) as refusal:
        preview(school, given)

    assert refusal.value.extra == extra


def test_rows_that_refer_to_nothing_or_come_twice_are_errors_with_their_line():
    school = make_school("Hill School")
    users = [*ONEROSTER["users.csv"], ONEROSTER["users.csv"][1]]
    seats = ONEROSTER["enrollments.csv"]
    orphans = [
        ["e8", "", "", "k9", "o1", "s1", "student", "false", "", ""],
        ["e9", "", "", "k1", "o1", "s9", "student", "false", "", ""],
    ]

    run = preview(school, oneroster(users=users, enrollments=[*seats, *orphans]))

    with in_school(school):
        wrong = ImportRow.objects.filter(run=run, action="error").order_by("file", "line")
        found = [(row.file, row.line, row.key, row.troubles[0][0], row.troubles[0][1]) for row in wrong]
    assert found == [
        ("enrollments.csv", 9, "k9|s1", "", "class_unknown"),
        ("enrollments.csv", 10, "k1|s9", "", "student_unknown"),
        ("users.csv", 7, "s1", "sourcedId", "id_twice"),
    ]
