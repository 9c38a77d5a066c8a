"""What each role finds first: one sentence of state, then one list of work."""

from lyceum.web.landing.head import head_landing
from lyceum.web.landing.office import office_landing, registers_waiting
from lyceum.web.landing.operator import operator_page
from lyceum.web.landing.teacher import teacher_landing

__all__ = ["head_landing", "office_landing", "operator_page", "registers_waiting", "teacher_landing"]
