"""What a closed school year keeps from being changed."""

from datetime import date

from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.academics.days import school_days
from lyceum.domains.attendance.rules.refusals import YearClosedError


def require_open_year(day: date, *, reason: str, actor: Actor) -> None:
    """Refuse to change a day of a closed year, unless a school admin says why."""
    year = school_days().year_of(day)
    if year is None or not year.is_closed or (actor.reaches_all(Permission.YEAR_CLOSE) and tidy(reason)):
        return
    raise YearClosedError(
        _("The registers of %(year)s are closed. A school admin may change them, with a reason.") % {"year": year.name}
    )
