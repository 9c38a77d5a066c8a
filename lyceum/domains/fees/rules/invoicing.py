"""Invoices: drafted, discarded, issued. What was issued is never changed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.money import MOST, Money, in_parts
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.fees.facts import InvoiceIssued
from lyceum.domains.fees.models import BillingAccount, FeeItem, Invoice, InvoiceInstalment, InvoiceLine
from lyceum.domains.fees.rules.accounts import Payer, account_of, lock_account
from lyceum.domains.fees.rules.allocating import settled_among, sources_of, use_credit
from lyceum.domains.fees.rules.numbering import INVOICES, fiscal_year_of, printed, take_numbers
from lyceum.domains.fees.rules.posting import RECEIVABLE, Posting, Side, income_role, post_all
from lyceum.domains.fees.rules.refusals import (
    AmountRangeError,
    CurrencyMismatchError,
    InstalmentsError,
    InvoiceImmutableError,
)
from lyceum.domains.fees.settings import school_settings
from lyceum.domains.journal.rules import Entry, Target, record, record_all
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.queries import today

MOST_LINES, MOST_INSTALMENTS, MOST_AT_ONCE = 200, 24, 200
_L = Invoice.Lifecycle


@dataclass(frozen=True)
class NewLine:
    """One thing to bill."""

    item: UUID
    unit_price: Money
    quantity: int = 1
    student: UUID | None = None
    text: str = ""
    source: tuple[str, UUID] | None = None
    """What asks for it, as in `("offer", id)`."""


@dataclass(frozen=True)
class NewInvoice:
    """A bill to an account. Without instalments it is due as a whole; with days alone, in equal parts."""

    account: UUID
    lines: Sequence[NewLine]
    due_on: Sequence[date] = field(default_factory=tuple)
    amounts: Sequence[Money] = field(default_factory=tuple)
    """Of the instalments, where they are not equal."""


@transaction.atomic
def draft_invoice(new: NewInvoice, *, actor: Actor) -> Invoice:
    """Write a draft."""
    actor.require_all(Permission.FEES_MANAGE)
    account = BillingAccount.objects.filter(pk=new.account).first()
    if account is None:
        raise invalid_field("/account", "unknown", _("There is no such billing account here."))
    invoice = Invoice.objects.create(account=account, currency=account.currency)
    lines = _lines(invoice, new.lines)
    total = sum(line.amount for line in lines)
    if not 0 < total <= MOST:
        raise AmountRangeError(_("An invoice comes to something, and to no more than a trillion."))
    InvoiceLine.objects.bulk_create(lines)
    InvoiceInstalment.objects.bulk_create(_instalments(invoice, new, total))
    record("fees.invoice.draft", target=Target.of(invoice), changes={"total": [None, total]}, actor=actor)
    return invoice


def _lines(invoice: Invoice, given: Sequence[NewLine]) -> list[InvoiceLine]:
    if not 1 <= len(given) <= MOST_LINES:
        raise invalid_field("/lines", "count", _("Give 1 to %(n)s lines.") % {"n": MOST_LINES})
    items = FeeItem.objects.in_bulk({each.item for each in given})
    students = set(Student.objects.filter(pk__in={each.student for each in given}).values_list("pk", flat=True))
    return [_line(invoice, n, each, items, students) for n, each in enumerate(given)]


def _line(invoice: Invoice, n: int, given: NewLine, items: dict[UUID, FeeItem], students: set[UUID]) -> InvoiceLine:
    item, at = items.get(given.item), f"/lines/{n}"
    if item is None or not item.active:
        raise invalid_field(f"{at}/item", "unknown", _("Choose one of the school's items."))
    if given.student is not None and given.student not in students:
        raise invalid_field(f"{at}/student", "unknown", _("There is no such student here."))
    if given.unit_price.currency != invoice.currency:
        raise CurrencyMismatchError(
            _("The account is in %(account)s, the line in %(line)s.")
            % {"account": invoice.currency, "line": given.unit_price.currency}
        )
    if given.unit_price.amount < 0 or not 1 <= given.quantity <= 10_000:
        raise AmountRangeError(_("A price is not below nothing, and a quantity is 1 to 10,000."))
    if given.unit_price.amount * given.quantity > MOST:
        raise AmountRangeError(_("An invoice comes to something, and to no more than a trillion."))
    return InvoiceLine(
        invoice=invoice,
        position=n + 1,
        student_id=given.student,
        item=item,
        text=tidy(given.text)[:300] or item.name,
        quantity=given.quantity,
        unit_price=given.unit_price.amount,
        amount=given.unit_price.amount * given.quantity,
        is_deposit=item.is_deposit,
        source_kind=given.source[0] if given.source else "",
        source_id=given.source[1] if given.source else None,
    )


def _instalments(invoice: Invoice, new: NewInvoice, total: int) -> list[InvoiceInstalment]:
    days = list(new.due_on) or [today() + timedelta(days=school_settings().due_days)]
    if len(days) > min(MOST_INSTALMENTS, total):
        raise invalid_field("/instalments", "count", _("Give at most %(n)s instalments.") % {"n": MOST_INSTALMENTS})
    amounts = [each.amount for each in new.amounts] or in_parts(total, len(days))
    if len(amounts) != len(days) or sum(amounts) != total or min(amounts) <= 0:
        raise InstalmentsError(
            _("The instalments come to %(sum)s, the invoice to %(total)s.")
            % {"sum": Money(sum(amounts), invoice.currency), "total": Money(total, invoice.currency)}
        )
    if any(each.currency != invoice.currency for each in new.amounts):
        raise CurrencyMismatchError(
            _("The account is in %(account)s, the line in %(line)s.")
            % {"account": invoice.currency, "line": new.amounts[0].currency}
        )
    return [
        InvoiceInstalment(invoice=invoice, due_on=day, amount=amount)
        for day, amount in sorted(zip(days, amounts, strict=True), key=lambda each: each[0])
    ]


@transaction.atomic
def discard_invoice(invoice_id: UUID, *, actor: Actor) -> None:
    """Throw a draft away."""
    actor.require_all(Permission.FEES_MANAGE)
    invoice = Invoice.objects.select_for_update(of=("self",)).filter(pk=invoice_id).first()
    if invoice is None:
        raise NotFoundError
    if invoice.lifecycle == _L.ISSUED:
        raise _immutable(invoice)
    record("fees.invoice.discard", target=Target.of(invoice), actor=actor)
    invoice.delete()


def _immutable(invoice: Invoice) -> InvoiceImmutableError:
    return InvoiceImmutableError(
        _("%(number)s was issued. Make a credit note instead.") % {"number": invoice.code}, number=invoice.code
    )


@transaction.atomic
def issue_invoice(invoice_id: UUID, *, actor: Actor) -> Invoice:
    """Issue a draft: it gets its number, and is owed from now on. Issuing it again changes nothing."""
    (invoice,) = issue_invoices([invoice_id], actor=actor)
    return invoice


@transaction.atomic
def issue_invoices(invoice_ids: Sequence[UUID], *, actor: Actor) -> list[Invoice]:
    """Issue drafts, with numbers that follow each other. What lies on an account pays what is billed to it.

    Accounts are locked in one order, and the counter after them, so that nobody waits in a circle.
    """
    actor.require_all(Permission.FEES_MANAGE)
    if len(set(invoice_ids)) > MOST_AT_ONCE:
        raise invalid_field("/invoices", "count", _("Issue at most %(n)s at once.") % {"n": MOST_AT_ONCE})
    found = Invoice.objects.filter(pk__in=set(invoice_ids))
    accounts = {pk: lock_account(pk) for pk in sorted(set(found.values_list("account", flat=True)))}
    invoices = list(found.select_for_update(of=("self",)).prefetch_related("lines__item", "instalments").order_by("pk"))
    if len(invoices) < len(set(invoice_ids)):
        raise NotFoundError
    drafts = [each for each in invoices if each.lifecycle == _L.DRAFT]
    day = today()
    _number(drafts, accounts, day)
    post_all([_posting_of(each, day) for each in drafts], actor=actor)
    for invoice in drafts:
        instalments = sorted(invoice.instalments.all(), key=lambda each: (each.due_on, each.pk))
        for each in instalments:
            each.open = each.amount  # type: ignore[attr-defined]  # as `with_open` reads it
        use_credit(accounts[invoice.account_id], instalments, actor=actor)
    _tell(drafts, actor)
    return invoices


def _number(drafts: Sequence[Invoice], accounts: dict[UUID, BillingAccount], day: date) -> None:
    if not drafts:
        return
    year, how = fiscal_year_of(day), school_settings().bank_details
    for invoice, number in zip(drafts, take_numbers(INVOICES, len(drafts), year=year), strict=True):
        account = accounts[invoice.account_id]
        invoice.lifecycle, invoice.series, invoice.fiscal_year = _L.ISSUED, INVOICES, year
        invoice.number, invoice.code, invoice.issued_on = number, printed(INVOICES, year, number), day
        invoice.billed_name, invoice.billed_address, invoice.how_to_pay = account.name, account.address, how
    fields = ("lifecycle", "series", "fiscal_year", "number", "code", "issued_on", "billed_name", "billed_address",
              "how_to_pay")  # fmt: skip
    Invoice.objects.bulk_update(drafts, fields)


def _posting_of(invoice: Invoice, day: date) -> Posting:
    lines = list(invoice.lines.all())
    sides = [
        Side(RECEIVABLE, sum(line.amount for line in lines), invoice.account_id),
        *(Side(income_role(x.item), -x.amount, invoice.account_id, x.student_id, x.item_id) for x in lines),
    ]
    return Posting(("invoice", invoice.pk), "issue", invoice.code, day, invoice.currency, sides)


def _tell(drafts: Sequence[Invoice], actor: Actor) -> None:
    settled = settled_among(each.pk for each in drafts)
    record_all(
        [
            Entry(
                "fees.invoice.issue",
                Target.of(each),
                changes={"number": [None, each.code]},
                facts=[
                    InvoiceIssued(
                        invoice=each.pk,
                        account=each.account_id,
                        number=each.code,
                        total=sum(line.amount for line in each.lines.all()),
                        currency=each.currency,
                        due_on=min(part.due_on for part in each.instalments.all()),
                        settled=sources_of([each.pk]) if each.pk in settled else [],
                    )
                ],
            )
            for each in drafts
        ],
        actor=actor,
    )


@dataclass(frozen=True)
class Billed:
    """The same lines for one student, and who pays for them."""

    student: UUID
    payer: Payer


@transaction.atomic
def bill_students(
    billed: Sequence[Billed], *, item: UUID, price: Money, text: str = "", due_on: Sequence[date] = (), actor: Actor
) -> list[Invoice]:
    """One item for several students: an issued invoice for each payer, with a line for each child."""
    actor.require_all(Permission.FEES_MANAGE)
    if not 1 <= len(billed) <= MOST_AT_ONCE:
        raise invalid_field("/students", "count", _("Choose 1 to %(n)s students.") % {"n": MOST_AT_ONCE})
    accounts: dict[UUID, list[UUID]] = {}
    for each in billed:
        account = account_of(each.payer, currency=price.currency, actor=actor)
        accounts.setdefault(account.pk, []).append(each.student)
    drafts = [
        draft_invoice(
            NewInvoice(account, [NewLine(item, price, student=pk, text=text) for pk in students], due_on), actor=actor
        )
        for account, students in accounts.items()
    ]
    return issue_invoices([each.pk for each in drafts], actor=actor)
