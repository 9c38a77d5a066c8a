"""What a school settles for itself about behaviour."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from lyceum.core.schools import SchoolOwned


class BehaviourSettings(SchoolOwned):
    """The settable words and numbers of behaviour. A school without a row has the defaults."""

    severity_names = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    """Four words from the lightest to the gravest; empty: minor, moderate, serious, critical."""
    families_see_reporter = models.BooleanField(default=True)
    contest_within_days = models.PositiveSmallIntegerField(default=15)
    """School days in which a student or guardian may contest."""
    teacher_points_a_day = models.PositiveSmallIntegerField(default=5)
    """How many points, up or down, a teacher gives one student by hand on a day."""
    suspended_days_limit = models.PositiveSmallIntegerField(default=45)
    """Days a year after which no suspension is set any more."""

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school"], name="behaviour_settings_once"),
            models.CheckConstraint(
                condition=Q(severity_names__len=0) | Q(severity_names__len=4), name="severity_names_four"
            ),
        ]
