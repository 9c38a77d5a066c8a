"""The words of notifications: what they are about, how they travel, how much they hurry."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Type(models.TextChoices):
    """What a notification is about; a person chooses channels for each."""

    ATTENDANCE = "attendance", _("Attendance")
    BEHAVIOUR = "behaviour", _("Behaviour")
    DETENTION = "detention", _("Detentions")
    HOMEWORK = "homework", _("Homework")
    EXAM = "exam", _("Exams")
    REPORT = "report", _("Reports")
    FEE = "fee", _("Fees")
    PAYMENT = "payment", _("Payments")
    MESSAGE = "message", _("Messages")
    ANNOUNCEMENT = "announcement", _("Announcements")
    EVENT = "event", _("Events")
    PROJECT = "project", _("Projects")
    FORUM = "forum", _("Forums")
    LIBRARY = "library", _("Library")
    TIMETABLE = "timetable", _("Timetable")
    COVER = "cover", _("Cover")
    ADMISSION = "admission", _("Admission")
    ENROLMENT = "enrolment", _("Enrolment")
    ACCOUNT = "account", _("Account")
    SAFEGUARDING = "safeguarding", _("Safeguarding")
    SYSTEM = "system", _("System")


class Channel(models.TextChoices):
    """How a notification travels. What is in the app is always there."""

    IN_APP = "in_app", _("In Lyceum")
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")
    PUSH = "push", _("Push")


class Mode(models.TextChoices):
    """When somebody wants it by a channel."""

    NOW = "now", _("At once")
    DIGEST = "digest", _("Once a day")
    OFF = "off", _("Not at all")


class Urgency(models.TextChoices):
    """How much a notification hurries: an urgent one waits for no digest and no quiet hours."""

    ROUTINE = "routine", _("Routine")
    IMPORTANT = "important", _("Important")
    URGENT = "urgent", _("Urgent")
