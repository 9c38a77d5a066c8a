"""Invoices and credit notes. Once issued, the database refuses to change or delete them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lyceum.core.schools import SchoolForeignKey, SchoolOwned, SchoolRow
from lyceum.domains.fees.models.accounts import BillingAccount
from lyceum.domains.fees.models.settings import FeeItem
from lyceum.domains.people.models import Student


class Invoice(SchoolOwned):
    """A bill to one account. A draft has no number; what was issued is never changed."""

    class Lifecycle(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ISSUED = "issued", _("Issued")

    account = SchoolForeignKey(BillingAccount, models.PROTECT, related_name="invoices")
    lifecycle = models.CharField(max_length=6, choices=Lifecycle.choices, default=Lifecycle.DRAFT)
    currency = models.CharField(max_length=3)
    series = models.CharField(max_length=10, blank=True)
    fiscal_year = models.PositiveSmallIntegerField(null=True)
    number = models.PositiveIntegerField(null=True)
    code = models.CharField(max_length=60, blank=True)
    """The number as it is printed, as in INV-2027-000123."""
    issued_on = models.DateField(null=True)
    billed_name = models.CharField(max_length=200, blank=True)
    billed_address = models.CharField(max_length=300, blank=True)
    how_to_pay = models.CharField(max_length=1000, blank=True)
    """As it was printed."""

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "series", "fiscal_year", "number"], name="invoice_number_once"),
            models.CheckConstraint(
                condition=Q(lifecycle="draft", number__isnull=True, issued_on__isnull=True)
                | Q(lifecycle="issued", number__isnull=False, fiscal_year__isnull=False, issued_on__isnull=False),
                name="invoice_numbered_when_issued",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "account", "lifecycle"], name="invoice_by_account"),
            models.Index(fields=["school", "-created_at"], name="invoice_by_age"),
        ]

    def __str__(self) -> str:
        return self.code or str(_("Draft"))


class InvoiceLine(SchoolRow):
    """One thing that is billed, with its name and price as they were."""

    invoice = SchoolForeignKey(Invoice, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    student = SchoolForeignKey(Student, models.PROTECT, null=True, related_name="invoice_lines")
    item = SchoolForeignKey(FeeItem, models.PROTECT, related_name="invoice_lines")
    text = models.CharField(max_length=300)
    quantity = models.PositiveIntegerField(default=1)
    unit_price = models.BigIntegerField()
    amount = models.BigIntegerField()
    is_deposit = models.BooleanField(default=False)
    source_kind = models.CharField(max_length=20, blank=True)
    """What asked for it, as in `offer`."""
    source_id = models.UUIDField(null=True)

    class Meta(SchoolRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "invoice", "position"], name="invoice_line_position_once"),
            models.CheckConstraint(
                condition=Q(amount=F("quantity") * F("unit_price"), amount__gte=0), name="invoice_line_is_its_product"
            ),
            models.CheckConstraint(
                condition=Q(source_kind="", source_id__isnull=True) | ~Q(source_kind="") & Q(source_id__isnull=False),
                name="invoice_line_source_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "student"], name="invoice_line_by_student"),
            models.Index(fields=["school", "item"], name="invoice_line_by_item"),
            models.Index(fields=["school", "source_kind", "source_id"], name="invoice_line_by_source"),
        ]


class InvoiceInstalment(SchoolRow):
    """A part of an invoice and the day by which it is paid."""

    invoice = SchoolForeignKey(Invoice, models.CASCADE, related_name="instalments")
    due_on = models.DateField()
    amount = models.BigIntegerField()

    class Meta(SchoolRow.Meta):
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="instalment_is_something")]
        indexes = [models.Index(fields=["school", "invoice", "due_on"], name="instalment_by_invoice")]


class CreditNote(SchoolRow):
    """What takes back an invoice, or a part of its lines."""

    class Reason(models.TextChoices):
        CORRECTION = "correction", _("Correction")
        CANCELLATION = "cancellation", _("Cancellation")
        WITHDRAWAL = "withdrawal", _("Withdrawal")

    invoice = SchoolForeignKey(Invoice, models.PROTECT, related_name="credit_notes")
    series = models.CharField(max_length=10)
    fiscal_year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    code = models.CharField(max_length=60)
    reason = models.CharField(max_length=12, choices=Reason.choices)
    issued_on = models.DateField()
    recorded_at = models.DateTimeField()

    class Meta(SchoolRow.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["school", "series", "fiscal_year", "number"], name="credit_note_number_once"
            ),
        ]
        indexes = [models.Index(fields=["school", "invoice"], name="credit_note_by_invoice")]

    def __str__(self) -> str:
        return self.code


class CreditNoteLine(SchoolRow):
    """How much of an invoice's line is taken back."""

    credit_note = SchoolForeignKey(CreditNote, models.PROTECT, related_name="lines")
    line = SchoolForeignKey(InvoiceLine, models.PROTECT, related_name="credits")
    amount = models.BigIntegerField()

    class Meta(SchoolRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "credit_note", "line"], name="credited_line_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="credited_is_something"),
        ]
        indexes = [models.Index(fields=["school", "line"], name="credited_by_line")]
