"""Deposits: asked for, held, paid back, turned into payment, and carried over with an applicant who is admitted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.money import Money
from lyceum.core.permissions import Permission
from lyceum.domains.fees.facts import DepositUsed
from lyceum.domains.fees.models import Allocation, CreditNoteLine, DepositUse, Invoice, InvoiceLine, Payment
from lyceum.domains.fees.rules.accounts import Payer, account_of, hand_over_account, lock_account
from lyceum.domains.fees.rules.allocating import (
    allocate,
    open_instalments,
    settled_among,
    sources_of,
    spread,
    sum_of,
)
from lyceum.domains.fees.rules.invoicing import NewInvoice, NewLine, draft_invoice, issue_invoice
from lyceum.domains.fees.rules.items import deposit_item
from lyceum.domains.fees.rules.posting import CREDIT, DEPOSITS, RECEIVABLE, Posting, Side, post
from lyceum.domains.fees.rules.refusals import AmountRangeError, CurrencyMismatchError
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.tenancy.queries import today

Source = tuple[str, UUID]


@dataclass(frozen=True)
class Deposit:
    """A deposit and what became of it."""

    line: InvoiceLine
    paid: Money
    """Of the whole invoice, by money that came in."""
    held: Money
    """What the school holds of it now."""

    @property
    def asked(self) -> Money:
        """What was billed, without what was credited."""
        credited: int = self.line.credited  # type: ignore[attr-defined]  # of `deposit_lines`
        return Money(self.line.amount - credited, self.line.invoice.currency)

    @property
    def is_paid(self) -> bool:
        """Whether all of it came in."""
        return self.paid.amount >= self.asked.amount


def deposit_lines() -> QuerySet[InvoiceLine]:
    """Deposits of issued invoices: what was credited and used of each, and what came in for its whole invoice."""
    rows = InvoiceLine.objects.filter(is_deposit=True, invoice__lifecycle=Invoice.Lifecycle.ISSUED)
    return rows.select_related("invoice__account", "student__person", "item").annotate(
        credited=sum_of(CreditNoteLine.objects.all(), "line"),
        used=sum_of(DepositUse.objects.all(), "line"),
        used_beside=sum_of(DepositUse.objects.all(), "line__invoice", "invoice"),
        came_in=sum_of(Allocation.objects.filter(credit_note__isnull=True), "instalment__invoice", "invoice"),
    )


def deposit_of(line: InvoiceLine) -> Deposit:
    """A line of `deposit_lines` as a deposit. Several on one invoice share what came in for it."""
    currency, found = line.invoice.currency, vars(line)
    there = min(line.amount - found["credited"], found["came_in"] - (found["used_beside"] - found["used"]))
    return Deposit(line, Money(found["came_in"], currency), Money(max(0, there - found["used"]), currency))


def find_deposits(kind: str, ids: Iterable[UUID]) -> dict[UUID, Deposit]:
    """The deposits that were asked for by things of a kind, as by offers; by the id of each."""
    rows = deposit_lines().filter(source_kind=kind, source_id__in=list(ids))
    return {row.source_id: deposit_of(row) for row in rows if row.source_id}


def find_deposit(source: Source) -> Deposit | None:
    """The deposit that was asked for by one of them."""
    return find_deposits(source[0], [source[1]]).get(source[1])


@transaction.atomic
def ask_for_deposit(
    payer: Payer,
    *,
    amount: Money,
    student: UUID,
    source: Source,
    text: str = "",
    due_on: date | None = None,
    actor: Actor,
) -> Invoice:
    """Bill a deposit at once. Asking again for the same thing gives the invoice that is there."""
    actor.require_all(Permission.FEES_MANAGE)
    known = InvoiceLine.objects.filter(source_kind=source[0], source_id=source[1]).select_related("invoice").first()
    if known is not None:
        invoice: Invoice = known.invoice
        return invoice
    account = account_of(payer, currency=amount.currency, actor=actor)
    line = NewLine(deposit_item().pk, amount, student=student, text=text, source=source)
    draft = draft_invoice(NewInvoice(account.pk, [line], [due_on] if due_on else []), actor=actor)
    return issue_invoice(draft.pk, actor=actor)


@transaction.atomic
def carry_deposit_over(source: Source, payer: Payer | None, *, actor: Actor) -> Deposit | None:
    """The applicant is a student: what was their payer's account is the guardian's now, and the deposit stays held."""
    actor.require_all(Permission.FEES_MANAGE)
    deposit = find_deposit(source)
    if deposit is not None and payer is not None and deposit.line.invoice.account.holder == "user":
        hand_over_account(deposit.line.invoice.account_id, payer, actor=actor)
    return deposit


@transaction.atomic
def return_deposit(line_id: UUID, *, method: str, amount: Money | None = None, actor: Actor) -> DepositUse:
    """Pay a deposit back, or a part of it."""
    actor.require_all(Permission.FEES_APPROVE)
    if method not in Payment.Method.values:
        raise invalid_field("/method", "choice", _("Choose one of the list."))
    deposit, given = _held(line_id, amount)
    use = _use(deposit, DepositUse.Kind.RETURNED, given, actor, method=method)
    _post(deposit, use, [Side(method, -given)], actor)
    _tell(deposit, use, [], actor)
    return use


@transaction.atomic
def turn_deposit(line_id: UUID, *, amount: Money | None = None, actor: Actor) -> DepositUse:
    """Turn a deposit, or a part of it, into payment of what is owed; what is more becomes credit on the account."""
    actor.require_all(Permission.FEES_MANAGE)
    deposit, given = _held(line_id, amount)
    account = deposit.line.invoice.account
    use = _use(deposit, DepositUse.Kind.TURNED, given, actor)
    parts = spread(given, open_instalments(account))
    allocate(use, parts, actor=actor)
    allocated = sum(part.amount for part in parts)
    _post(
        deposit,
        use,
        [Side(RECEIVABLE, -allocated, account.pk), Side(CREDIT, allocated - given, account.pk)],
        actor,
    )
    _tell(deposit, use, [part.instalment.invoice_id for part in parts], actor)
    return use


def _held(line_id: UUID, amount: Money | None) -> tuple[Deposit, int]:
    account_id = InvoiceLine.objects.filter(pk=line_id).values_list("invoice__account", flat=True).first()
    if account_id is None:
        raise NotFoundError
    lock_account(account_id)
    line = deposit_lines().filter(pk=line_id).first()
    if line is None:
        raise NotFoundError
    deposit = deposit_of(line)
    given = amount or deposit.held
    if given.currency != deposit.held.currency:
        raise CurrencyMismatchError(
            _("The account is in %(account)s, the payment in %(payment)s.")
            % {"account": deposit.held.currency, "payment": given.currency}
        )
    if not 0 < given.amount <= deposit.held.amount:
        raise AmountRangeError(
            _("%(held)s of this deposit is held.") % {"held": deposit.held}, lowest=1, highest=deposit.held.amount
        )
    return deposit, given.amount


def _use(deposit: Deposit, kind: str, amount: int, actor: Actor, *, method: str = "") -> DepositUse:
    return DepositUse.objects.create(
        line=deposit.line,
        kind=kind,
        amount=amount,
        method=method,
        used_on=today(),
        recorded_at=clock.now(),
        by_name=actor.name[:200],
    )


def _post(deposit: Deposit, use: DepositUse, against: list[Side], actor: Actor) -> None:
    line = deposit.line
    held = Side(DEPOSITS, use.amount, line.invoice.account_id, line.student_id, line.item_id)
    text, currency = f"{line.text}, {line.invoice.code}", line.invoice.currency
    post(Posting(("deposit_use", use.pk), use.kind, text, use.used_on, currency, [held, *against]), actor=actor)


def _tell(deposit: Deposit, use: DepositUse, paid: list[UUID], actor: Actor) -> None:
    fact = DepositUsed(
        line=deposit.line.pk,
        kind=use.kind,
        amount=use.amount,
        currency=deposit.held.currency,
        settled=sources_of(settled_among(paid)),
    )
    changes = {"held": [deposit.held.amount, deposit.held.amount - use.amount]}
    record(
        f"fees.deposit.{use.kind}",
        target=Target.of(deposit.line.invoice),
        changes=changes,
        facts=[fact],
        actor=actor,
    )
