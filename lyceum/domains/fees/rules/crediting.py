"""Credit notes: an invoice is taken back, or a part of its lines."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.money import Money
from lyceum.core.permissions import Permission
from lyceum.domains.fees.facts import CreditNoteIssued
from lyceum.domains.fees.models import CreditNote, CreditNoteLine, DepositUse, Invoice, InvoiceLine
from lyceum.domains.fees.rules.accounts import lock_account
from lyceum.domains.fees.rules.allocating import (
    allocate,
    open_instalments,
    settled_among,
    sources_of,
    spread,
    sum_of,
)
from lyceum.domains.fees.rules.numbering import CREDIT_NOTES, fiscal_year_of, printed, take_numbers
from lyceum.domains.fees.rules.posting import CREDIT, RECEIVABLE, Posting, Side, income_role, post
from lyceum.domains.fees.rules.refusals import AmountRangeError, CurrencyMismatchError, NothingDueError
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.tenancy.queries import today


@transaction.atomic
def credit_invoice(
    invoice_id: UUID, *, reason: str, amounts: Mapping[UUID, Money] | None = None, actor: Actor
) -> CreditNote:
    """Take back an issued invoice, or so much of some of its lines. What was paid already becomes credit."""
    actor.require_all(Permission.FEES_MANAGE)
    if reason not in CreditNote.Reason.values:
        raise invalid_field("/reason", "choice", _("Choose one of the list."))
    account_id = Invoice.objects.filter(pk=invoice_id).values_list("account", flat=True).first()
    if account_id is None:
        raise NotFoundError
    account = lock_account(account_id)
    invoice = Invoice.objects.get(pk=invoice_id)
    if invoice.lifecycle != Invoice.Lifecycle.ISSUED:
        raise invalid_field("/invoice", "draft", _("A draft is discarded, not credited."))
    wanted = _wanted(invoice, amounts)
    day = today()
    year = fiscal_year_of(day)
    (number,) = take_numbers(CREDIT_NOTES, 1, year=year)
    note = CreditNote.objects.create(
        invoice=invoice,
        series=CREDIT_NOTES,
        fiscal_year=year,
        number=number,
        code=printed(CREDIT_NOTES, year, number),
        reason=reason,
        issued_on=day,
        recorded_at=clock.now(),
    )
    CreditNoteLine.objects.bulk_create(CreditNoteLine(credit_note=note, line=x, amount=n) for x, n in wanted)
    total = sum(amount for _line, amount in wanted)
    before = settled_among([invoice.pk])
    parts = spread(total, [each for each in open_instalments(account) if each.invoice_id == invoice.pk])
    allocate(note, parts, actor=actor)
    allocated = sum(part.amount for part in parts)
    sides = [
        *(Side(income_role(x.item), n, account.pk, x.student_id, x.item_id) for x, n in wanted),
        Side(RECEIVABLE, -allocated, account.pk),
        Side(CREDIT, allocated - total, account.pk),
    ]
    post(Posting(("credit_note", note.pk), "issue", note.code, day, invoice.currency, sides), actor=actor)
    fact = CreditNoteIssued(
        credit_note=note.pk,
        invoice=invoice.pk,
        amount=total,
        currency=invoice.currency,
        settled=sources_of(settled_among([invoice.pk]) - before),
    )
    record(
        "fees.credit_note.issue",
        target=Target.of(invoice),
        changes={"credit_note": [None, note.code], "amount": [None, total]},
        reason=reason,
        facts=[fact],
        actor=actor,
    )
    return note


def left_to_credit(invoice: Invoice) -> dict[UUID, int]:
    """By line, what is neither credited nor used as a deposit yet."""
    return {pk: row.left for pk, row in _with_left(invoice).items()}


def _with_left(invoice: Invoice) -> dict[UUID, Any]:
    taken = sum_of(CreditNoteLine.objects.all(), "line") + sum_of(DepositUse.objects.all(), "line")
    rows = InvoiceLine.objects.filter(invoice=invoice).select_related("item").order_by("position")
    return {row.pk: row for row in rows.annotate(left=F("amount") - taken)}


def _wanted(invoice: Invoice, amounts: Mapping[UUID, Money] | None) -> list[tuple[InvoiceLine, int]]:
    """The lines to take back, and how much of each: no more than is left of it."""
    lines = _with_left(invoice)
    if amounts is None:
        whole: list[tuple[InvoiceLine, int]] = [(row, row.left) for row in lines.values() if row.left > 0]
        if not whole:
            raise NothingDueError(_("Everything on %(number)s was credited already.") % {"number": invoice.code})
        return whole
    if not amounts:
        raise invalid_field("/lines", "required", _("Name at least one line."))
    if amounts.keys() - lines.keys():
        raise invalid_field("/lines", "unknown", _("This line is not on the invoice."))
    for pk, money in amounts.items():
        if money.currency != invoice.currency:
            raise CurrencyMismatchError(
                _("The account is in %(account)s, the line in %(line)s.")
                % {"account": invoice.currency, "line": money.currency}
            )
        left = lines[pk].left
        if not 0 < money.amount <= left:
            raise AmountRangeError(
                _("At most %(left)s of “%(line)s” can be credited.")
                % {"left": Money(left, invoice.currency), "line": lines[pk].text},
                lowest=1,
                highest=left,
            )
    return [(lines[pk], money.amount) for pk, money in amounts.items()]
