"""Two records that become one student keep what either of them learnt."""

import pytest
from django.core.management import call_command

from lyceum.core.actor import system_actor
from lyceum.domains.learning.models import CourseEnrolment, LearnerAccess
from lyceum.domains.learning.rules.enrolling import enrol_student
from lyceum.domains.learning.tests.making import approve, make_applicant, make_run
from lyceum.domains.people.rules.merges import merge_people, undo_merge
from lyceum.domains.tenancy.queries import today
from lyceum.testing.factories import in_school, make_school, make_student


@pytest.mark.django_db
def test_enrolments_and_approval_move_and_come_back():
    school = make_school()
    kept, twin = make_student(school, name="Anna"), make_applicant(school, "Ana")
    with in_school(school):
        day = today()
    run = make_run(school, start_on=day, end_on=day)
    approve(twin)
    actor = system_actor(school.pk)
    with in_school(school):
        enrol_student(run.pk, twin.pk, actor=actor)

        merge = merge_people(kept.person_id, twin.person_id, actor=actor)
        moved = CourseEnrolment.objects.get().student_id, LearnerAccess.objects.get().student_id
        undo_merge(merge.pk, actor=actor)

        assert moved == (kept.pk, kept.pk)
        assert CourseEnrolment.objects.get().student_id == twin.pk


@pytest.mark.django_db
def test_the_command_says_how_many_enrolments_ended(capsys):
    school = make_school()

    call_command("learning", "lapse", school=school.slug)

    assert "0 enrolments ended." in capsys.readouterr().out
