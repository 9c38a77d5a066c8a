"""What a gradebook made of the mark of an assignment, said beside it on the student's page."""

from collections.abc import Sequence
from uuid import UUID

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.assessment.books import read_books
from lyceum.domains.assessment.calculation.cells import judge_cell
from lyceum.domains.assessment.calculation.trace import Total
from lyceum.domains.assessment.models import Gradebook
from lyceum.domains.assessment.queries import whole_gradebooks
from lyceum.domains.assessment.words import plain, say_cell
from lyceum.domains.learning.assignment_beside import Beside, beside_mark
from lyceum.domains.people.policies import family_of


@beside_mark
def say_what_counts(assignment: UUID, students: Sequence[UUID], actor: Actor) -> dict[UUID, list[Beside]]:
    """For each gradebook in which the assignment is a column: the points that count, and why."""
    if not actor.may(Permission.MARKS_VIEW):
        return {}
    rows = list(whole_gradebooks(Gradebook.objects.filter(columns__source=assignment)).distinct())
    concerned = [student for student in students if student in family_of(actor)] if rows else []
    found: dict[UUID, list[Beside]] = {student: [] for student in concerned}
    for student in concerned:
        for book in read_books(rows, student=student, for_family=True):
            column = next((each for each in book.columns if each.source_id == assignment), None)
            if column is None or not book.learners:
                continue
            value = next(each for c in book.values.categories for each in c.columns if each.key == column.pk)
            trace = judge_cell(value, book.cell(column.pk, student).value, book.values.policy, Total.CURRENT)
            if trace.attempts:
                policy = book.values.policy
                says = say_cell(trace, attempts=policy.attempts, interval=policy.late_interval)
                shown = f"{plain(trace.earned)} / {plain(column.points)}"
                found[student].append(Beside(str(book.row), shown, says, f"/marks/students/{student}/"))
    return found
