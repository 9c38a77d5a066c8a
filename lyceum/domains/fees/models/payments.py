"""Payments, receipts, what they are used for, and what became of deposits. All of it is only ever added."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lyceum.core.schools import SchoolForeignKey, SchoolRow
from lyceum.domains.fees.models.accounts import BillingAccount
from lyceum.domains.fees.models.invoices import CreditNote, InvoiceInstalment, InvoiceLine


class Payment(SchoolRow):
    """Money that came in, as the office recorded it."""

    class Method(models.TextChoices):
        BANK = "bank", _("Bank transfer")
        CASH = "cash", _("Cash")
        CHEQUE = "cheque", _("Cheque")

    account = SchoolForeignKey(BillingAccount, models.PROTECT, related_name="payments")
    method = models.CharField(max_length=6, choices=Method.choices)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    received_on = models.DateField()
    reference = models.CharField(max_length=120, blank=True)
    cheque_number = models.CharField(max_length=40, blank=True)
    recorded_at = models.DateTimeField()
    by = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200, blank=True)

    class Meta(SchoolRow.Meta):
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="payment_is_something")]
        indexes = [
            models.Index(fields=["school", "account", "received_on"], name="payment_by_account"),
            models.Index(fields=["school", "received_on", "id"], name="payment_by_day"),
        ]

    def __str__(self) -> str:
        return str(self.Method(self.method).label)


class Receipt(SchoolRow):
    """The number under which a payment was confirmed."""

    payment = SchoolForeignKey(Payment, models.PROTECT, related_name="receipts")
    series = models.CharField(max_length=10)
    fiscal_year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    code = models.CharField(max_length=60)
    issued_on = models.DateField()
    received_from = models.CharField(max_length=200)

    class Meta(SchoolRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "payment"], name="one_receipt_a_payment"),
            models.UniqueConstraint(fields=["school", "series", "fiscal_year", "number"], name="receipt_number_once"),
        ]

    def __str__(self) -> str:
        return self.code


class PaymentReversal(SchoolRow):
    """A payment that is none: its cheque bounced, or it was recorded in error."""

    class Reason(models.TextChoices):
        BOUNCED = "bounced", _("The cheque bounced")
        ERROR = "error", _("Recorded in error")

    payment = SchoolForeignKey(Payment, models.PROTECT, related_name="reversals")
    reason = models.CharField(max_length=7, choices=Reason.choices)
    note = models.CharField(max_length=300, blank=True)
    reversed_on = models.DateField()
    recorded_at = models.DateTimeField()
    by_name = models.CharField(max_length=200, blank=True)

    class Meta(SchoolRow.Meta):
        constraints = [models.UniqueConstraint(fields=["school", "payment"], name="payment_reversed_once")]


class DepositUse(SchoolRow):
    """What became of a deposit, or of a part of it: paid back, or turned into credit on the account."""

    class Kind(models.TextChoices):
        RETURNED = "returned", _("Returned")
        TURNED = "turned", _("Turned into payment")

    line = SchoolForeignKey(InvoiceLine, models.PROTECT, related_name="deposit_uses")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    amount = models.BigIntegerField()
    method = models.CharField(max_length=6, choices=Payment.Method.choices, blank=True)
    """By which it was returned."""
    used_on = models.DateField()
    recorded_at = models.DateTimeField()
    by_name = models.CharField(max_length=200, blank=True)

    class Meta(SchoolRow.Meta):
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="deposit_use_is_something")]
        indexes = [models.Index(fields=["school", "line"], name="deposit_use_by_line")]


class Allocation(SchoolRow):
    """How much of a payment, credit note or deposit goes to an instalment. A negative row undoes an earlier one."""

    payment = SchoolForeignKey(Payment, models.PROTECT, null=True, related_name="allocations")
    credit_note = SchoolForeignKey(CreditNote, models.PROTECT, null=True, related_name="allocations")
    deposit_use = SchoolForeignKey(DepositUse, models.PROTECT, null=True, related_name="allocations")
    instalment = SchoolForeignKey(InvoiceInstalment, models.PROTECT, related_name="allocations")
    amount = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    by_name = models.CharField(max_length=200, blank=True)

    class Meta(SchoolRow.Meta):
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="allocation_is_something"),
            models.CheckConstraint(
                condition=Q(payment__isnull=False, credit_note__isnull=True, deposit_use__isnull=True)
                | Q(payment__isnull=True, credit_note__isnull=False, deposit_use__isnull=True)
                | Q(payment__isnull=True, credit_note__isnull=True, deposit_use__isnull=False),
                name="allocation_has_one_source",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "instalment"], include=["amount"], name="allocation_by_instalment"),
            models.Index(fields=["school", "payment"], include=["amount"], name="allocation_by_payment"),
            models.Index(fields=["school", "credit_note"], include=["amount"], name="allocation_by_credit_note"),
            models.Index(fields=["school", "deposit_use"], include=["amount"], name="allocation_by_deposit_use"),
        ]
