"""A Friday at school: 7A with its teacher, work that is due a week later, and families."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from lyceum.core import clock
from lyceum.core.actor import Actor, Via
from lyceum.core.permissions import Role
from lyceum.domains.academics.models import Class
from lyceum.domains.accounts.models import User
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.learning.models import Assignment, Submission
from lyceum.domains.learning.rules.assignments.handing_in import submit
from lyceum.domains.learning.rules.assignments.marking import GivenMark, grade_submission
from lyceum.domains.learning.rules.assignments.publishing import publish_assignment
from lyceum.domains.learning.rules.assignments.writing import NewAssignment, create_assignment
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.models import School
from lyceum.testing.beginnings import remembered
from lyceum.testing.clients import Caller, browser, software
from lyceum.testing.factories import (
    NOW,
    account_for,
    guardian_of,
    in_school,
    make_admin,
    make_class,
    make_school,
    make_students,
    make_teacher,
)

DUE = datetime(2026, 11, 27, 16, tzinfo=UTC)
PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def photo(kind: str = "JPEG") -> bytes:
    """A picture as a phone makes one."""
    out = io.BytesIO()
    Image.new("RGB", (8, 6), "red").save(out, format=kind)
    return out.getvalue()


def docx(*more: str) -> bytes:
    """A document of Word, as far as its parts say so."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in ("[Content_Types].xml", "word/document.xml", *more):
            packed.writestr(name, "<x/>")
    return out.getvalue()


def upload(content: bytes = PDF, name: str = "work.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@dataclass
class Friday:
    """Friday, 8:50: 7A with three students."""

    school: School
    form: Class
    students: list[Student]
    users: dict[str, User]

    @remembered
    def who(self, name: str, via: Via = Via.PAGE) -> Actor:
        with in_school(self.school):
            return actor_for_user(self.users[name], self.school.pk, via=via)

    def rest(self, name: str) -> Caller:
        return software(self.users[name], self.school)

    def page(self, name: str) -> Caller:
        return browser(self.users[name], self.school)

    @remembered
    def work(self, *, published: bool = True, due: Any = DUE, title: str = "Essay", **more: Any) -> Assignment:
        """The teacher of 7A sets work."""
        with in_school(self.school):
            new = NewAssignment(title, "Write **one** page.", due, [self.form.pk], more=more)
            made = create_assignment(new, actor=self.who("teacher"))
            return publish_assignment(made.pk, actor=self.who("teacher")) if published else made

    @remembered
    def of(self, work: Assignment, student: int = 0) -> Submission:
        """What a student has to do for it, as it is now."""
        with in_school(self.school):
            return Submission.objects.get(assignment=work, student=self.students[student])

    @remembered
    def hand_in(self, work: Assignment, text: str = "My page", name: str = "student") -> Submission:
        with in_school(self.school):
            return submit(work.pk, text=text, actor=self.who(name))

    @remembered
    def mark(self, work: Assignment, grade: Any = 90, student: int = 0, **more: Any) -> Submission:
        from decimal import Decimal

        with in_school(self.school):
            given = GivenMark(Decimal(str(grade)), "Well done", **more)
            return grade_submission(self.of(work, student).pk, mark=given, actor=self.who("teacher"))

    def grade(self, submission: Submission, body: dict[str, Any], name: str = "teacher", **headers: str) -> Any:
        return self.rest(name).send(f"/api/v1/submissions/{submission.pk}/grade/", body, **headers)


@remembered
def make_friday(**school: str) -> Friday:
    made = make_school(**school)
    form, other_form = make_class(made), make_class(made, "7B")
    students = make_students(made, ("Ada Lovelace", "Ben Carson", "Cleo Santos"), form)
    users = {
        "teacher": make_teacher(made, form, name="Tess Teacher"),
        "other": make_teacher(made, other_form, name="Otto Other"),
        "admin": make_admin(made),
        "guardian": guardian_of(students[0], name="Grace Guardian"),
        "other_guardian": guardian_of(students[1], name="Gustav Guardian"),
        "student": account_for(students[0].person, Role.STUDENT),
        "ben": account_for(students[1].person, Role.STUDENT),
    }
    return Friday(made, form, students, users)


@pytest.fixture
def at_school() -> Iterator[None]:
    """It is Friday, 8:50."""
    with clock.frozen(NOW):
        yield


@pytest.fixture
def friday(db: None, at_school: None) -> Friday:
    """Two forms on Friday at 8:50."""
    return make_friday()


def at(instant: datetime, **span: float) -> AbstractContextManager[None]:
    """A moment after an instant."""
    return clock.frozen(instant + timedelta(**span))


def own(work: Assignment | UUID, act: str = "") -> str:
    """The address of one's own work."""
    return f"/api/v1/assignments/{work if isinstance(work, UUID) else work.pk}/submission/{act}"
