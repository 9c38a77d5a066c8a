"""The school's settings of fees, remembered for a moment."""

from lyceum.core.memory import SchoolMemory
from lyceum.domains.fees.models import FeesSettings
from lyceum.domains.tenancy.queries import this_school

_memory = SchoolMemory(lambda: FeesSettings.objects.first() or FeesSettings(), seconds=60)
_currency = SchoolMemory(lambda: school_settings().currency or this_school().currency, seconds=60)


def school_settings() -> FeesSettings:
    """What the school settled, or the defaults."""
    return _memory.get()


def usual_currency() -> str:
    """In which new bills are written."""
    return _currency.get()


def forget_settings() -> None:
    """Read the settings anew at the next question."""
    _memory.forget()
    _currency.forget()
