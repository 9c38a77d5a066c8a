"""What gradebooks have to say when a school year's rollover is undone."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.domains.academics.models import AcademicYear
from lyceum.domains.academics.rules.rollover.usage import Claim, Use, claim
from lyceum.domains.assessment.models import Category, Cell, Column, Gradebook
from lyceum.domains.tenancy.queries import time_zone


def find_first_mark(year: AcademicYear) -> Use | None:
    """The first mark that was typed in a gradebook of a year."""
    rows = Cell.objects.filter(column__gradebook__school_class__year=year).exclude(state=Cell.State.EMPTY)
    first = rows.select_related("column__gradebook__school_class").order_by("entered_at", "pk").first()
    if first is None:
        return None
    book = first.column.gradebook
    words = _("the marks of %(name)s") % {"name": book.school_class}
    return Use(words, book.pk, clock.local(first.entered_at, time_zone()).date())


def forget_empty_gradebooks(classes: Sequence[UUID]) -> None:
    """Gradebooks of these classes in which nobody typed anything. They are opened again on demand."""
    typed = Cell.objects.exclude(state=Cell.State.EMPTY).values("column__gradebook")
    books = list(Gradebook.objects.filter(school_class__in=classes).exclude(pk__in=typed).values_list("pk", flat=True))
    Column.objects.filter(gradebook__in=books).delete()
    Category.objects.filter(gradebook__in=books).delete()
    Gradebook.objects.filter(pk__in=books).delete()


claim(Claim(find_first_mark, forget_empty_gradebooks))
