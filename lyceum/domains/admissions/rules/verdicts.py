"""What goes with a decision, and how it is written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.text import tidy
from lyceum.domains.admissions.models import Application
from lyceum.domains.journal.rules import Target, changed_fields, record

LONGEST = {"message": 2000, "internal_note": 2000, "conditions": 1000}


@dataclass(frozen=True)
class Verdict:
    """What goes with a decision."""

    message: str = ""
    """For the applicant."""
    internal_note: str = ""
    reason: str = ""
    """Why open steps are completed with it."""
    complete_open_steps: bool = False
    courses: Sequence[UUID] | None = None
    """Which of the wanted courses; None: all of them."""
    conditions: str = ""
    offer_days: int | None = None


def check_texts(verdict: Verdict) -> None:
    """Refuse texts that are too long."""
    for name, longest in LONGEST.items():
        if len(tidy(getattr(verdict, name))) > longest:
            raise invalid_field(f"/{name}", "too_long", _("Use fewer letters."))


def set_state(
    application: Application,
    status: str,
    act: str,
    actor: Actor,
    *,
    verdict: Verdict | None = None,
    reason: str = "",
    decision: str = "",
    reason_code: str = "",
    facts: Sequence[Any] = (),
) -> None:
    """Write a new state down, with who brought it about."""
    values: dict[str, Any] = {"status": str(status), "decision": decision, "reason_code": reason_code}
    values |= {"announced_at": None, "message": tidy(verdict.message) if verdict else ""}
    if verdict and verdict.internal_note:
        values["internal_note"] = tidy(verdict.internal_note)
    changes = changed_fields(application, values)
    changes.pop("internal_note", None)
    application.decided_at = clock.now() if decision or status in ("offered", "waitlisted") else None
    application.decided_by = actor.user_id if application.decided_at else None
    application.decided_by_name = actor.name[:200] if application.decided_at else ""
    application.save()
    target = Target.of(application)
    record(f"admissions.application.{act}", target=target, changes=changes, reason=reason, facts=facts, actor=actor)
