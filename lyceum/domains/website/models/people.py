"""Whom the site shows: the school itself, its team, its partners and those who were here."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.learning.models import Course
from lyceum.domains.people.models import Staff, Student
from lyceum.domains.website.models.site import Picture


class AboutUs(SchoolOwned):
    """What a school says of itself."""

    title = models.CharField(max_length=160, blank=True)
    description = models.TextField(max_length=10_000, blank=True)
    mission = models.TextField(max_length=5_000, blank=True)
    vision = models.TextField(max_length=5_000, blank=True)

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school"], name="about_us_once")]

    def __str__(self) -> str:
        return self.title


class CoreValue(SchoolOwned):
    """Something that a school holds dear."""

    about_us = SchoolForeignKey(AboutUs, models.CASCADE, related_name="core_values")
    title = models.CharField(max_length=120)
    description = models.CharField(max_length=1_000, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta(SchoolOwned.Meta):
        indexes = [models.Index(fields=["school", "about_us", "order"], name="core_value_in_order")]

    def __str__(self) -> str:
        return self.title


class TeamMember(SchoolOwned):
    """Somebody of the school whom everybody may know."""

    about_us = SchoolForeignKey(AboutUs, models.PROTECT, related_name="team_members")
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=120, blank=True)
    bio = models.TextField(max_length=4_000, blank=True)
    photo = SchoolForeignKey(Picture, models.SET_NULL, null=True, related_name="+")
    links = models.JSONField(default=list, blank=True)
    """Addresses beginning with https://."""
    order = models.PositiveSmallIntegerField(default=0)
    staff = SchoolForeignKey(Staff, models.SET_NULL, null=True, related_name="+")
    is_published = models.BooleanField(default=True)

    class Meta(SchoolOwned.Meta):
        indexes = [
            models.Index(fields=["school", "order", "name", "id"], name="team_member_in_order"),
            models.Index(fields=["school", "about_us"], name="team_member_by_about_us"),
            models.Index(fields=["school", "staff"], name="team_member_by_staff"),
            models.Index(fields=["school", "photo"], name="team_member_by_photo"),
        ]

    def __str__(self) -> str:
        return self.name


class Partner(SchoolOwned):
    """Somebody with whom the school works."""

    name = models.CharField(max_length=120)
    logo = SchoolForeignKey(Picture, models.SET_NULL, null=True, related_name="+")
    url = models.CharField(max_length=500, blank=True)
    description = models.CharField(max_length=1_000, blank=True)
    kind = models.CharField(max_length=60, blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    is_published = models.BooleanField(default=True)

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "name"], name="partner_name_once")]
        indexes = [
            models.Index(fields=["school", "order", "name", "id"], name="partner_in_order"),
            models.Index(fields=["school", "logo"], name="partner_by_logo"),
        ]

    def __str__(self) -> str:
        return self.name


class Shown(models.TextChoices):
    """How far something that alumni wrote is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    HIDDEN = "hidden"


class AlumniProfile(SchoolOwned):
    """Somebody who learnt here and tells of it. Published by the office, with their consent."""

    student = SchoolForeignKey(Student, models.SET_NULL, null=True, related_name="alumni_profiles")
    name = models.CharField(max_length=120)
    course = SchoolForeignKey(Course, models.SET_NULL, null=True, related_name="+")
    leaving_year = models.PositiveSmallIntegerField(null=True)
    headline = models.CharField(max_length=160, blank=True)
    employer = models.CharField(max_length=160, blank=True)
    bio = models.TextField(max_length=4_000, blank=True)
    photo = SchoolForeignKey(Picture, models.SET_NULL, null=True, related_name="+")
    links = models.JSONField(default=list, blank=True)
    consent_at = models.DateTimeField(null=True)
    consent_by = models.CharField(max_length=200, blank=True)
    """Who agreed that it is shown, by name."""
    is_mentor = models.BooleanField(default=False)
    mentor_topics = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    mentor_places = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=9, choices=Shown.choices, default=Shown.DRAFT)
    published_at = models.DateTimeField(null=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["school", "student"], condition=Q(student__isnull=False), name="alumni_profile_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(consent_at__isnull=False), name="alumni_published_with_consent"
            ),
        ]
        indexes = [
            models.Index(fields=["school", "student"], name="alumni_profile_by_student"),
            models.Index(fields=["school", "state", "name", "id"], name="alumni_profile_by_state"),
            models.Index(fields=["school", "course"], name="alumni_profile_by_course"),
            models.Index(fields=["school", "photo"], name="alumni_profile_by_photo"),
        ]

    def __str__(self) -> str:
        return self.name


class AlumniStory(SchoolOwned):
    """One thing that somebody tells of their time here or after it."""

    profile = SchoolForeignKey(AlumniProfile, models.CASCADE, related_name="stories")
    title = models.CharField(max_length=160)
    body = models.TextField(max_length=10_000)
    state = models.CharField(max_length=9, choices=Shown.choices, default=Shown.DRAFT)

    class Meta(SchoolOwned.Meta):
        indexes = [models.Index(fields=["school", "profile"], name="alumni_story_by_profile")]

    def __str__(self) -> str:
        return self.title
