"""Places: how many are taken, and who waits in which order. Counted, never stored."""

from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.domains.admissions.models import Application, Intake, Offer
from lyceum.domains.admissions.rules.refusals import IntakeFullError

WAITING_ORDER = ("priority", F("score").desc(nulls_last=True), "submitted_at", "tie_break", "pk")


def taken_places(intake: Intake) -> int:
    """Open offers, approved and enrolled. An offer whose last day is over takes no place, whatever any job did."""
    running = Offer.objects.filter(application=OuterRef("pk"), state=Offer.State.OPEN, expires_at__gt=clock.now())
    holding = Q(status__in=("approved", "enrolled")) | Q(status="offered") & Exists(running)
    return Application.objects.filter(holding, intake=intake).count()


def most_places(intake: Intake) -> int | None:
    """How many may be offered; None without a limit."""
    return None if intake.places is None else intake.places + intake.over_offer


def free_places(intake: Intake) -> int | None:
    """How many may still be offered; None without a limit. Ask with the intake locked, where it decides something."""
    most = most_places(intake)
    return None if most is None else most - taken_places(intake)


def has_place(intake: Intake) -> bool:
    """Whether one more fits."""
    free = free_places(intake)
    return free is None or free > 0


def refuse_full(intake: Intake) -> None:
    """Refuse where no place is free."""
    if not has_place(intake):
        taken, most = taken_places(intake), most_places(intake)
        raise IntakeFullError(
            _("%(taken)s of %(most)s places are taken. Put the applicant on the waiting list?")
            % {"taken": taken, "most": most},
            taken=taken,
            places=most,
        )


def waiting_list(intake_id: UUID) -> QuerySet[Application]:
    """Who waits, the next first: by priority, score, when they applied, and the lot."""
    rows = Application.objects.filter(intake=intake_id, status=Application.Status.WAITLISTED)
    return rows.select_related("student__person", "intake").order_by(*WAITING_ORDER)


def waiting_place(application: Application) -> tuple[int, int] | None:
    """Which place of how many, as in 4 of 17; None for somebody who does not wait."""
    if application.status != Application.Status.WAITLISTED:
        return None
    order = list(waiting_list(application.intake_id).values_list("pk", flat=True))
    return order.index(application.pk) + 1, len(order)


def find_proposed(intake: Intake) -> Application | None:
    """Who gets the place that is free, if there is one and somebody waits."""
    return waiting_list(intake.pk).first() if has_place(intake) else None
