"""From an empty school to its first register: one step after the other, each taken up again whenever one likes."""

from lyceum.web.wizard.views import step_page, steps_page

__all__ = ["step_page", "steps_page"]
