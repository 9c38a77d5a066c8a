"""How the school's rows behind one row of an import look: kept before a change, compared and put back later.

An image is exact: every column of every row. Undoing an import writes images back as they were, past the rules
of people and academics, because a rule could only make something like them; it happens only to rows that look
exactly as the import left them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from django.apps import apps
from django.db import connection, models

from lyceum.core.schools import current_school
from lyceum.domains.exchange.plan.rows import Step


@dataclass(frozen=True)
class Part:
    """A table of an image, and how its rows hang on the subject: a condition with `s` as the subject's row."""

    table: str
    model: str
    where: str


@dataclass(frozen=True)
class Shape:
    """The tables of one kind of image, those that refer to others last, and the subject's own."""

    subject: str
    parts: tuple[Part, ...]


def _alone(table: str, model: str) -> Shape:
    return Shape(table, (Part(table, model, "t.id = s.id"),))


_PERSON = Part("people_person", "people.Person", "t.id = s.person_id")
_CONTACTS = Part("people_contactpoint", "people.ContactPoint", "t.person_id = s.person_id")
_STUDENT = (
    _PERSON,
    _CONTACTS,
    Part("people_student", "people.Student", "t.id = s.id"),
    Part("people_officialid", "people.OfficialId", "t.student_id = s.id"),
    Part("people_enrolment", "people.Enrolment", "t.student_id = s.id"),
    Part("academics_placement", "academics.Placement", "t.student_id = s.id"),
)
_MEMBERSHIPS = Part("academics_classmembership", "academics.ClassMembership", "t.student_id = s.id")
SHAPES: Mapping[Step, Shape] = {
    Step.YEAR: _alone("academics_academicyear", "academics.AcademicYear"),
    Step.TERM: _alone("academics_term", "academics.Term"),
    Step.GRADE: _alone("academics_grade", "academics.Grade"),
    Step.SUBJECT: _alone("academics_subject", "academics.Subject"),
    Step.CLASS: _alone("academics_class", "academics.Class"),
    Step.CLASS_END: _alone("academics_class", "academics.Class"),
    Step.STAFF: Shape("people_staff", (_PERSON, _CONTACTS, Part("people_staff", "people.Staff", "t.id = s.id"))),
    Step.STUDENT: Shape("people_student", _STUDENT),
    Step.STUDENT_END: Shape("people_student", (*_STUDENT, _MEMBERSHIPS)),
    Step.ADULT: Shape(
        "people_person",
        (
            Part("people_person", "people.Person", "t.id = s.id"),
            Part("people_contactpoint", "people.ContactPoint", "t.person_id = s.id"),
        ),
    ),
    Step.GUARDIAN: _alone("people_guardianlink", "people.GuardianLink"),
    Step.TEACHER: _alone("academics_classteacher", "academics.ClassTeacher"),
    Step.TEACHER_END: _alone("academics_classteacher", "academics.ClassTeacher"),
    Step.MEMBER: _alone("academics_classmembership", "academics.ClassMembership"),
    Step.MEMBER_END: _alone("academics_classmembership", "academics.ClassMembership"),
}
Image = dict[str, list[dict[str, Any]]]


_TABLE = (
    "'{table}', (SELECT COALESCE(jsonb_agg({row} ORDER BY t.id), '[]') FROM {table} t "
    "WHERE t.school_id = s.school_id AND {where})"
)


def _look_sql(shape: Shape, row: str) -> str:
    parts = ", ".join(_TABLE.format(table=part.table, row=row, where=part.where) for part in shape.parts)
    return f"jsonb_build_object({parts})"


def take_images(step: Step, ids: Collection[UUID]) -> dict[UUID, Image]:
    """The rows behind each id as they are now, in one statement."""
    shape = SHAPES[step]
    return dict(_select(shape, _look_sql(shape, "to_jsonb(t)"), ids))


def take_marks(step: Step, ids: Collection[UUID]) -> dict[UUID, str]:
    """A short mark of the rows behind each id, in one statement: it differs once anything but a time stamp does."""
    shape = SHAPES[step]
    look = _look_sql(shape, "to_jsonb(t) - 'updated_at'")
    return dict(_select(shape, f"left(md5(({look})::text), 16)", ids))


def _select(shape: Shape, what: str, ids: Collection[UUID]) -> list[tuple[UUID, Any]]:
    sql = f"SELECT s.id, {what} FROM {shape.subject} s WHERE s.school_id = %s AND s.id = ANY(%s)"  # noqa: S608  # our own names
    with connection.cursor() as cursor:
        cursor.execute(sql, [current_school(), list(ids)])
        return [
            (row[0], msgspec.json.decode(row[1]) if isinstance(row[1], str) and row[1][:1] == "{" else row[1])
            for row in cursor.fetchall()
        ]


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
