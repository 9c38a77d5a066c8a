"""Which intake an application is for, and whether the applicant is of an age for it."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.errors import FieldError, NotFoundError, invalid_field
from lyceum.domains.admissions.models import Intake, IntakeCourse
from lyceum.domains.admissions.rules.refusals import IntakeRequiredError, NoOpenIntakeError, OutsideAgeBandError
from lyceum.domains.learning.models import Course
from lyceum.domains.tenancy.queries import today


def choose_intake(intake_id: UUID | None, courses: Sequence[UUID]) -> Intake:
    """The intake that is meant: the one named, or the one open intake of the courses."""
    _refuse_unknown(courses)
    if intake_id is not None:
        found = Intake.objects.select_related("form").filter(pk=intake_id, status=Intake.Status.PUBLISHED).first()
        if found is None:
            raise NotFoundError(_("There is no such intake."))
        if courses and not _covers(found, courses):
            message = _("%(intake)s is not for these courses.") % {"intake": found}
            raise invalid_field("/courses", "not_in_intake", message)
        refuse_closed([found])
        return found
    published = Intake.objects.select_related("form").filter(status=Intake.Status.PUBLISHED).order_by("name", "pk")
    wanted = [each for each in published if not courses or _covers(each, courses)]
    open_ones = [each for each in wanted if each.is_open(clock.now())]
    if len(open_ones) == 1:
        return open_ones[0]
    if not open_ones:
        refuse_closed(wanted)
    names = [{"id": str(each.pk), "name": each.name, "kind": each.kind} for each in open_ones]
    message = _("Choose for what you apply: %(names)s.") % {"names": ", ".join(each.name for each in open_ones)}
    raise IntakeRequiredError(message, errors=[FieldError("/intake", "intake_required", message)], intakes=names)


def _refuse_unknown(courses: Sequence[UUID]) -> None:
    known = Course.objects.filter(pk__in=set(courses), status=Course.Status.PUBLISHED).count()
    if known < len(set(courses)):
        raise invalid_field("/courses", "unknown", _("There is no such course."))


def _covers(intake: Intake, courses: Sequence[UUID]) -> bool:
    """Whether one can apply for these courses by this intake. The standing one leaves out what another names."""
    if intake.kind != Intake.Kind.COURSE:
        return False
    links = IntakeCourse.objects.filter(course__in=set(courses))
    if intake.is_standing:
        return not links.filter(intake__status=Intake.Status.PUBLISHED).exists()
    return links.filter(intake=intake).count() == len(set(courses))


def courses_of(intake: Intake) -> list[Course]:
    """The courses that one can apply for by an intake."""
    if intake.kind != Intake.Kind.COURSE:
        return []
    rows = Course.objects.filter(status=Course.Status.PUBLISHED).order_by("order", "name", "pk")
    if intake.is_standing:
        named = IntakeCourse.objects.filter(intake__status=Intake.Status.PUBLISHED)
        return list(rows.exclude(pk__in=named.values("course")))
    return list(rows.filter(Q(pk__in=intake.course_links.values("course"))))


def refuse_closed(intakes: Sequence[Intake]) -> None:
    """Refuse where none of them takes applications now, naming the next opening."""
    now = clock.now()
    if any(each.is_open(now) for each in intakes):
        return
    ahead = sorted(each.opens_at for each in intakes if each.opens_at and each.opens_at > now)
    if ahead:
        when = date_format(localtime(ahead[0]), _("j M Y, H:i"))
        detail = _("Applications open on %(when)s.") % {"when": when}
    else:
        detail = _("Nothing is open at present. Ask the school when it opens again.")
    raise NoOpenIntakeError(detail, opens_at=ahead[0].isoformat() if ahead else None)


def age_on(birth: date, day: date) -> int:
    """In whole years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def check_age(intake: Intake, birth: date) -> None:
    """Refuse who is too young or too old on the day that counts for the intake."""
    day = intake.reference_date or today()
    age = age_on(birth, day)
    if (intake.age_from is not None and age < intake.age_from) or (intake.age_to is not None and age > intake.age_to):
        said = {
            "age": age,
            "day": date_format(day, _("j M Y")),
            "from": intake.age_from or 0,
            "to": intake.age_to or "…",
        }
        message = _("On %(day)s the applicant is %(age)s years old; this is for %(from)s to %(to)s.") % said
        raise OutsideAgeBandError(
            message,
            errors=[FieldError("/birth_date", "outside_age_band", message)],
            age=age,
            on=day.isoformat(),
        )
