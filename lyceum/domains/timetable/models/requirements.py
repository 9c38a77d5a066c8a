"""What must be taught in a year, to whom, by whom and where: what a timetable is made from."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned, SchoolRow
from lyceum.domains.academics.models import AcademicYear, Class, Location, Subject
from lyceum.domains.people.models import Staff, Student

MOST_LENGTH = 6
"""Periods that one lesson may last."""


class Group(SchoolOwned):
    """A part of a class that is taught by itself: a set, half a class, who chose an option."""

    school_class = SchoolForeignKey(Class, models.CASCADE, related_name="groups", db_column="class_id")
    name = models.CharField(max_length=60)
    division = models.CharField(max_length=60, blank=True)
    """By what the class is divided: "Languages". A student is in one group of a division."""
    taught_as = SchoolForeignKey(Class, models.SET_NULL, null=True, related_name="groups_taught")
    """The teaching class whose members are the group's, and that has its registers; None: `members` say who."""

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "school_class", "name"], name="group_name_once"),
        ]

    def __str__(self) -> str:
        return f"{self.school_class} {self.name}"


class GroupMember(SchoolRow):
    """A student in a group."""

    group = SchoolForeignKey(Group, models.CASCADE, related_name="members")
    student = SchoolForeignKey(Student, models.CASCADE, related_name="groups")

    class Meta(SchoolRow.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "group", "student"], name="group_member_once")]
        indexes = [models.Index(fields=["school", "student"], name="groups_by_student")]


class Block(SchoolOwned):
    """Requirements whose lessons start together: sets of a year, an option block."""

    year = SchoolForeignKey(AcademicYear, models.CASCADE, related_name="blocks")
    name = models.CharField(max_length=60)

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "year", "name"], name="block_name_once")]

    def __str__(self) -> str:
        return self.name


class Requirement(SchoolOwned):
    """So many lessons of a subject in each cycle."""

    class Source(models.TextChoices):
        HAND = "hand"
        CLASSES = "classes"
        IMPORT = "import"

    year = SchoolForeignKey(AcademicYear, models.CASCADE, related_name="requirements")
    subject = SchoolForeignKey(Subject, models.PROTECT, null=True, related_name="requirements")
    name = models.CharField(max_length=120, blank=True)
    """Where the subject alone does not say it."""
    lengths = ArrayField(models.PositiveSmallIntegerField(), default=list)
    """Periods of each lesson, longest first: [2, 1, 1] is a double and two singles."""
    any_teacher = models.BooleanField(default=False)
    """One of its teachers takes it; otherwise all of them together."""
    room_kind = models.CharField(max_length=40, blank=True)
    room_features = ArrayField(models.CharField(max_length=40), default=list)
    capacity = models.PositiveSmallIntegerField(null=True)
    """Seats it needs; None: as many as students come."""
    block = SchoolForeignKey(Block, models.SET_NULL, null=True, related_name="requirements")
    notes = models.CharField(max_length=500, blank=True)
    source = models.CharField(max_length=7, choices=Source.choices, default=Source.HAND)
    reference = models.CharField(max_length=120, blank=True)
    """Its name in the file it came from."""

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(lengths__len__gte=1, lengths__len__lte=60), name="requirement_lengths"),
        ]
        indexes = [models.Index(fields=["school", "year"], name="requirements_by_year")]

    def __str__(self) -> str:
        return self.name or (str(self.subject) if self.subject else "")

    @property
    def periods(self) -> int:
        """Periods a cycle, all lessons together."""
        return sum(self.lengths)


class RequirementClass(SchoolRow):
    """Who is taught: a class, or a group of it."""

    requirement = SchoolForeignKey(Requirement, models.CASCADE, related_name="classes")
    school_class = SchoolForeignKey(Class, models.CASCADE, related_name="requirements", db_column="class_id")
    group = SchoolForeignKey(Group, models.CASCADE, null=True, related_name="requirements")

    class Meta(SchoolRow.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["school", "requirement", "school_class", "group"],
                nulls_distinct=False,
                name="requirement_class_once",
            ),
        ]
        indexes = [models.Index(fields=["school", "school_class"], name="requirements_by_class")]


class RequirementTeacher(SchoolRow):
    """Who teaches, or may."""

    requirement = SchoolForeignKey(Requirement, models.CASCADE, related_name="teachers")
    staff = SchoolForeignKey(Staff, models.PROTECT, related_name="requirements")

    class Meta(SchoolRow.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "requirement", "staff"], name="req_teacher_once")]
        indexes = [models.Index(fields=["school", "staff"], name="requirements_by_teacher")]


class RequirementRoom(SchoolRow):
    """A room in which it may be; without any, whatever kind and features allow."""

    requirement = SchoolForeignKey(Requirement, models.CASCADE, related_name="rooms")
    room = SchoolForeignKey(Location, models.CASCADE, related_name="requirements")

    class Meta(SchoolRow.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "requirement", "room"], name="req_room_once")]
