"""How the marks of a slot's register are written: one letter each, a tone, and words."""

from django.utils.translation import gettext_lazy as _

SYMBOLS = {
    "present": ("/", "present"),
    "late": ("L", "late"),
    "absent_unexcused": ("N", "absent"),
    "absent_authorised": ("A", "authorised"),
    "left_early": ("E", "late"),
    "refused": ("R", "absent"),
}
"""How a mark is written in a register, and its tone."""
MARK_OF = {symbol: mark for mark, (symbol, _tone) in SYMBOLS.items()}
CYCLE = ("N", "L", "/")
TONE_WORDS = {
    "present": _("present"),
    "late": _("late or left early"),
    "absent": _("absent"),
    "authorised": _("authorised"),
}
