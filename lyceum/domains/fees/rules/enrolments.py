"""Places in courses that cost something: billed when they are taken, credited when they are given up unpaid."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.money import Money
from lyceum.core.permissions import Permission
from lyceum.domains.fees.models import Allocation, FeeItem, Invoice, InvoiceLine
from lyceum.domains.fees.queries import usual_payers
from lyceum.domains.fees.rules.accounts import Payer, account_of
from lyceum.domains.fees.rules.crediting import credit_invoice, left_to_credit
from lyceum.domains.fees.rules.invoicing import NewInvoice, NewLine, draft_invoice, issue_invoice
from lyceum.domains.tenancy.queries import today

COURSE_CODE = "COURSE"
SOURCE = "course_enrolment"


@transaction.atomic
def bill_enrolment(enrolment_id: UUID, *, student: UUID, price: Money, actor: Actor) -> Invoice:
    """Bill a place that is held until it is paid, due at once. Billing it again gives the invoice that is there.

    Where nobody is named who pays for the student, the student is billed.
    """
    actor.require_all(Permission.FEES_MANAGE)
    known = InvoiceLine.objects.filter(source_kind=SOURCE, source_id=enrolment_id).select_related("invoice").first()
    if known is not None:
        invoice: Invoice = known.invoice
        return invoice
    usual = usual_payers([student], currency=price.currency).get(student)
    account = account_of(usual.payer if usual else Payer(student=student), currency=price.currency, actor=actor)
    line = NewLine(_course_item().pk, price, student=student, source=(SOURCE, enrolment_id))
    return issue_invoice(draft_invoice(NewInvoice(account.pk, [line], [today()]), actor=actor).pk, actor=actor)


def _course_item() -> FeeItem:
    fresh = {"name": _("Course"), "category": FeeItem.Category.TUITION}
    return FeeItem.objects.get_or_create(code=COURSE_CODE, defaults=fresh)[0]


@transaction.atomic
def credit_given_up(enrolment_id: UUID, *, actor: Actor) -> None:
    """Take back the bill of a place that was given up before anything was paid. Else the office decides."""
    actor.require_all(Permission.FEES_MANAGE)
    line = InvoiceLine.objects.filter(source_kind=SOURCE, source_id=enrolment_id).select_related("invoice").first()
    if line is None or Allocation.objects.filter(instalment__invoice=line.invoice_id).exists():
        return
    left = left_to_credit(line.invoice).get(line.pk, 0)
    if left:
        amounts = {line.pk: Money(left, line.invoice.currency)}
        credit_invoice(line.invoice_id, reason="withdrawal", amounts=amounts, actor=actor)
