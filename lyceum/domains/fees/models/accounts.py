"""Billing accounts: who is billed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lyceum.core.schools import SchoolForeignKey, SchoolOwned
from lyceum.domains.people.models import Family, Person, Student

HOLDERS = ("guardian", "family", "student", "user")


class BillingAccount(SchoolOwned):
    """Somebody who is billed, in one currency. What they owe is the sum of their ledger lines and stored nowhere."""

    class Holder(models.TextChoices):
        GUARDIAN = "guardian", _("Guardian")
        FAMILY = "family", _("Family")
        STUDENT = "student", _("Adult student")
        USER = "user", _("Applicant")

    number = models.CharField(max_length=12)
    """With a check digit at its end; what a payer writes on a transfer."""
    holder = models.CharField(max_length=8, choices=Holder.choices)
    guardian = SchoolForeignKey(Person, models.PROTECT, null=True, related_name="billing_accounts")
    family = SchoolForeignKey(Family, models.PROTECT, null=True, related_name="billing_accounts")
    student = SchoolForeignKey(Student, models.PROTECT, null=True, related_name="billing_accounts")
    user = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    """An applicant's account, whom the school does not know as a person yet."""
    currency = models.CharField(max_length=3)
    name = models.CharField(max_length=200)
    """Of the holder, as bills are addressed."""
    address = models.CharField(max_length=300, blank=True)

    class Meta(SchoolOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["school", "number"], name="billing_account_number_once"),
            *(
                models.UniqueConstraint(
                    fields=["school", holder, "currency"],
                    condition=Q(**{f"{holder}__isnull": False}),
                    name=f"billing_account_{holder}_once",
                )
                for holder in HOLDERS
            ),
            models.CheckConstraint(
                condition=Q(*(
                    ~Q(holder=one) | Q(**{f"{other}__isnull": other != one for other in HOLDERS}) for one in HOLDERS
                )),
                name="billing_account_has_one_holder",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["school", "name"], name="billing_account_by_name"),
            models.Index(fields=["school", "student"], name="billing_account_by_student"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"
