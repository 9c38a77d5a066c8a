"""The school's ledger: accounts, and entries that are only ever added. Debits are positive, credits negative."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lyceum.core.schools import SchoolForeignKey, SchoolOwned, SchoolRow
from lyceum.domains.fees.models.accounts import BillingAccount
from lyceum.domains.fees.models.settings import FeeItem
from lyceum.domains.people.models import Student


class LedgerAccount(SchoolOwned):
    """An account of the school's chart, in one currency."""

    class Kind(models.TextChoices):
        ASSET = "asset", _("Asset")
        LIABILITY = "liability", _("Liability")
        INCOME = "income", _("Income")
        EXPENSE = "expense", _("Expense")

    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=9, choices=Kind.choices)
    role = models.CharField(max_length=30)
    """What it is for, as in `receivable`, `cash`, or `income_tuition`: the rules find it by this."""
    currency = models.CharField(max_length=3)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "code"], name="ledger_account_code_once"),
            models.UniqueConstraint(fields=["school", "role", "currency"], name="ledger_account_role_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class LedgerEntry(SchoolRow):
    """One posting. Its lines come to nothing in each currency: the database checks it at COMMIT."""

    effective_on = models.DateField()
    recorded_at = models.DateTimeField()
    source_kind = models.CharField(max_length=20)
    """The document behind it, as in `invoice` or `payment`."""
    source_id = models.UUIDField()
    purpose = models.CharField(max_length=20)
    """Why the document is posted: `issue`, `receipt`, `allocation`, `reversal` …"""
    reverses = SchoolForeignKey("self", models.PROTECT, null=True, related_name="reversals")
    text = models.CharField(max_length=300)
    by = models.UUIDField(null=True)
    by_name = models.CharField(max_length=200, blank=True)

    class Meta(SchoolRow.Meta):
        verbose_name_plural = "ledger entries"
        constraints = [
            models.UniqueConstraint(fields=["school", "source_kind", "source_id", "purpose"], name="posted_once"),
            models.UniqueConstraint(
                fields=["school", "reverses"], condition=Q(reverses__isnull=False), name="entry_reversed_once"
            ),
        ]
        indexes = [models.Index(fields=["school", "effective_on", "id"], name="ledger_entry_by_day")]

    def __str__(self) -> str:
        return self.text


class LedgerLine(SchoolRow):
    """One side of an entry. The database refuses to change or delete a row."""

    entry = SchoolForeignKey(LedgerEntry, models.PROTECT, related_name="lines")
    account = SchoolForeignKey(LedgerAccount, models.PROTECT, related_name="lines")
    billing_account = SchoolForeignKey(BillingAccount, models.PROTECT, null=True, related_name="ledger_lines")
    student = SchoolForeignKey(Student, models.PROTECT, null=True, related_name="ledger_lines")
    item = SchoolForeignKey(FeeItem, models.PROTECT, null=True, related_name="ledger_lines")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta(SchoolRow.Meta):
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="ledger_line_is_something")]
        indexes = [
            models.Index(fields=["school", "entry"], name="ledger_line_by_entry"),
            models.Index(fields=["school", "account"], include=["amount"], name="ledger_line_by_account"),
            models.Index(
                fields=["school", "billing_account", "account"], include=["amount"], name="ledger_line_by_family"
            ),
            models.Index(fields=["school", "student"], name="ledger_line_by_student"),
            models.Index(fields=["school", "item"], name="ledger_line_by_item"),
        ]
