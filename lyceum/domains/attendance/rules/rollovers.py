"""What registers have to say when a school year's rollover is undone."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.domains.academics.models import AcademicYear
from lyceum.domains.academics.rules.rollover.usage import Claim, Use, claim
from lyceum.domains.attendance.models import Conflict, Mark, Register, SessionMark


def find_first_register(year: AcademicYear) -> Use | None:
    """The first register of a year that holds a mark or was taken."""
    marked = Mark.objects.values("register")
    rows = Register.objects.filter(school_class__year=year)
    rows = rows.filter(state=Register.State.TAKEN) | rows.filter(pk__in=marked)
    first = rows.order_by("on", "due_at", "pk").first()
    return Use(_("the register of %(name)s") % {"name": first.class_name}, first.pk, first.on) if first else None


def forget_empty_registers(classes: Sequence[UUID]) -> None:
    """Registers of these classes that are due and in which nobody wrote anything. They are made again on demand."""
    rows = Register.objects.filter(school_class__in=classes).exclude(state=Register.State.TAKEN)
    rows = rows.exclude(pk__in=Mark.objects.values("register"))
    rows = rows.exclude(pk__in=SessionMark.objects.filter(register__isnull=False).values("register"))
    rows = rows.exclude(pk__in=Conflict.objects.values("register"))
    rows.delete()


claim(Claim(find_first_register, forget_empty_registers))
