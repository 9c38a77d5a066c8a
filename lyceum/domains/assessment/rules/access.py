"""Loading a gradebook for those who write in it; what they may not know of is not there."""

from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.core.actor import Actor, not_allowed
from lyceum.core.errors import invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.assessment.models import Gradebook
from lyceum.domains.assessment.queries import get_gradebook, is_edited_by, needs_reason
from lyceum.domains.assessment.rules.refusals import ReasonNeededError
from lyceum.domains.assessment.rules.wording import one_of

LONGEST_REASON = 500


def gradebook_for_edit(gradebook_id: UUID, *, reason: str = "", actor: Actor) -> Gradebook:
    """A gradebook, locked, for who teaches its class now; or for a school admin who says why."""
    actor.require(Permission.GRADEBOOKS_EDIT)
    row = get_gradebook(gradebook_id, actor=actor)
    if not is_edited_by(row, actor=actor):
        raise not_allowed(Permission.GRADEBOOKS_EDIT)
    if len(reason) > LONGEST_REASON:
        raise invalid_field("/reason", "length", _("Give at most %(n)s letters.") % {"n": LONGEST_REASON})
    if needs_reason(row, actor=actor) and not reason.strip():
        raise one_of(ReasonNeededError, "/reason", _("You do not teach this class: say why you change its gradebook."))
    Gradebook.objects.select_for_update(of=("self",)).get(pk=row.pk)
    return row
