"""What other domains do to what a gradebook stands on: a rollover undone, two records that are one student."""

import pytest

from lyceum.core.actor import system_actor
from lyceum.core.errors import RuleError
from lyceum.domains.academics.rules.rollover.usage import find_use, let_go
from lyceum.domains.assessment.models import Cell, Gradebook
from lyceum.domains.assessment.tests.conftest import Marks
from lyceum.domains.learning.tests.making import make_applicant
from lyceum.domains.people.rules.merges import merge_people
from lyceum.testing.factories import NOW, in_school


def test_a_gradebook_without_marks_is_let_go_and_one_with_marks_is_the_years_first_use(marks: Marks):
    column = marks.column()
    with in_school(marks.school):
        year = marks.form.year
        assert find_use(year) is None
    marks.give(column, "80")

    with in_school(marks.school):
        use = find_use(year)
        assert use is not None
        assert (use.words, use.id, str(use.on)) == ("the marks of 7A", marks.book.pk, "2026-11-20")
        let_go([marks.form.pk])
        assert Gradebook.objects.count() == 1
    marks.give(column, "-")
    with in_school(marks.school):
        let_go([marks.form.pk])
        assert Gradebook.objects.count() == 0


def test_marks_of_two_records_of_one_student_become_one_where_they_agree(marks: Marks):
    column = marks.column()
    marks.give(column, "80")
    kept, twin, other = marks.students[0], *(make_applicant(marks.school, name) for name in ("Ada L.", "A. Lovelace"))
    actor = system_actor(marks.school.pk)
    with in_school(marks.school):
        for student, score in ((twin, 80), (other, 70)):
            Cell.objects.create(column_id=column, student=student, state="scored", score=score, entered_at=NOW)

        merge_people(kept.person_id, twin.person_id, actor=actor)

        assert Cell.objects.filter(student=kept).count() == 1
        with pytest.raises(RuleError, match="both have different marks in the same column"):
            merge_people(kept.person_id, other.person_id, actor=actor)
