"""What a school settles about learning."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.learning.models import CourseLesson, LearningSettings
from lyceum.domains.learning.rules.wording import choice, number
from lyceum.domains.learning.settings import forget_settings

RANGES = {
    "self_enrol_min_age": (0, 99),
    "payment_hold_hours": (1, 1_000),
    "materials_after_completion_days": (0, 30_000),
    "assignment_max_file_mb": (1, 50),
    "late_grace_minutes": (0, 1_440),
}
CLAIMS = (
    "roll_grants_learning", "instructors_author_content", "waiting_list_automatic", "certificate_on_completion",
)  # fmt: skip
FIELDS = ("lesson_access_default", *RANGES, *CLAIMS)


@transaction.atomic
def edit_learning_settings(*, values: Mapping[str, Any], actor: Actor) -> LearningSettings:
    """Change what the school settled; everything else stays."""
    actor.require_all(Permission.COURSES_EDIT)
    row = LearningSettings.objects.select_for_update().first() or LearningSettings()
    fields: dict[str, Any] = {name: values[name] for name in CLAIMS if values.get(name) is not None}
    for name, (least, most) in RANGES.items():
        if name in values:
            if values[name] is None:
                raise invalid_field(f"/{name}", "required", _("Give a number."))
            fields[name] = number(values, name, least, most)
    if "lesson_access_default" in values:
        fields["lesson_access_default"] = choice(values, "lesson_access_default", CourseLesson.Access.values)
    changes = changed_fields(row, fields)
    row.save()
    if changes:
        record("learning.settings.edit", target=Target(row._meta.label_lower, row.pk), changes=changes, actor=actor)
    forget_settings()
    return row
