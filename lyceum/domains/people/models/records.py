"""What the office decides about records: requests, consents, families' adults, who is one and the same person."""

from django.db import models
from django.db.models import F, Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.people.models.people import Family, Person, Student


class ChangeRequest(SchoolOwned):
    """What somebody asks the office to change in their record. The office applies or refuses it."""

    class State(models.TextChoices):
        PENDING = "pending"
        APPLIED = "applied"
        REFUSED = "refused"

    person = SchoolForeignKey(Person, models.CASCADE, related_name="change_requests")
    fields = models.JSONField()
    """`{field: {"old": …, "new": …}}`, as they were when it was asked."""
    asked_by = models.UUIDField(null=True)
    asked_by_name = models.CharField(max_length=200, blank=True)
    decided_by_name = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.PENDING)
    reason = models.CharField(max_length=300, blank=True)
    """Why it was refused."""

    class Meta(SchoolOwned.Meta):
        indexes = [models.Index(fields=["school", "state", "created_at"], name="change_request_by_state")]

    def __str__(self) -> str:
        return ", ".join(self.fields)


class FamilyGuardian(SchoolOwned):
    """An adult who belongs to a family. It opens nothing: access comes from the tie to a student alone."""

    family = SchoolForeignKey(Family, models.CASCADE, related_name="adults")
    person = SchoolForeignKey(Person, models.CASCADE, related_name="families")

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "family", "person"], name="family_guardian_once"),
        ]
        indexes = [models.Index(fields=["school", "person"], name="family_by_guardian")]

    def __str__(self) -> str:
        return str(self.person)


class ConsentKind(SchoolOwned):
    """Something that a school asks families to agree to, as in photographs."""

    name = models.CharField(max_length=120)
    explanation = models.CharField(max_length=600, blank=True)
    active = models.BooleanField(default=True)

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "name"], name="consent_kind_once")]

    def __str__(self) -> str:
        return self.name


class Consent(SchoolOwned):
    """One answer. The newest of a student and a kind is the one in force; the others stay as its history."""

    class Answer(models.TextChoices):
        GIVEN = "given"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    student = SchoolForeignKey(Student, models.CASCADE, related_name="consents")
    kind = SchoolForeignKey(ConsentKind, models.PROTECT, related_name="consents")
    answer = models.CharField(max_length=9, choices=Answer.choices)
    answered_by = models.CharField(max_length=200)
    """Whose answer it is, by name: a guardian, or a student of age."""
    written_by = models.UUIDField(null=True)
    answered_at = models.DateTimeField()
    evidence = models.CharField(max_length=300, blank=True)
    until = models.DateField(null=True)

    class Meta(SchoolOwned.Meta):
        indexes = [models.Index(fields=["school", "student", "kind", "-answered_at"], name="consent_newest_first")]

    def __str__(self) -> str:
        return self.answer


class Merge(SchoolOwned):
    """Two records that were one person: which stayed, which went, and every row that moved, so that it can be undone.

    Ids, not references: of the two records one is no longer there.
    """

    kept_person = models.UUIDField()
    merged_person = models.UUIDField()
    kept_student = models.UUIDField(null=True)
    merged_student = models.UUIDField(null=True)
    kept_name = models.CharField(max_length=200)
    merged_name = models.CharField(max_length=200)
    moved = models.JSONField(default=dict)
    """See `rules/merging`: the rows that went, moved or changed, each as it was before."""
    merged_by = models.UUIDField(null=True)
    merged_by_name = models.CharField(max_length=200, blank=True)
    merged_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta(SchoolOwned.Meta):
        indexes = [
            models.Index(fields=["school", "-merged_at"], name="merge_newest_first"),
            models.Index(fields=["school", "merged_student"], name="merge_by_student"),
        ]

    def __str__(self) -> str:
        return self.kept_name


class ToldApart(SchoolOwned):
    """Two who look alike and are two: somebody said so. Ids, so that it outlives either record."""

    one = models.UUIDField()
    other = models.UUIDField()
    """The greater id of the two."""
    told_by = models.UUIDField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "one", "other"], name="told_apart_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="told_apart_in_order"),
        ]


class ComingOfAge(SchoolOwned):
    """That a student and the guardians were told on which day the guardians' access ends. They are told once."""

    student = SchoolForeignKey(Student, models.CASCADE, related_name="+")
    on = models.DateField()

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "student", "on"], name="coming_of_age_once")]
