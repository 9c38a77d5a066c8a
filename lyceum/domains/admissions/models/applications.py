"""Applications: who wants a place, how far it is, and what was decided."""

from datetime import datetime
from random import SystemRandom

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.admissions.models.intakes import Intake, SelectionStep
from lyceum.domains.learning.models import Course
from lyceum.domains.people.models import Student

OVER = ("withdrawn", "declined", "expired", "rescinded", "rejected")
"""Of these states a person may have several applications to one intake."""
HELD = ("approved", "offered", "waitlisted", "rejected", "rescinded", "enrolled")
"""What stays unseen by applicants until the decisions of the intake become visible."""


def draw_tie_break() -> int:
    """A number drawn once, which settles who of two equals comes first."""
    return SystemRandom().randrange(2**31)


class Application(SchoolOwned):
    """Somebody's wish for a place. While it is a draft there is no student yet."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        UNDER_REVIEW = "under_review", _("Under review")
        WAITLISTED = "waitlisted", _("On the waiting list")
        OFFERED = "offered", _("Place offered")
        APPROVED = "approved", _("Approved")
        ENROLLED = "enrolled", _("Enrolled")
        REJECTED = "rejected", _("Rejected")
        DECLINED = "declined", _("Declined by the family")
        EXPIRED = "expired", _("Offer expired")
        RESCINDED = "rescinded", _("Offer taken back")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Decision(models.TextChoices):
        APPROVED = "approved"
        REJECTED = "rejected"

    class Awaiting(models.TextChoices):
        EMAIL = "email"
        GUARDIAN = "guardian"
        FEE = "fee"

    intake = SchoolForeignKey(Intake, models.PROTECT, related_name="applications")
    student = SchoolForeignKey(Student, models.CASCADE, null=True, related_name="applications")
    filled_in_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    for_self = models.BooleanField(default=True)
    entered = models.JSONField(default=dict)
    """What a draft says of person, guardians and courses; once it is sent, only whether the office entered it."""
    answers = models.JSONField(default=dict)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.DRAFT)
    decision = models.CharField(max_length=8, choices=Decision.choices, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decided_by_name = models.CharField(max_length=200, blank=True)
    reason_code = models.CharField(max_length=40, blank=True)
    message = models.CharField(max_length=2000, blank=True)
    """What the applicant reads beside a decision."""
    internal_note = models.CharField(max_length=2000, blank=True)
    """Never leaves the office."""
    submitted_at = models.DateTimeField(null=True)
    announced_at = models.DateTimeField(null=True)
    """When the present decision was told: mail, membership and fact."""
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    priority = models.PositiveSmallIntegerField(default=100)
    tie_break = models.PositiveIntegerField(default=draw_tie_break)
    start_on = models.DateField(null=True)
    awaiting = models.CharField(max_length=8, choices=Awaiting.choices, blank=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(status="draft", student__isnull=True) | ~Q(status="draft") & Q(student__isnull=False),
                name="application_names_student_unless_draft",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("approved", "enrolled"), decision="approved")
                | Q(status="rejected", decision="rejected")
                | ~Q(status__in=("approved", "enrolled", "rejected")) & Q(decision=""),
                name="application_decision_fits_status",
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=100), name="application_score_0_to_100"
            ),
            models.UniqueConstraint(
                fields=["school", "student", "intake"], condition=~Q(status__in=OVER), name="application_once"
            ),
        ]
        indexes = [
            models.Index(fields=["school", "student"], name="application_by_student"),
            models.Index(fields=["school", "intake", "status"], name="application_by_intake"),
            models.Index(fields=["school", "status", "-submitted_at"], name="application_by_status"),
            models.Index(fields=["school", "filled_in_by"], name="application_by_user"),
        ]

    def __str__(self) -> str:
        return str(self.student) if self.student_id else str(self.entered.get("person", {}).get("first_name", ""))

    def is_held(self, instant: datetime) -> bool:
        """Whether the applicant does not see the present decision yet. The clock says so, no job."""
        return self.status in HELD and not self.intake.is_visible(instant)

    def visible_status(self, instant: datetime) -> str:
        """The state as the applicant sees it."""
        return str(self.Status.UNDER_REVIEW) if self.is_held(instant) else self.status


class WantedCourse(SchoolOwned):
    """A course that is applied for."""

    application = SchoolForeignKey(Application, models.CASCADE, related_name="wanted")
    course = SchoolForeignKey(Course, models.PROTECT, related_name="+")
    preference = models.PositiveSmallIntegerField()
    is_approved = models.BooleanField(default=False)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "application", "course"], name="wanted_course_once"),
        ]
        indexes = [models.Index(fields=["school", "course"], name="wanted_course_by_course")]


class ApplicationStep(SchoolOwned):
    """An applicant's status in one step, with the step as it was when the application was sent."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Not begun")
        IN_PROGRESS = "in_progress", _("In progress")
        COMPLETED = "completed", _("Completed")
        FAILED = "failed", _("Not passed")
        WAIVED = "waived", _("Not needed")

    application = SchoolForeignKey(Application, models.CASCADE, related_name="steps")
    step = SchoolForeignKey(SelectionStep, models.SET_NULL, null=True, related_name="+")
    step_name = models.CharField(max_length=80)
    description = models.CharField(max_length=1000, blank=True)
    order = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=9, choices=SelectionStep.Kind.choices)
    is_required = models.BooleanField()
    shown_to_applicant = models.BooleanField()
    status = models.CharField(max_length=11, choices=Status.choices, default=Status.PENDING)
    due_on = models.DateField(null=True)
    appointment = models.DateTimeField(null=True)
    message = models.CharField(max_length=1000, blank=True)
    """To the applicant."""
    internal_note = models.CharField(max_length=1000, blank=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.UUIDField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "application", "step"], name="application_step_once"),
            models.UniqueConstraint(fields=["school", "application", "step_name"], name="application_step_name_once"),
        ]
        indexes = [models.Index(fields=["school", "step"], name="application_step_by_step")]

    def __str__(self) -> str:
        return self.step_name

    @property
    def is_settled(self) -> bool:
        """Whether nothing more has to happen in it."""
        return self.status in (self.Status.COMPLETED, self.Status.WAIVED)


class ApplicationDocument(SchoolOwned):
    """Something that has to be handed in."""

    class Status(models.TextChoices):
        REQUESTED = "requested", _("Asked for")
        UPLOADED = "uploaded", _("Handed in")
        VERIFIED = "verified", _("In order")
        REJECTED = "rejected", _("Not in order")
        WAIVED = "waived", _("Not needed")

    application = SchoolForeignKey(Application, models.CASCADE, related_name="documents")
    type = models.CharField(max_length=80)
    is_required = models.BooleanField(default=True)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.REQUESTED)
    remark = models.CharField(max_length=500, blank=True)
    stored = models.CharField(max_length=200, blank=True)
    """Its name in the store."""
    file_name = models.CharField(max_length=120, blank=True)
    file_kind = models.CharField(max_length=60, blank=True)
    valid_until = models.DateField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "application", "type"], name="application_document_once")
        ]

    def __str__(self) -> str:
        return self.type

    @property
    def is_settled(self) -> bool:
        """Whether nothing more has to happen with it."""
        return self.status in (self.Status.VERIFIED, self.Status.WAIVED)


class ApplicationGuardian(SchoolOwned):
    """An adult of the applicant's family, as the application names them."""

    application = SchoolForeignKey(Application, models.CASCADE, related_name="guardians")
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100, blank=True)
    relation = models.CharField(max_length=60, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=300, blank=True)
    has_responsibility = models.BooleanField(default=True)
    no_contact = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField()
    user = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    """The account of the guardian who filled the application in."""

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "application", "order"], name="application_guardian_order_once")
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class Offer(SchoolOwned):
    """A place offered to a family, until the end of a day."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        EXPIRED = "expired", _("Expired")
        RESCINDED = "rescinded", _("Taken back")

    application = SchoolForeignKey(Application, models.CASCADE, related_name="offers")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    conditions = models.CharField(max_length=1000, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)
    reminded_at = models.DateTimeField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "application"], condition=Q(state="open"), name="one_open_offer"),
        ]
        indexes = [
            models.Index(fields=["school", "application"], name="offer_by_application"),
            models.Index(fields=["school", "expires_at"], condition=Q(state="open"), name="open_offer_by_end"),
        ]
