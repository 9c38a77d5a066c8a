"""The school's settings of learning, remembered for a moment."""

from lyceum.core.memory import SchoolMemory
from lyceum.domains.learning.models import LearningSettings

_memory = SchoolMemory(lambda: LearningSettings.objects.first() or LearningSettings(), seconds=10)


def school_settings() -> LearningSettings:
    """What the school settled, or the defaults."""
    return _memory.get()


def forget_settings() -> None:
    """Read the settings anew at the next question."""
    _memory.forget()
