"""How the school's rows behind one row of an import look: kept before a change, compared and put back later.

An image is exact: every column of every row. Undoing an import writes images back as they were, past the rules
of people and academics, because a rule could only make something like them; it happens only to rows that look
exactly as the import left them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec
from django.apps import apps
from django.db import connection, models

from lyceum.core.schools import current_school
from lyceum.domains.exchange.plan.rows import Step


@dataclass(frozen=True)
class Part:
    """A table of an image, and the column by which its rows belong to the subject, or to the subject's person."""

    table: str
    model: str
    owner: str = "id"
    of_person: bool = False


@dataclass(frozen=True)
class Shape:
    """The tables of one kind of image: those that refer to others last."""

    parts: tuple[Part, ...]
    subject: str = ""
    """The subject's own table, where it has a person."""


def _alone(table: str, model: str) -> Shape:
    return Shape((Part(table, model),))


_PERSON = (
    Part("people_person", "people.Person", of_person=True),
    Part("people_contactpoint", "people.ContactPoint", "person_id", of_person=True),
)
_STUDENT = (
    *_PERSON,
    Part("people_student", "people.Student"),
    Part("people_officialid", "people.OfficialId", "student_id"),
    Part("people_enrolment", "people.Enrolment", "student_id"),
    Part("academics_placement", "academics.Placement", "student_id"),
)
_MEMBERSHIPS = Part("academics_classmembership", "academics.ClassMembership", "student_id")
SHAPES: Mapping[Step, Shape] = {
    Step.YEAR: _alone("academics_academicyear", "academics.AcademicYear"),
    Step.TERM: _alone("academics_term", "academics.Term"),
    Step.GRADE: _alone("academics_grade", "academics.Grade"),
    Step.SUBJECT: _alone("academics_subject", "academics.Subject"),
    Step.CLASS: _alone("academics_class", "academics.Class"),
    Step.CLASS_END: _alone("academics_class", "academics.Class"),
    Step.STAFF: Shape((*_PERSON, Part("people_staff", "people.Staff")), "people_staff"),
    Step.STUDENT: Shape(_STUDENT, "people_student"),
    Step.STUDENT_END: Shape((*_STUDENT, _MEMBERSHIPS), "people_student"),
    Step.ADULT: Shape(
        (
            Part("people_person", "people.Person"),
            Part("people_contactpoint", "people.ContactPoint", "person_id"),
        ),
    ),
    Step.GUARDIAN: _alone("people_guardianlink", "people.GuardianLink"),
    Step.TEACHER: _alone("academics_classteacher", "academics.ClassTeacher"),
    Step.TEACHER_END: _alone("academics_classteacher", "academics.ClassTeacher"),
    Step.MEMBER: _alone("academics_classmembership", "academics.ClassMembership"),
    Step.MEMBER_END: _alone("academics_classmembership", "academics.ClassMembership"),
}
Image = dict[str, list[dict[str, Any]]]


# Each table by itself, with the ids as an array and without joins: while a school's rows are new, PostgreSQL does not
# know how many there are, and any join would read the whole school once for each row.
_PART = """SELECT '{table}', {owner}, jsonb_agg({row} ORDER BY id)::text FROM {table} t
  WHERE school_id = %(school)s AND {owner} = ANY({ids}) GROUP BY {owner}"""
_PERSONS = "ARRAY(SELECT person_id FROM {subject} WHERE school_id = %(school)s AND id = ANY(%(ids)s))"
_OWNERS = "SELECT '', id, person_id::text FROM {subject} WHERE school_id = %(school)s AND id = ANY(%(ids)s)"


def _read(shape: Shape, row: str, ids: Collection[UUID]) -> dict[UUID, dict[str, str]]:
    """For each id the rows of each table, as JSON text, in one statement."""
    persons = _PERSONS.format(subject=shape.subject)
    parts = [_OWNERS.format(subject=shape.subject)] if shape.subject else []
    for part in shape.parts:
        wanted = persons if part.of_person else "%(ids)s"
        parts.append(_PART.format(table=part.table, owner=part.owner, row=row, ids=wanted))
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), {"school": current_school(), "ids": list(ids)})
        rows = cursor.fetchall()
    subjects = {UUID(text): owner for table, owner, text in rows if not table}
    found: dict[UUID, dict[str, str]] = {}
    for table, owner, text in rows:
        if table:
            found.setdefault(subjects.get(owner, owner), {})[table] = text
    return found


def take_images(step: Step, ids: Collection[UUID]) -> dict[UUID, Image]:
    """The rows behind each id as they are now, in one statement."""
    found = _read(SHAPES[step], "to_jsonb(t)", ids)
    return {key: {name: msgspec.json.decode(text) for name, text in tables.items()} for key, tables in found.items()}


def take_marks(step: Step, ids: Collection[UUID]) -> dict[UUID, str]:
    """A short mark of the rows behind each id, in one statement: it differs once anything but a time stamp does."""
    found = _read(SHAPES[step], "to_jsonb(t) - 'updated_at'", ids)
    return {key: _mark(tables) for key, tables in found.items()}


def _mark(tables: Mapping[str, str]) -> str:
    text = "\n".join(f"{name} {tables[name]}" for name in sorted(tables))
    return blake2b(text.encode(), digest_size=8).hexdigest()


def put_back(step: Step, present: Mapping[UUID, Image], before: Mapping[UUID, Image]) -> None:
    """Make the rows behind these ids what they were: gone where there was nothing, else equal in every column."""
    parts = SHAPES[step].parts
    for part in reversed(parts):
        kept = {row["id"] for image in before.values() for row in image.get(part.table, ())}
        gone = {row["id"] for image in present.values() for row in image.get(part.table, ())} - kept
        if gone:
            _delete(part, gone)
    for part in parts:
        rows = {row["id"]: row for image in before.values() for row in image.get(part.table, ())}
        if rows:
            _write(part, list(rows.values()))


def _delete(part: Part, ids: set[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {part.table} WHERE school_id = %s AND id = ANY(%s::uuid[])",  # noqa: S608  # our own names
            [current_school(), sorted(ids)],
        )


def _write(part: Part, rows: list[dict[str, Any]]) -> None:
    model: type[models.Model] = apps.get_model(part.model)
    columns = [field.column for field in model._meta.local_concrete_fields]
    names = ", ".join(f'"{column}"' for column in columns)
    updates = ", ".join(f'"{c}" = EXCLUDED."{c}"' for c in columns if c not in ("id", "school_id"))
    sql = (
        f"INSERT INTO {part.table} ({names}) SELECT {names} "  # noqa: S608  # our own names
        f"FROM jsonb_populate_recordset(NULL::{part.table}, %s::jsonb) "
        f"ON CONFLICT (school_id, id) DO UPDATE SET {updates}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [msgspec.json.encode(rows).decode()])
