"""Documents of behaviour as PDF: who gets which, and that each is about whom it may be about."""

from datetime import timedelta

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.behaviour.documents.printing import letter_of, record_of
from lyceum.domains.behaviour.models import Incident, Notice
from lyceum.domains.behaviour.rows import rows_of
from lyceum.domains.behaviour.rules.notices import RECALL, deliver_notice, send_notice
from lyceum.domains.behaviour.tests.conftest import Friday, make_friday
from lyceum.domains.journal.models import AccessEntry
from lyceum.testing.clients import browser
from lyceum.testing.factories import NOW, in_school


def opened(friday: Friday, name: str, path: str) -> int:
    """The status of the answer; where it is a file, a PDF."""
    answer = browser(friday.users[name], friday.school).get(path)
    if answer.status_code == 200:
        assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    return answer.status_code


@pytest.fixture
def fight(friday: Friday) -> Incident:
    """Two students fought, the head has seen it, and both families were told."""
    incident = friday.record("fighting", *friday.students[:2], narrative="Ada and Ben fought", actor=friday.head)
    with in_school(friday.school), clock.frozen(NOW + RECALL + timedelta(seconds=1)):
        for notice in Notice.objects.all():
            send_notice(notice.pk, actor=friday.head)
    with in_school(friday.school), clock.frozen(NOW + 3 * RECALL):
        for notice in Notice.objects.all():
            deliver_notice(notice.pk, actor=system_actor(friday.school.pk))
    return incident


def test_the_record_tells_staff_everything_and_a_family_of_its_own_child(friday: Friday, fight: Incident):
    path = f"/incidents/{fight.pk}/record.pdf"

    with in_school(friday.school):
        staff = str(record_of(rows_of(fight.pk, actor=friday.teacher)))
        family = str(record_of(rows_of(fight.pk, actor=friday.guardian)))

    assert "Ada and Ben fought" in staff
    assert "Ben Carson" in staff
    assert "Ada Lovelace" in family
    assert "Ben" not in family
    assert [opened(friday, name, path) for name in ("teacher", "guardian", "other")] == [200, 200, 404]
    assert opened(make_friday(), "head", path) == 404
    with in_school(friday.school):
        entries = set(AccessEntry.objects.values_list("viewer_name", "surface", "relation"))
        assert entries == {("Tess Teacher", "export", "class"), ("Grace Guardian", "export", "child")}


def test_a_letter_is_the_text_that_was_sent_about_one_child(friday: Friday, fight: Incident):
    with in_school(friday.school):
        notice = Notice.objects.get(student=friday.students[0])
        letter = letter_of(notice)
    path = f"/behaviour/notices/{notice.pk}/letter.pdf"

    assert (letter["text"], letter["recipients"]) == (notice.text, ["Grace Guardian"])
    assert "Ben" not in str(letter)
    wanted = {"guardian": 200, "head": 200, "other_guardian": 404, "other": 404, "student": 404}
    assert {name: opened(friday, name, path + "?paper=letter") for name in wanted} == wanted


def test_what_was_not_approved_is_no_letter(friday: Friday):
    friday.record("fighting", actor=friday.head)
    with in_school(friday.school):
        Notice.objects.update(state="held")
        notice = Notice.objects.get()

    assert opened(friday, "head", f"/behaviour/notices/{notice.pk}/letter.pdf") == 404


@pytest.mark.parametrize("path", ["/behaviour/incidents/", "/behaviour/points/", "/behaviour/detentions/all/"])
def test_a_list_is_taken_away_on_paper(friday: Friday, path: str):
    friday.record("fighting", narrative="= not *Typst*, #nor code")

    answer = browser(friday.users["head"], friday.school).post(path, {"export": "pdf"})

    assert (answer.status_code, answer["Content-Type"], answer.content[:5]) == (200, "application/pdf", b"%PDF-")
