"""What a school settles for itself about fees, its items, and the counters of its documents."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lyceum.core.schools import SchoolOwned, SchoolRow


class FeesSettings(SchoolOwned):
    """The settable words and numbers of fees. A school without a row has the defaults."""

    currency = models.CharField(max_length=3, blank=True)
    """In which new bills are written; empty: the school's own."""
    bank_details = models.CharField(max_length=1000, blank=True)
    """How to pay, in the school's words: stands on invoices and on what families see."""
    number_format = models.CharField(max_length=60, default="{series}-{year}-{seq:06}")
    fiscal_year_starts = models.PositiveSmallIntegerField(default=1)
    """The month in which numbers begin anew."""
    due_days = models.PositiveSmallIntegerField(default=14)
    """How many days after its issue an invoice is due, unless it says otherwise."""

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school"], name="fees_settings_once"),
            models.CheckConstraint(
                condition=Q(fiscal_year_starts__gte=1, fiscal_year_starts__lte=12), name="fiscal_year_starts_in_month"
            ),
        ]


class FeeItem(SchoolOwned):
    """Something that is billed. Its name is copied to what is issued."""

    class Category(models.TextChoices):
        TUITION = "tuition", _("Tuition")
        REGISTRATION = "registration", _("Registration")
        DEPOSIT = "deposit", _("Deposit")
        TRANSPORT = "transport", _("Transport")
        MEALS = "meals", _("Meals")
        TRIP = "trip", _("Trip")
        EXAM = "exam", _("Exam")
        MATERIALS = "materials", _("Materials")
        OTHER = "other", _("Other")

    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    category = models.CharField(max_length=12, choices=Category.choices, default=Category.OTHER)
    is_deposit = models.BooleanField(default=False)
    """Whether what is paid stays the family's: a liability, no income."""
    active = models.BooleanField(default=True)

    class Meta(SchoolOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "code"], name="fee_item_code_once")]

    def __str__(self) -> str:
        return self.name


class DocumentCounter(SchoolRow):
    """The last number of a series; its row is locked by whoever issues, so numbers have no gap."""

    series = models.CharField(max_length=10)
    fiscal_year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta(SchoolRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "series", "fiscal_year"], name="document_counter_once")
        ]
