"""Absences that nobody has explained: who was asked, what they said, and what came of it."""

from django.db import models
from django.db.models import Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned, SchoolRow
from lyceum.domains.attendance.models.codes import Code, Session
from lyceum.domains.people.models import Student


class AbsenceCase(SchoolOwned):
    """The unexplained absence of one student, from its first session until it is settled."""

    class State(models.TextChoices):
        OPEN = "open"
        ASKED = "asked"
        ANSWERED = "answered"
        RESOLVED = "resolved"
        ARRIVED = "arrived"
        UNEXPLAINED_CLOSED = "unexplained_closed"

    OPEN_STATES = ("open", "asked", "answered")

    student = SchoolForeignKey(Student, models.PROTECT, related_name="absence_cases")
    state = models.CharField(max_length=18, choices=State.choices, default=State.OPEN)
    opened_on = models.DateField()
    """The school day of its first session."""
    ask_next_at = models.DateTimeField(null=True)
    """When the next contact is asked; null where nobody is left, or somebody answered."""
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["school", "student"],
                condition=Q(state__in=("open", "asked", "answered")),
                name="one_open_case_of_a_student",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "state", "opened_on"], name="case_by_state"),
            models.Index(fields=["school", "student", "opened_on"], name="case_by_student"),
            models.Index(fields=["school", "ask_next_at"], condition=Q(ask_next_at__isnull=False), name="case_to_ask"),
        ]

    def __str__(self) -> str:
        return f"{self.opened_on}: {self.state}"

    @property
    def is_family(self) -> bool:
        """Whether whoever reads it, in `list_cases`, does so as the student's family."""
        return getattr(self, "read_at_home", False)

    @property
    def is_open(self) -> bool:
        """Whether anything is still to be done."""
        return self.state in self.OPEN_STATES


class CaseSession(SchoolRow):
    """One session that a case is about."""

    case = SchoolForeignKey(AbsenceCase, models.CASCADE, related_name="sessions")
    on = models.DateField()
    session = models.CharField(max_length=3, choices=Session.choices)

    class Meta(SchoolRow.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "case", "on", "session"], name="case_session_once")]


class CaseTry(SchoolRow):
    """One contact who was asked, why them, and how; or a call by the office."""

    case = SchoolForeignKey(AbsenceCase, models.CASCADE, related_name="tries")
    person = models.UUIDField()
    name = models.CharField(max_length=200)
    reason = models.CharField(max_length=300)
    position = models.PositiveSmallIntegerField()
    """Their place in the contact order."""
    notification = models.UUIDField(null=True)
    """Null for a call."""
    at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)
    by = models.UUIDField(null=True)

    class Meta(SchoolRow.Meta):
        indexes = [models.Index(fields=["school", "case", "at"], name="try_by_case")]


class CaseReply(SchoolRow):
    """What somebody said of an absence. It proposes a code; a person in the office decides."""

    class Via(models.TextChoices):
        LINK = "link"
        SMS = "sms"
        PORTAL = "portal"
        PHONE = "phone"

    case = SchoolForeignKey(AbsenceCase, models.CASCADE, related_name="replies")
    person = models.UUIDField(null=True)
    """Null for somebody unknown."""
    name = models.CharField(max_length=200, blank=True)
    verified = models.BooleanField()
    """Whether they are surely who they say: by their own link, account or number."""
    via = models.CharField(max_length=6, choices=Via.choices)
    text = models.CharField(max_length=500, blank=True)
    code = SchoolForeignKey(Code, models.PROTECT, null=True, related_name="+")
    """What it proposes; none where it is not verified."""
    at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta(SchoolRow.Meta):
        indexes = [models.Index(fields=["school", "case", "at"], name="reply_by_case")]

    def __str__(self) -> str:
        return self.text
