"""Grades, subjects, rooms; classes and who is in them on which day."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.academics.models.years import AcademicYear, Term
from lyceum.domains.people.models import Staff, Student, days


class Grade(SchoolOwned):
    """A year group."""

    code = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField()
    final = models.BooleanField(default=False)
    next = SchoolForeignKey("self", models.SET_NULL, null=True, related_name="+")
    """Into which one goes up, where it is not the grade in the next place."""

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "code"], name="grade_code_once"),
            models.UniqueConstraint(fields=["school", "position"], name="grade_position_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Subject(SchoolOwned):
    """What is taught."""

    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    department = models.CharField(max_length=120, blank=True)
    colour = models.CharField(max_length=7, blank=True)
    active = models.BooleanField(default=True)

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "code"], name="subject_code_once")]

    def __str__(self) -> str:
        return self.name


class Location(SchoolOwned):
    """A room or another place."""

    name = models.CharField(max_length=80)
    capacity = models.PositiveSmallIntegerField(null=True)
    kind = models.CharField(max_length=40, blank=True)
    """What sort of room it is, in the school's words: "laboratory", "gym"."""
    features = ArrayField(models.CharField(max_length=40), default=list)
    """What is there: "projector", "step-free"."""
    building = models.CharField(max_length=80, blank=True)
    address = models.CharField(max_length=300, blank=True)
    map_link = models.URLField(max_length=500, blank=True)
    """Of a map on which it can be found; https."""
    is_public = models.BooleanField(default=False)
    """Whether strangers may know of it: a hall is, a classroom is not."""
    active = models.BooleanField(default=True)
    """Not active is retired: what was there keeps it, strangers no longer see it."""

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "name"], name="location_name_once")]

    def __str__(self) -> str:
        return self.name


class Class(SchoolOwned):
    """A form, or a group that is taught one subject."""

    class Kind(models.TextChoices):
        FORM = "form"
        TEACHING = "teaching"

    class Registers(models.TextChoices):
        DAILY = "daily"
        LESSON = "lesson"
        BOTH = "both"
        NONE = "none"

    year = SchoolForeignKey(AcademicYear, models.PROTECT, related_name="classes")
    term = SchoolForeignKey(Term, models.PROTECT, null=True, related_name="classes")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField(max_length=120)
    grades = ArrayField(models.UUIDField(), default=list)
    """Ids of its grades, one or more."""
    section = models.CharField(max_length=20, blank=True)
    subject = SchoolForeignKey(Subject, models.PROTECT, null=True, related_name="classes")
    """Exactly one for a teaching class, none for a form."""
    subjects = ArrayField(models.UUIDField(), default=list)
    """Ids of the subjects that a form is taught; empty for a teaching class."""
    capacity = models.PositiveSmallIntegerField(default=40)
    room = SchoolForeignKey(Location, models.SET_NULL, null=True, related_name="classes")
    starts = models.DateField()
    ends = models.DateField()
    registers = models.CharField(max_length=6, choices=Registers.choices, default=Registers.DAILY)

    class Meta(SchoolOwned.Meta):
        verbose_name_plural = "classes"
        constraints = [
            models.UniqueConstraint(fields=["school", "year", "name"], name="class_name_once"),
            models.UniqueConstraint(
                fields=["school", "year", "grades", "section"],
                condition=Q(kind="form") & ~Q(section="") & ~Q(grades=[]),
                name="form_section_once",
            ),
            models.CheckConstraint(condition=Q(capacity__gte=1, capacity__lte=500), name="class_capacity_range"),
            models.CheckConstraint(condition=Q(starts__lte=F("ends")), name="class_days_in_order"),
            models.CheckConstraint(
                condition=Q(kind="form", subject__isnull=True) | Q(kind="teaching", subject__isnull=False),
                name="class_subject_by_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_active(self, day: date) -> bool:
        """Whether the class exists on that day."""
        return self.starts <= day <= self.ends


class ClassTeacher(SchoolOwned):
    """Who teaches a class, from when to when; one lead at a time."""

    class Role(models.TextChoices):
        LEAD = "lead"
        CO_TEACHER = "co_teacher"
        ASSISTANT = "assistant"

    school_class = SchoolForeignKey(Class, models.CASCADE, related_name="teachers", db_column="class_id")
    staff = SchoolForeignKey(Staff, models.PROTECT, related_name="classes")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.LEAD)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            ExclusionConstraint(
                name="one_lead_at_a_time",
                expressions=[
                    ("school", RangeOperators.EQUAL),
                    ("school_class", RangeOperators.EQUAL),
                    (days("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(role="lead"),
            ),
        ]
        indexes = [
            models.Index(fields=["school", "staff", "starts_on"], name="teaching_by_staff"),
            models.Index(fields=["school", "school_class"], name="teaching_by_class"),
        ]


class ClassMembership(SchoolOwned):
    """A student in a class, from when to when."""

    school_class = SchoolForeignKey(Class, models.PROTECT, related_name="memberships", db_column="class_id")
    student = SchoolForeignKey(Student, models.PROTECT, related_name="class_memberships")
    is_form = models.BooleanField()
    """Copied from the class, so that the database can hold a student to one form at a time."""
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__lte=F("ends_on")), name="class_member_days_in_order"
            ),
            ExclusionConstraint(
                name="once_per_class",
                expressions=[
                    ("school", RangeOperators.EQUAL),
                    ("school_class", RangeOperators.EQUAL),
                    ("student", RangeOperators.EQUAL),
                    (days("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="one_form_at_a_time",
                expressions=[
                    ("school", RangeOperators.EQUAL),
                    ("student", RangeOperators.EQUAL),
                    (days("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(is_form=True),
            ),
        ]
        indexes = [
            models.Index(fields=["school", "school_class", "starts_on"], name="roll_by_class"),
            models.Index(fields=["school", "student", "starts_on"], name="roll_by_student"),
        ]


class Placement(SchoolOwned):
    """The grade a student is in, from when to when."""

    student = SchoolForeignKey(Student, models.PROTECT, related_name="placements")
    year = SchoolForeignKey(AcademicYear, models.PROTECT, related_name="placements")
    grade = SchoolForeignKey(Grade, models.PROTECT, related_name="placements")
    house = models.CharField(max_length=60, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            ExclusionConstraint(
                name="one_grade_at_a_time",
                expressions=[
                    ("school", RangeOperators.EQUAL),
                    ("student", RangeOperators.EQUAL),
                    (days("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [
            models.Index(fields=["school", "grade", "starts_on"], name="placement_by_grade"),
            # The exclusion has an index of its own, which finds many students eight times as slowly.
            models.Index(fields=["school", "student", "starts_on"], name="placement_by_student"),
        ]
