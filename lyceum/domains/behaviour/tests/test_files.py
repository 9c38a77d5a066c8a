"""Files beside an incident: what is taken, what is refused, what travels along, and who may have them."""

import io
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from lyceum.core import files
from lyceum.core.errors import NotFoundError, RuleError
from lyceum.core.files import read_file
from lyceum.domains.behaviour.models import Incident, IncidentFile
from lyceum.domains.behaviour.rules.files import add_file, get_file, remove_file
from lyceum.domains.behaviour.tests.conftest import Friday, make_friday
from lyceum.domains.journal.models import AccessEntry
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import in_school

PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def photo(size: tuple[int, int] = (8, 6), kind: str = "JPEG") -> bytes:
    """A picture with the name of the telephone in it."""
    picture, out = Image.new("RGB", size, "red"), io.BytesIO()
    exif = picture.getexif()
    exif[0x010F] = "Telephone of Tess"
    picture.save(out, format=kind, exif=exif)
    return out.getvalue()


def by_page(friday: Friday, incident: Incident, content: bytes, name: str) -> tuple[int, str]:
    given = {"act": "add_file", "file": SimpleUploadedFile(name, content)}
    answer = browser(friday.users["teacher"], friday.school).post(f"/incidents/{incident.pk}/", given)
    return answer.status_code, "" if answer.status_code == 302 else answer.context["errors"][0].code


def by_rest(friday: Friday, incident: Incident, content: bytes, name: str) -> tuple[int, str]:
    caller = software(friday.users["teacher"], friday.school)
    answer = caller.post(f"/api/v1/incidents/{incident.pk}/files/", {"file": SimpleUploadedFile(name, content)})
    return answer.status_code, answer.json().get("code", "")


Door = Callable[[Friday, Incident, bytes, str], tuple[int, str]]


@pytest.mark.parametrize("door", [by_page, by_rest])
def test_every_door_keeps_the_same_and_refuses_the_same(friday: Friday, door: Door, monkeypatch: pytest.MonkeyPatch):
    incident = friday.record("damage")

    assert door(friday, incident, photo(), "C:\\desk\\<b>wall.exe")[0] in (201, 302)
    assert door(friday, incident, b"MZ\x90\x00 a program", "photo.jpg") == (415, "file_type")
    assert door(friday, incident, PDF + b"/JavaScript", "a.pdf") == (422, "file_unsafe")
    assert door(friday, incident, photo()[:200], "a.jpg") == (422, "file_unsafe")
    monkeypatch.setattr(files, "LARGEST", 10)
    assert door(friday, incident, PDF, "a.pdf") == (413, "file_too_large")

    with in_school(friday.school):
        kept = IncidentFile.objects.get()
        assert (kept.name, kept.kind, kept.added_by_name) == ("bwall.jpg", "image/jpeg", "Tess Teacher")
        assert kept.stored.startswith(f"schools/{friday.school.pk}/incidents/")
        assert b"Telephone" not in read_file(kept.stored)
        assert Image.open(io.BytesIO(read_file(kept.stored))).size == (8, 6)


def test_a_picture_of_too_many_points_is_refused_before_it_is_opened(friday: Friday, monkeypatch: pytest.MonkeyPatch):
    incident = friday.record("damage")
    monkeypatch.setattr(files, "MOST_PIXELS", 40)
    with in_school(friday.school), pytest.raises(RuleError, match="more points"):
        add_file(incident.pk, given=io.BytesIO(photo(kind="PNG")), name="wall.png", actor=friday.teacher)


def test_a_file_is_for_those_who_read_the_narrative_and_it_is_written_down_who_took_it(friday: Friday):
    incident = friday.record("damage")
    with in_school(friday.school):
        row = add_file(incident.pk, given=io.BytesIO(PDF), name="statement.pdf", actor=friday.teacher)
    path = f"/incidents/{incident.pk}/files/{row.pk}/"

    answer = browser(friday.users["head"], friday.school).get(path)

    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, PDF, "application/pdf")
    assert answer["Content-Disposition"] == 'attachment; filename="statement.pdf"'
    assert (answer["X-Content-Type-Options"], "sandbox" in answer["Content-Security-Policy"]) == ("nosniff", True)
    for name in ("guardian", "student", "other"):
        assert browser(friday.users[name], friday.school).get(path).status_code in (403, 404)
    other = make_friday()
    assert browser(other.users["head"], other.school).get(path).status_code == 404
    with in_school(friday.school):
        assert list(AccessEntry.objects.values_list("viewer_name", "fields")) == [("Hanna Head", "behaviour.file")]
    with in_school(other.school), pytest.raises(RuntimeError, match="another school"):
        read_file(row.stored)


def test_after_the_decision_a_reviewer_takes_files_away_and_nobody_else(
    friday: Friday,
):
    incident = friday.record("damage")
    with in_school(friday.school):
        row = add_file(incident.pk, given=io.BytesIO(PDF), name="statement.pdf", actor=friday.teacher)
        with pytest.raises(RuleError):
            remove_file(incident.pk, row.pk, actor=friday.teacher)

        remove_file(incident.pk, row.pk, actor=friday.head)

        with pytest.raises(NotFoundError):
            get_file(incident.pk, row.pk, actor=friday.head)


def test_an_incident_has_ten_files_at_most_and_each_once(friday: Friday):
    incident = friday.record("damage")
    with in_school(friday.school):
        for n in range(10):
            add_file(incident.pk, given=io.BytesIO(PDF + bytes([48 + n])), name="a.pdf", actor=friday.teacher)
        with pytest.raises(RuleError) as refusal:
            add_file(incident.pk, given=io.BytesIO(PDF), name="a.pdf", actor=friday.teacher)

    assert refusal.value.code == "too_many_files"
