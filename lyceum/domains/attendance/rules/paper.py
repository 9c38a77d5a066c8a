"""A register that was taken on paper and is typed in later."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.queries import get_register
from lyceum.domains.attendance.rules.rows import refuse_by_time
from lyceum.domains.attendance.rules.years import require_open_year
from lyceum.domains.journal.rules import Target, record


@transaction.atomic
def note_paper(register_id: UUID, *, takers: str, actor: Actor) -> Register:
    """Say that a register was taken on paper, and by whom."""
    actor.require(Permission.REGISTERS_TAKE)
    register = get_register(register_id, actor=actor, permission=Permission.REGISTERS_TAKE, lock=True)
    refuse_by_time(register, actor=actor)
    names = tidy(takers)
    if not names or len(names) > 200:
        raise invalid_field("/takers", "required", _("Name who took it, in at most 200 letters."))
    require_open_year(register.on, reason=names, actor=actor)
    changes = {"paper_takers": [register.paper_takers, names]}
    register.recorded_on_paper, register.paper_takers = True, names
    register.save(update_fields=["recorded_on_paper", "paper_takers", "updated_at"])
    record("attendance.register.paper", target=Target.of(register), changes=changes, actor=actor)
    return register
