"""What a school settles for itself about learning."""

from django.db import models

from lyceum.core.schools import SchoolOwned


class LearningSettings(SchoolOwned):
    """A school without a row has the defaults."""

    lesson_access_default = models.CharField(max_length=8, default="open")
    roll_grants_learning = models.BooleanField(default=True)
    instructors_author_content = models.BooleanField(default=False)
    self_enrol_min_age = models.PositiveSmallIntegerField(default=16)
    waiting_list_automatic = models.BooleanField(default=True)
    payment_hold_hours = models.PositiveSmallIntegerField(default=72)
    materials_after_completion_days = models.PositiveSmallIntegerField(default=365)
    certificate_on_completion = models.BooleanField(default=True)
    assignment_max_file_mb = models.PositiveSmallIntegerField(default=10)
    late_grace_minutes = models.PositiveSmallIntegerField(default=5)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school"], name="learning_settings_once"),
            models.CheckConstraint(
                condition=models.Q(assignment_max_file_mb__gte=1, assignment_max_file_mb__lte=50),
                name="learning_settings_file_size",
            ),
        ]
