"""A letter to the family about attendance: to those who are told, and to nobody kept from the child."""

import io

from pypdf import PdfReader

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.attendance.tests.conftest import Morning
from lyceum.domains.attendance.tests.test_cases import guardian
from lyceum.domains.journal.models import AuditEntry
from lyceum.domains.people.rules.restrictions import restrict_contact
from lyceum.testing.clients import browser
from lyceum.testing.factories import NOW, in_school, make_admin, make_school


def test_a_letter_says_numbers_in_words_to_those_who_are_told(morning: Morning):
    student = morning.students[0]
    kept, told = guardian(morning, 1), guardian(morning, 2)
    with in_school(morning.school):
        restrict_contact(
            student.pk, person_id=kept.guardian_id, kinds=["no_contact"], actor=system_actor(morning.school.pk)
        )
        take_register(morning.register().pk, marks=[GivenMark(student.pk, "I")], rest="present", actor=morning.office)
    path = f"/students/{student.pk}/attendance/letter/"

    with clock.frozen(NOW.replace(hour=12)):
        answer = browser(morning.office_user, morning.school).get(path)
        refused = browser(morning.teacher_user, morning.school).get(path)
        elsewhere = make_school("Other School")
        foreign = browser(make_admin(elsewhere), elsewhere).get(path)

    text = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages).split())
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert "0 of 1 sessions (0.0 %)" in text
    assert "Authorised absences: 1." in text
    assert told.guardian.full_name in text
    assert kept.guardian.full_name not in text
    assert "Olive Office" in text
    assert (refused.status_code, foreign.status_code) == (403, 404)
    with in_school(morning.school):
        assert AuditEntry.objects.filter(action="list.export").count() == 1
