"""What a timetable must or should hold to."""

from django.db import models
from django.db.models import Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned, SchoolRow
from lyceum.domains.academics.models import AcademicYear, Class, Location, Subject
from lyceum.domains.people.models import Staff
from lyceum.domains.timetable.models.requirements import Requirement

MUST = 100
"""The weight of what must hold; below, it is a preference."""


class Rule(SchoolOwned):
    """One rule of a year's timetable. Its kinds and their parameters are in `timetable/kinds.py`."""

    class Source(models.TextChoices):
        HAND = "hand"
        IMPORT = "import"

    year = SchoolForeignKey(AcademicYear, models.CASCADE, related_name="timetable_rules")
    kind = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict)
    weight = models.PositiveSmallIntegerField(default=MUST)
    source = models.CharField(max_length=6, choices=Source.choices, default=Source.HAND)
    note = models.CharField(max_length=300, blank=True)
    active = models.BooleanField(default=True)

    class Meta(SchoolOwned.Meta):
        constraints = [models.CheckConstraint(condition=Q(weight__lte=MUST), name="rule_weight_0_to_100")]
        indexes = [models.Index(fields=["school", "year"], name="timetable_rules_by_year")]

    def __str__(self) -> str:
        return self.kind

    @property
    def must_hold(self) -> bool:
        """Whether no timetable may break it."""
        return self.weight >= MUST


class RuleSubject(SchoolRow):
    """Whom or what a rule is about. A rule without any is about everybody of its kind."""

    rule = SchoolForeignKey(Rule, models.CASCADE, related_name="subjects")
    staff = SchoolForeignKey(Staff, models.CASCADE, null=True, related_name="timetable_rules")
    school_class = SchoolForeignKey(
        Class, models.CASCADE, null=True, related_name="timetable_rules", db_column="class_id"
    )
    room = SchoolForeignKey(Location, models.CASCADE, null=True, related_name="timetable_rules")
    subject = SchoolForeignKey(Subject, models.CASCADE, null=True, related_name="timetable_rules")
    requirement = SchoolForeignKey(Requirement, models.CASCADE, null=True, related_name="timetable_rules")
    position = models.PositiveSmallIntegerField(default=0)
    """Where order matters: first before second."""

    class Meta(SchoolRow.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(staff__isnull=False, school_class=None, room=None, subject=None, requirement=None)
                | Q(staff=None, school_class__isnull=False, room=None, subject=None, requirement=None)
                | Q(staff=None, school_class=None, room__isnull=False, subject=None, requirement=None)
                | Q(staff=None, school_class=None, room=None, subject__isnull=False, requirement=None)
                | Q(staff=None, school_class=None, room=None, subject=None, requirement__isnull=False),
                name="rule_subject_is_one",
            ),
            models.UniqueConstraint(
                fields=["school", "rule", "staff", "school_class", "room", "subject", "requirement"],
                nulls_distinct=False,
                name="rule_subject_once",
            ),
        ]
