"""What planned absences and concerns say in words."""

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from lyceum.domains.attendance.models import PlannedAbsence

WHATS: dict[str, Promise] = {
    "ill": lazy("Ill"),
    "medical": lazy("Medical appointment"),
    "religious": lazy("Religious observance"),
    "family": lazy("Family event or travel"),
    "activity": lazy("Sport, exam or another activity"),
    "other": lazy("Something else"),
}
PLANNED_STATES: dict[str, Promise] = {
    "asked": lazy("to decide"),
    "approved": lazy("approved"),
    "refused": lazy("refused"),
    "cancelled": lazy("taken back"),
}
PLANNED_TONES = {"asked": "due", "approved": "present", "refused": "absent", "cancelled": "none"}
KINDS: dict[str, Promise] = {
    "persistent": lazy("Persistent absence"),
    "severe": lazy("Severe absence"),
    "unauthorised": lazy("Unauthorised absence"),
    "consecutive": lazy("Absent days in a row"),
    "late": lazy("Often late"),
    "left_lesson": lazy("Left a lesson"),
}
CONCERN_STATES: dict[str, Promise] = {
    "raised": pgettext_lazy("concern", "raised"),
    "in_hand": pgettext_lazy("concern", "in hand"),
    "closed": pgettext_lazy("concern", "closed"),
}
CONCERN_TONES = {"raised": "late", "in_hand": "due", "closed": "none"}


ORIGINS: dict[str, Promise] = {
    "override": lazy("The office"),
    "plan": lazy("A planned absence"),
    "method": lazy("The register"),
    "pattern": lazy("Not expected here"),
    "closure": lazy("A closure"),
    "import": lazy("Another system"),
}
"""What decided a statutory mark."""
CASES: dict[str, Promise] = {
    "part_time": lazy("Part-time timetable, for a while"),
    "not_compulsory": lazy("Not of compulsory school age"),
    "dual": lazy("Registered at another school as well"),
    "guest": lazy("Guest from another school"),
}


def span_words(row: PlannedAbsence) -> str:
    """From when to when an absence is planned, as people say it."""
    first = date_format(row.starts_on, _("j M"))
    last = date_format(row.ends_on, _("j M"))
    morning, afternoon = _("morning"), _("afternoon")
    if row.starts_on == row.ends_on:
        if row.starts_half == row.ends_half:
            return f"{first}, {afternoon if row.starts_half else morning}"
        return first
    first = f"{first}, {afternoon}" if row.starts_half else first
    last = last if row.ends_half else f"{last}, {morning}"
    return f"{first} – {last}"
