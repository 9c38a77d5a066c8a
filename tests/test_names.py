"""People as they write themselves: in Arabic with one name, without a surname, with a combining accent."""

import csv
import io

import openpyxl
import pytest
from pypdf import PdfReader

from lyceum.core import clock
from lyceum.domains.people.models import Student
from lyceum.testing.clients import Caller, browser, software
from lyceum.testing.factories import NOW, in_school, make_admin, make_class, make_school, set_times
from lyceum.testing.pages import text_of

ONE_NAME, NO_SURNAME, COMBINING = "محمد", "Sukarno", "Zoe\u0301 Müller"
SHOWN = {ONE_NAME: ONE_NAME, NO_SURNAME: NO_SURNAME, COMBINING: "Zoé Müller"}
IN_ORDER = ["Sukarno", "Zoé Müller", "محمد"]
"""Nobody said what a surname is: by the name as it is written, other scripts after Latin."""
CREATE = "mutation($i: CreateStudentInput!) { createStudent(input: $i) { student { id } errors { code } } }"
ADD = "mutation($i: AddClassMembersInput!) { addClassMembers(input: $i) { errors { code } } }"
FIND = "query($q: String!) { students(q: $q, first: 5) { edges { node { fullName } } } }"


def by_page(page: Caller, rest: Caller, name: str, form: str) -> None:
    answer = page.post("/students/new/", {"full_name": name, "admission_date": "2026-09-01", "class": form})
    assert answer.status_code == 302, text_of(answer)


def by_rest(page: Caller, rest: Caller, name: str, form: str) -> None:
    answer = rest.send("/api/v1/students/", {"full_name": name, "admission_date": "2026-09-01", "class": form})
    assert answer.status_code == 201, answer.content


def by_graphql(page: Caller, rest: Caller, name: str, form: str) -> None:
    given = {"fullName": name, "firstDay": "2026-09-01"}
    made = rest.send("/graphql", {"query": CREATE, "variables": {"i": given}}).json()["data"]["createStudent"]
    assert made["errors"] == []
    given = {"classId": form, "studentIds": [made["student"]["id"]]}
    answer = rest.send("/graphql", {"query": ADD, "variables": {"i": given}}).json()
    assert answer["data"]["addClassMembers"]["errors"] == [], answer


@pytest.mark.django_db
@pytest.mark.parametrize("create", [by_page, by_rest, by_graphql])
def test_every_name_is_created_found_sorted_printed_and_exported_by_every_door(create):
    with clock.frozen(NOW):
        school = make_school()
        set_times(school)
        form = make_class(school)
        admin = make_admin(school)
        page, rest = browser(admin, school), software(admin, school)
        for name in SHOWN:
            create(page, rest, name, str(form.pk))

        with in_school(school):
            assert {*Student.objects.values_list("person__full_name", flat=True)} == {*SHOWN.values()}
        for name, shown in SHOWN.items():
            found = [
                [row["full_name"] for row in rest.get("/api/v1/students/", {"q": name}).json()["items"]],
                [
                    edge["node"]["fullName"]
                    for edge in rest.send("/graphql", {"query": FIND, "variables": {"q": name}}).json()["data"][
                        "students"
                    ]["edges"]
                ],
            ]
            assert found == [[shown]] * 2
            assert shown in text_of(page.get("/students/", {"q": name}))
        assert [row["full_name"] for row in rest.get("/api/v1/students/").json()["items"]] == IN_ORDER
        exported = page.post("/students/", {"export": "csv"}).content.decode("utf-8-sig")
        assert [row[0] for row in csv.reader(io.StringIO(exported))][1:] == IN_ORDER
        sheet = openpyxl.load_workbook(io.BytesIO(page.post("/students/", {"export": "xlsx"}).content)).active
        assert [row[0] for row in sheet.iter_rows(values_only=True)][1:] == IN_ORDER
        for printed in (
            page.post("/students/", {"export": "pdf"}),
            page.get(f"/attendance/paper/{form.pk}/"),
        ):
            assert all(_is_printed(name, printed.content) for name in IN_ORDER)


def _is_printed(name: str, pdf: bytes) -> bool:
    """Whether a document says the name; an Arabic one may come out of it in the order in which it is drawn."""
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return name in text or name[::-1] in text
