"""Payments: recorded by the office, put to what was due first, and reversed where they turn out to be none."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.dates import days_in_words
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.money import MOST, Money
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.fees.facts import PaymentAllocated, PaymentReceived, PaymentReversed
from lyceum.domains.fees.models import (
    Allocation,
    BillingAccount,
    InvoiceInstalment,
    LedgerEntry,
    Payment,
    PaymentReversal,
    Receipt,
)
from lyceum.domains.fees.rules.accounts import lock_account
from lyceum.domains.fees.rules.allocating import (
    Part,
    allocate,
    open_instalments,
    post_moved,
    settled_among,
    sources_of,
    spread,
)
from lyceum.domains.fees.rules.numbering import RECEIPTS, fiscal_year_of, printed, take_numbers
from lyceum.domains.fees.rules.posting import CREDIT, RECEIVABLE, Posting, Side, post
from lyceum.domains.fees.rules.refusals import (
    AmountRangeError,
    CurrencyMismatchError,
    PaymentReversedError,
    PossibleDuplicateError,
)
from lyceum.domains.journal.rules import Changes, Target, record
from lyceum.domains.tenancy.queries import today

ALIKE_WITHIN = timedelta(days=7)


@dataclass(frozen=True)
class NewPayment:
    """Money that came in. Without a day, today; without instalments, what was due first is paid first."""

    account: UUID
    amount: Money
    method: str
    received_on: date | None = None
    reference: str = ""
    cheque_number: str = ""
    instalments: Sequence[UUID] = field(default_factory=tuple)
    """The payer's choice: these before the others."""
    record_anyway: bool = False
    """It is another payment, although it looks like one that is there."""


@transaction.atomic
def record_payment(new: NewPayment, *, actor: Actor) -> Payment:
    """Record a payment with its receipt. What is more than is owed becomes credit on the account."""
    actor.require_all(Permission.FEES_MANAGE)
    if not BillingAccount.objects.filter(pk=new.account).exists():
        raise invalid_field("/account", "unknown", _("There is no such billing account here."))
    account = lock_account(new.account)
    day = _check(new, account)
    payment = Payment.objects.create(
        account=account,
        method=new.method,
        amount=new.amount.amount,
        currency=account.currency,
        received_on=day,
        reference=tidy(new.reference)[:120],
        cheque_number=tidy(new.cheque_number)[:40],
        recorded_at=clock.now(),
        by=actor.user_id,
        by_name=actor.name[:200],
    )
    receipt = _receipt(payment, account)
    parts = spread(payment.amount, open_instalments(account, new.instalments))
    allocate(payment, parts, actor=actor)
    allocated = sum(part.amount for part in parts)
    sides = [
        Side(payment.method, payment.amount, account.pk),
        Side(RECEIVABLE, -allocated, account.pk),
        Side(CREDIT, allocated - payment.amount, account.pk),
    ]
    post(Posting(("payment", payment.pk), "receipt", receipt.code, day, account.currency, sides), actor=actor)
    settled = settled_among({part.instalment.invoice_id for part in parts})
    fact = PaymentReceived(
        payment=payment.pk,
        account=account.pk,
        amount=payment.amount,
        currency=payment.currency,
        method=payment.method,
        settled=sources_of(settled),
    )
    record(
        "fees.payment.record",
        target=Target.of(account),
        changes={"amount": [None, payment.amount], "receipt": [None, receipt.code]},
        facts=[fact],
        actor=actor,
    )
    return payment


def _check(new: NewPayment, account: BillingAccount) -> date:
    if new.amount.currency != account.currency:
        raise CurrencyMismatchError(
            _("The account is in %(account)s, the payment in %(payment)s.")
            % {"account": account.currency, "payment": new.amount.currency}
        )
    if not 0 < new.amount.amount <= MOST:
        raise AmountRangeError(_("Give an amount above nothing."), lowest=1, highest=MOST)
    if new.method not in Payment.Method.values:
        raise invalid_field("/method", "choice", _("Choose one of the list."))
    day = new.received_on or today()
    if day > today():
        raise invalid_field("/received_on", "future", _("It cannot have come in after today."))
    if not new.record_anyway:
        _refuse_alike(new, day)
    return day


def _refuse_alike(new: NewPayment, day: date) -> None:
    alike = Payment.objects.filter(
        account=new.account,
        amount=new.amount.amount,
        method=new.method,
        reference=tidy(new.reference)[:120],
        cheque_number=tidy(new.cheque_number)[:40],
        received_on__gte=day - ALIKE_WITHIN,
        received_on__lte=day + ALIKE_WITHIN,
        reversals__isnull=True,
    ).first()
    if alike is not None:
        raise PossibleDuplicateError(
            days_in_words(
                _("%(amount)s was recorded for %(day)s in the same way. Record it anyway if it is another payment.")
                % {"amount": new.amount, "day": alike.received_on}
            ),
            payment=str(alike.pk),
        )


def _receipt(payment: Payment, account: BillingAccount) -> Receipt:
    day = today()
    year = fiscal_year_of(day)
    (number,) = take_numbers(RECEIPTS, 1, year=year)
    return Receipt.objects.create(
        payment=payment,
        series=RECEIPTS,
        fiscal_year=year,
        number=number,
        code=printed(RECEIPTS, year, number),
        issued_on=day,
        received_from=account.name,
    )


def _locked(payment_id: UUID) -> tuple[Payment, BillingAccount]:
    account_id = Payment.objects.filter(pk=payment_id).values_list("account", flat=True).first()
    if account_id is None:
        raise NotFoundError
    account = lock_account(account_id)
    payment = Payment.objects.get(pk=payment_id)
    if PaymentReversal.objects.filter(payment=payment).exists():
        raise PaymentReversedError(_("This payment was reversed already."))
    return payment, account


def _allocated_of(payment: Payment) -> dict[UUID, int]:
    rows = Allocation.objects.filter(payment=payment).order_by().values("instalment").annotate(sum=Sum("amount"))
    return {pk: total for pk, total in rows.values_list("instalment", "sum") if total}


@transaction.atomic
def reverse_payment(payment_id: UUID, *, reason: str, note: str = "", actor: Actor) -> PaymentReversal:
    """Say that a payment is none: a cheque that bounced, or an error. What it paid is due again, on its old day."""
    actor.require_all(Permission.FEES_MANAGE)
    payment, account = _locked(payment_id)
    if reason not in PaymentReversal.Reason.values:
        raise invalid_field("/reason", "choice", _("Choose one of the list."))
    if reason == PaymentReversal.Reason.BOUNCED and payment.method != Payment.Method.CHEQUE:
        raise invalid_field("/reason", "choice", _("Only a cheque bounces."))
    reversal = PaymentReversal.objects.create(
        payment=payment,
        reason=reason,
        note=tidy(note)[:300],
        reversed_on=today(),
        recorded_at=clock.now(),
        by_name=actor.name[:200],
    )
    by_instalment = _allocated_of(payment)
    instalments = InvoiceInstalment.objects.in_bulk(by_instalment)
    touched = {each.invoice_id for each in instalments.values()}
    before = settled_among(touched)
    allocate(payment, [Part(instalments[pk], -amount) for pk, amount in by_instalment.items()], actor=actor)
    allocated = sum(by_instalment.values())
    sides = [
        Side(RECEIVABLE, allocated, account.pk),
        Side(CREDIT, payment.amount - allocated, account.pk),
        Side(payment.method, -payment.amount, account.pk),
    ]
    entry = LedgerEntry.objects.get(source_kind="payment", source_id=payment.pk, purpose="receipt")
    post(
        Posting(("payment", payment.pk), "reversal", entry.text, today(), account.currency, sides, reverses=entry),
        actor=actor,
    )
    fact = PaymentReversed(
        payment=payment.pk,
        amount=payment.amount,
        currency=payment.currency,
        reason_code=reason,
        reopened=sources_of(before - settled_among(touched)),
    )
    record(
        "fees.payment.reverse",
        target=Target.of(account),
        changes={"amount": [payment.amount, 0], "receipt": [entry.text, None]},
        reason=f"{reason}: {reversal.note}" if reversal.note else reason,
        facts=[fact],
        actor=actor,
    )
    return reversal


@transaction.atomic
def allocate_payment(payment_id: UUID, *, instalment: UUID, amount: Money, actor: Actor) -> Payment:
    """Put what is left of a payment to an instalment; an amount below nothing takes as much back from it."""
    actor.require_all(Permission.FEES_MANAGE)
    payment, account = _locked(payment_id)
    row = next(iter(InvoiceInstalment.objects.filter(pk=instalment, invoice__account=account)), None)
    if row is None or row.invoice.lifecycle != "issued":
        raise invalid_field("/instalment", "unknown", _("There is no such instalment on this account."))
    if amount.currency != account.currency:
        raise CurrencyMismatchError(
            _("The account is in %(account)s, the payment in %(payment)s.")
            % {"account": account.currency, "payment": amount.currency}
        )
    by_instalment = _allocated_of(payment)
    still_open = next((x.open for x in open_instalments(account) if x.pk == row.pk), 0)
    highest = min(payment.amount - sum(by_instalment.values()), still_open)
    lowest = -by_instalment.get(row.pk, 0)
    if not lowest <= amount.amount <= highest or amount.amount == 0:
        raise AmountRangeError(
            _("Choose from %(lowest)s to %(highest)s.")
            % {"lowest": Money(lowest, account.currency), "highest": Money(highest, account.currency)},
            lowest=lowest,
            highest=highest,
        )
    before = settled_among([row.invoice_id])
    (written,) = allocate(payment, [Part(row, amount.amount)], actor=actor)
    post_moved(written, account, amount.amount, actor=actor)
    after = settled_among([row.invoice_id])
    fact = PaymentAllocated(
        payment=payment.pk,
        amount=amount.amount,
        currency=account.currency,
        settled=sources_of(after - before),
        reopened=sources_of(before - after),
    )
    changes: Changes = {"amount": [None, amount.amount], "instalment": [None, str(row.pk)]}
    record("fees.payment.allocate", target=Target.of(account), changes=changes, facts=[fact], actor=actor)
    return payment
