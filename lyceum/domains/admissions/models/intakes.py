"""Intakes: what one can apply for, by which form, and the steps by which it is decided."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.academics.models import AcademicYear, Grade
from lyceum.domains.learning.models import Course
from lyceum.domains.people.models import Staff


class ApplicationForm(SchoolOwned):
    """The questions of an application, in one version. Once an application used it, it never changes."""

    name = models.CharField(max_length=80)
    version = models.PositiveSmallIntegerField(default=1)
    schema = models.JSONField(default=dict)
    """Sections with fields: key, label, type, required, help, options, and when it is asked."""

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "name", "version"], name="application_form_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.version})"


class Intake(SchoolOwned):
    """Something that one can apply for: courses, or a year group of a school year."""

    class Kind(models.TextChoices):
        COURSE = "course", _("Courses")
        YEAR_GROUP = "year_group", _("Year group")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        ARCHIVED = "archived", _("Archived")

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    year = SchoolForeignKey(AcademicYear, models.PROTECT, null=True, related_name="+")
    grade = SchoolForeignKey(Grade, models.PROTECT, null=True, related_name="+")
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.DRAFT)
    is_standing = models.BooleanField(default=False)
    """The course intake that every school has from the first minute, for all of its courses."""
    places = models.PositiveIntegerField(null=True)
    """Null: no limit."""
    over_offer = models.PositiveIntegerField(default=0)
    """How many more than there are places may be offered, because some families decline."""
    opens_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    age_from = models.PositiveSmallIntegerField(null=True)
    age_to = models.PositiveSmallIntegerField(null=True)
    reference_date = models.DateField(null=True)
    """The day on which the age counts; null: the day of the application."""
    form = SchoolForeignKey(ApplicationForm, models.PROTECT, null=True, related_name="intakes")
    documents = models.JSONField(default=list)
    """What is asked for: `[{"type": "Birth certificate", "required": true}]`."""
    needs_acceptance = models.BooleanField(default=False)
    offer_days = models.PositiveSmallIntegerField(default=14)
    fee_minor = models.PositiveIntegerField(null=True)
    deposit_minor = models.PositiveIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    needs_deposit = models.BooleanField(default=False)
    """Whether nobody is admitted before the deposit is paid; else it is only said."""
    decisions_visible_at = models.DateTimeField(null=True)
    """Until then applicants see that they are under review, whatever was decided."""
    blind_review = models.BooleanField(default=False)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "name"], name="intake_name_once"),
            models.CheckConstraint(condition=Q(places__isnull=True) | Q(places__gt=0), name="intake_has_places"),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True) | Q(closes_at__isnull=True) | Q(opens_at__lt=F("closes_at")),
                name="intake_opens_before_it_closes",
            ),
            models.CheckConstraint(
                condition=Q(age_from__isnull=True) | Q(age_to__isnull=True) | Q(age_from__lte=F("age_to")),
                name="intake_ages_in_order",
            ),
            models.CheckConstraint(
                condition=Q(fee_minor__isnull=True, deposit_minor__isnull=True) | ~Q(currency=""),
                name="intake_money_has_currency",
            ),
            models.CheckConstraint(
                condition=~Q(kind="year_group") | Q(year__isnull=False, grade__isnull=False),
                name="year_group_intake_names_year_and_grade",
            ),
        ]
        indexes = [models.Index(fields=["school", "status", "name"], name="intake_by_status")]

    def __str__(self) -> str:
        return self.name

    def is_open(self, instant: datetime) -> bool:
        """Whether one can apply at that instant."""
        begun = self.opens_at is None or self.opens_at <= instant
        return self.status == self.Status.PUBLISHED and begun and (self.closes_at is None or instant < self.closes_at)

    def is_visible(self, instant: datetime) -> bool:
        """Whether applicants see what was decided."""
        return self.decisions_visible_at is None or self.decisions_visible_at <= instant


class IntakeCourse(SchoolOwned):
    """A course that one can apply for by an intake. The standing intake takes every published course instead."""

    intake = SchoolForeignKey(Intake, models.CASCADE, related_name="course_links")
    course = SchoolForeignKey(Course, models.PROTECT, related_name="+")

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "intake", "course"], name="intake_course_once")]
        indexes = [models.Index(fields=["school", "course"], name="intake_course_by_course")]


class SelectionStep(SchoolOwned):
    """One step of an intake's selection procedure."""

    class Kind(models.TextChoices):
        DOCUMENT = "document", _("Document")
        INTERVIEW = "interview", _("Interview")
        TEST = "test", _("Test")
        PAYMENT = "payment", _("Payment")
        DECISION = "decision", _("Decision")
        OTHER = "other", _("Other")

    intake = SchoolForeignKey(Intake, models.CASCADE, related_name="steps")
    step_name = models.CharField(max_length=80)
    description = models.CharField(max_length=1000, blank=True)
    order = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=9, choices=Kind.choices, default=Kind.OTHER)
    is_required = models.BooleanField(default=True)
    shown_to_applicant = models.BooleanField(default=True)
    days_to_do = models.PositiveSmallIntegerField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "intake", "step_name"], name="selection_step_name_once"),
            models.UniqueConstraint(
                fields=["school", "intake", "order"],
                name="selection_step_order_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return self.step_name


class StepReviewer(SchoolOwned):
    """Somebody who works here and is named to a step: they see who is at it, and say how it went."""

    step = SchoolForeignKey(SelectionStep, models.CASCADE, related_name="reviewers")
    staff = SchoolForeignKey(Staff, models.CASCADE, related_name="+")

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "step", "staff"], name="step_reviewer_once")]
        indexes = [models.Index(fields=["school", "staff"], name="step_reviewer_by_staff")]

    def __str__(self) -> str:
        return str(self.staff)
