"""A Friday at school, an admin and an applicant, and what learners do over REST."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lyceum.core import clock
from lyceum.domains.learning.tests.making import (
    make_applicant,
)
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.models import School
from lyceum.testing.clients import Caller, software
from lyceum.testing.factories import (
    NOW,
    make_admin,
    make_school,
)

MATERIALS, OWN = "/api/v1/students/me/learning-materials/", "/api/v1/students/me/courses/"
PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


@pytest.fixture(autouse=True)
def _a_friday_morning():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def school() -> School:
    return make_school("Hill School")


@pytest.fixture
def admin(school) -> Caller:
    return software(make_admin(school), school)


@pytest.fixture
def applicant(school) -> Student:
    return make_applicant(school)


def as_learner(student: Student) -> Caller:
    return software(student.person.user, School.objects.get(pk=student.school_id))


def refused(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def join(caller: Caller, run) -> dict:
    answer = caller.send(f"/api/v1/students/me/enroll/{run.pk}/")
    assert answer.status_code in (200, 201), answer.content
    return answer.json()


def materials_of(caller: Caller) -> set[str]:
    answer = caller.get(MATERIALS)
    assert answer.status_code == 200, answer.content
    return {
        row["title"]
        for course in answer.json()["courses"]
        for group in (course, *course["schedules"])
        for row in group["materials"]
    }


def add_pdf(admin: Caller, **values) -> str:
    document = SimpleUploadedFile("plan.pdf", PDF, content_type="application/pdf")
    answer = admin.post("/api/v1/materials/upload/", {"file": document, "title": "Plan", **values})
    assert answer.status_code == 201, answer.content
    return answer.json()["id"]
