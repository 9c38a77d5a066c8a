"""A gradebook of 7A with a column that is typed."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from lyceum.core.actor import Via, system_actor
from lyceum.domains.academics.rules.calendar import create_term
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.assessment.rules.gradebooks import open_gradebook
from lyceum.domains.assessment.rules.scales import create_scale
from lyceum.domains.assessment.rules.structure import add_category, add_column
from tests.doors.rows.cast import Cast


def add(cast: Cast) -> dict[str, UUID]:
    """The teacher of the class opens it; one category is empty, so that it can go."""
    system = system_actor(cast.school.pk)
    teacher = actor_for_user(cast.users["teacher of the class"], cast.school.pk, via=Via.PAGE)
    term = create_term(cast.form.year_id, name="Autumn", starts=date(2026, 9, 1), ends=date(2026, 12, 18), actor=system)
    book = open_gradebook(class_id=cast.form.pk, term_id=term.pk, actor=teacher).row
    column = add_column(book.pk, values={"title": "Test", "points": Decimal(20)}, actor=teacher)
    category = add_category(book.pk, values={"title": "Oral"}, actor=teacher)
    bands = [{"label": "All", "min_percent": Decimal(0)}]
    return {
        "gradebook_id": book.pk,
        "grading_policy_id": book.policy_id,
        "mark_term": term.pk,
        "column_id": column.pk,
        "mark_category_id": category.pk,
        "scale_id": create_scale(values={"name": "Letters", "kind": "letter", "bands": bands}, actor=system).pk,
    }
