"""Bringing files into a school in tests, and what the school holds before and after."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.apps import apps
from django.db import connection

from lyceum.core.actor import Actor, system_actor
from lyceum.domains.exchange.models import ImportRun
from lyceum.domains.exchange.readers.intake import TakenFile, take_in
from lyceum.domains.exchange.readers.tables import Bundle
from lyceum.domains.exchange.rules.applying import Applier
from lyceum.domains.exchange.rules.previewing import preview_import
from lyceum.domains.exchange.rules.rollback import Undoer, start_rollback
from lyceum.domains.exchange.rules.runs import map_import, start_import
from lyceum.domains.exchange.rules.starting import apply_import
from lyceum.domains.tenancy.models import School
from lyceum.testing.factories import in_school
from lyceum.testing.rows import every_row

DATA = Path(__file__).parent / "data"
SDS_1, SDS_2 = DATA / "sds-uk-100", DATA / "sds-v2.1"
CONTOSO, TWO_DOT_ONE = "10001", "110003"
"""The school of each set that the tests bring in."""
LARGEST = 10_000_000
NUMBERS = frozenset({"people_numbercounter"})
"""Numbers that were given out are never given out again."""


def text_of(*rows: Sequence[str], separator: str = ",") -> str:
    """Rows as CSV text."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows(rows)
    return text.getvalue()


def zip_of(tables: Mapping[str, str | bytes]) -> io.BytesIO:
    """A zip of files by name."""
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in tables.items():
            archive.writestr(name, content)
    out.seek(0)
    return out


def taken(
    content: bytes | io.BytesIO | Path, name: str = "list.csv", *, largest: int = LARGEST
) -> tuple[list[TakenFile], Bundle]:
    """What was given as it is taken in."""
    out = io.BytesIO()
    source = io.BytesIO(content) if isinstance(content, bytes) else content
    files = take_in(source, name=name, largest=largest, out=out)
    return files, Bundle(out)


def operator(school: School) -> Actor:
    """Whoever may bring everything in."""
    return system_actor(school.pk, name="operator")


def preview(
    school: School,
    source: Path | io.BytesIO | str,
    *,
    name: str = "list.csv",
    actor: Actor | None = None,
    **meanings: Any,
) -> ImportRun:
    """Take a file in, say what it means, look at what it would do."""
    actor = actor or operator(school)
    given = io.BytesIO(source.encode()) if isinstance(source, str) else source
    run = start_import(given, file_name=source.name if isinstance(source, Path) else name, actor=actor)
    if meanings:
        with in_school(school):
            map_import(run.pk, **meanings, actor=actor)
    return preview_import(run.pk, actor=actor)


def apply(run: ImportRun, *, actor: Actor | None = None, **choices: Any) -> ImportRun:
    """Apply what was previewed, to the end."""
    actor = actor or system_actor(int(run.school_id), name="operator")
    apply_import(run.pk, **choices, actor=actor)
    return Applier(run.pk, actor=actor).work()


def roll_back(run: ImportRun) -> ImportRun:
    """Undo an import, to the end."""
    actor = system_actor(int(run.school_id), name="operator")
    start_rollback(run.pk, actor=actor)
    return Undoer(run.pk, actor=actor).work()


def dump(school: School) -> dict[str, list[str]]:
    """Every row of people and academics in the school, table by table, as text."""
    models = [model for label in ("people", "academics") for model in apps.get_app_config(label).get_models()]
    with in_school(school):
        return every_row(model._meta.db_table for model in models if model._meta.db_table not in NUMBERS)


def rows_in(school: School, **counted: str) -> dict[str, int]:
    """How many rows the school has in those tables."""
    sizes = {}
    with in_school(school), connection.cursor() as cursor:
        for name, table in counted.items():
            cursor.execute(f"SELECT count(*) FROM {table} WHERE school_id = %s", [school.pk])
            sizes[name] = cursor.fetchone()[0]
    return sizes


def people_in(school: School) -> dict[str, int]:
    """How many students, staff, classes, memberships, teachers and guardians the school has."""
    return rows_in(
        school,
        students="people_student",
        staff="people_staff",
        classes="academics_class",
        members="academics_classmembership",
        teachers="academics_classteacher",
        guardians="people_guardianlink",
    )


ONEROSTER: dict[str, list[list[str]]] = {
    "manifest.csv": [
        ["propertyName", "value"],
        ["manifest.version", "1.0"],
        ["oneroster.version", "1.1"],
        *[
            [f"file.{name}", "bulk"]
            for name in ("academicSessions", "classes", "courses", "demographics", "enrollments", "orgs", "users")
        ],
        ["file.resources", "absent"],
    ],
    "orgs.csv": [
        ["sourcedId", "status", "dateLastModified", "name", "type", "identifier", "parentSourcedId"],
        ["d1", "", "", "Hill District", "district", "", ""],
        ["o1", "", "", "Hill School", "school", "100", "d1"],
    ],
    "academicSessions.csv": [
        ["sourcedId", "status", "dateLastModified", "title", "type", "startDate", "endDate", "parentSourcedId",
         "schoolYear"],
        ["y1", "", "", "2026/27", "schoolYear", "2026-09-01", "2027-07-20", "", "2027"],
        ["t1", "", "", "Autumn", "term", "2026-09-01", "2026-12-18", "y1", "2027"],
    ],
    "courses.csv": [
        ["sourcedId", "status", "dateLastModified", "schoolYearSourcedId", "title", "courseCode", "grades",
         "orgSourcedId", "subjects", "subjectCodes"],
        ["c1", "", "", "y1", "Mathematics", "MA", "07", "o1", "Mathematics", ""],
        ["c2", "", "", "y1", "Homeroom", "HR", "07", "o1", "", ""],
    ],
    "classes.csv": [
        ["sourcedId", "status", "dateLastModified", "title", "grades", "courseSourcedId", "classCode", "classType",
         "location", "schoolSourcedId", "termSourcedIds", "subjects", "subjectCodes", "periods"],
        ["k1", "", "", "7A", "07", "c2", "7A", "homeroom", "", "o1", "y1", "", "", ""],
        ["k2", "", "", "7A/Ma", "07", "c1", "7A/Ma", "scheduled", "", "o1", "t1", "Mathematics", "", "1,2"],
    ],
    "users.csv": [
        ["sourcedId", "status", "dateLastModified", "enabledUser", "orgSourcedIds", "role", "username", "userIds",
         "givenName", "familyName", "middleName", "identifier", "email", "sms", "phone", "agentSourcedIds", "grades",
         "password"],
        ["s1", "", "", "true", "o1", "student", "ada", "{SIS:A-1}", "Ada", "King", "", "1001", "ada@hill.example", "",
         "", "g1", "07", "hunter2"],
        ["s2", "", "", "true", "o1", "student", "ben", "", "Ben", "King", "", "1002", "", "", "", "g1", "07", ""],
        ["s3", "", "", "true", "o1", "student", "cleo", "", "Cleo", "Park", "", "1003", "", "", "", "", "07", ""],
        ["t1", "", "", "true", "o1", "teacher", "tom", "", "Tom", "Hale", "", "T-1", "tom@hill.example", "", "", "",
         "", ""],
        ["g1", "", "", "true", "o1", "parent", "gwen", "", "Gwen", "King", "", "", "gwen@home.example",
         "+447700900123", "", "", "", ""],
    ],
    "demographics.csv": [
        ["sourcedId", "status", "dateLastModified", "birthDate", "sex"],
        ["s1", "", "", "2015-04-02", "female"],
        ["s2", "", "", "2015-04-02", "male"],
        ["s3", "", "", "2014-12-24", "female"],
    ],
    "enrollments.csv": [
        ["sourcedId", "status", "dateLastModified", "classSourcedId", "schoolSourcedId", "userSourcedId", "role",
         "primary", "beginDate", "endDate"],
        ["e1", "", "", "k1", "o1", "s1", "student", "false", "", ""],
        ["e2", "", "", "k1", "o1", "s2", "student", "false", "", ""],
        ["e3", "", "", "k1", "o1", "s3", "student", "false", "", ""],
        ["e4", "", "", "k2", "o1", "s1", "student", "false", "", ""],
        ["e5", "", "", "k2", "o1", "s2", "student", "false", "", ""],
        ["e6", "", "", "k1", "o1", "t1", "teacher", "true", "", ""],
        ["e7", "", "", "k2", "o1", "t1", "teacher", "true", "", ""],
    ],
}  # fmt: skip
"""A small OneRoster 1.1 set: a form and a class in mathematics, three students, a teacher, a mother of two."""


def oneroster(**tables: list[list[str]]) -> io.BytesIO:
    """The small set as a zip, with tables replaced by name; one that is empty is left out."""
    chosen = ONEROSTER | {f"{name}.csv": rows for name, rows in tables.items()}
    return zip_of({name: text_of(*rows) for name, rows in chosen.items() if rows})


def without(name: str, *ids: str) -> list[list[str]]:
    """A table of the small set without the rows of those ids."""
    return [row for row in ONEROSTER[f"{name}.csv"] if row[0] not in ids]


def changed(name: str, key: str, **cells: str) -> list[list[str]]:
    """A table of the small set with other cells in one row."""
    header, *rows = ONEROSTER[f"{name}.csv"]
    return [header, *([cells.get(c, v) for c, v in zip(header, r, strict=True)] if r[0] == key else r for r in rows)]
