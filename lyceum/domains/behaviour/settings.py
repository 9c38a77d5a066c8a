"""The school's settings of behaviour, remembered for a moment."""

from lyceum.core.memory import SchoolMemory
from lyceum.domains.behaviour.models import BehaviourSettings

_memory = SchoolMemory(lambda: BehaviourSettings.objects.first() or BehaviourSettings(), seconds=10)


def school_settings() -> BehaviourSettings:
    """What the school settled, or the defaults."""
    return _memory.get()


def forget_settings() -> None:
    """Read the settings anew at the next question."""
    _memory.forget()
