"""Reading the books: accounts with what is owed, statements, invoices, payments, the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.money import Money
from lyceum.core.permissions import Permission
from lyceum.core.text import searchable, tidy
from lyceum.domains.fees.models import (
    Allocation,
    BillingAccount,
    CreditNote,
    CreditNoteLine,
    FeeItem,
    Invoice,
    InvoiceInstalment,
    InvoiceLine,
    LedgerAccount,
    LedgerEntry,
    LedgerLine,
    Payment,
    Receipt,
)
from lyceum.domains.fees.policies import visible_accounts, visible_invoices
from lyceum.domains.fees.rules.accounts import Payer
from lyceum.domains.fees.rules.allocating import sum_of, with_open
from lyceum.domains.fees.rules.deposits import Deposit, deposit_lines, deposit_of
from lyceum.domains.fees.rules.posting import CREDIT, RECEIVABLE
from lyceum.domains.people.models import GuardianLink, Student
from lyceum.domains.people.policies import holds_on
from lyceum.domains.tenancy.queries import today

OURS = (RECEIVABLE, CREDIT)
"""The accounts that say how a family stands."""
AGES: tuple[tuple[str, int | None, int | None], ...] = (
    ("not_due", None, 0), ("to_30", 1, 30), ("to_60", 31, 60), ("to_90", 61, 90), ("over_90", 91, None),
)  # fmt: skip
"""How long something has been due, in days: name, from, to."""


def list_items(actor: Actor) -> QuerySet[FeeItem]:
    """What the school bills."""
    actor.require_all(Permission.FEES_VIEW)
    return FeeItem.objects.order_by("-active", "name", "pk")


def _owed(day: date, at_least: int | None, at_most: int | None) -> Coalesce:
    """What is open on an account of what has been due for so many days."""
    rows = with_open(InvoiceInstalment.objects.filter(invoice__lifecycle="issued"))
    if at_least is not None:
        rows = rows.filter(due_on__lte=day - timedelta(days=at_least))
    if at_most is not None:
        rows = rows.filter(due_on__gte=day - timedelta(days=at_most))
    sums = rows.filter(invoice__account=OuterRef("pk")).order_by().values("invoice__account")
    return Coalesce(Subquery(sums.annotate(sum=Sum("open")).values("sum")), 0, output_field=BigIntegerField())


def with_balances(rows: QuerySet[BillingAccount]) -> QuerySet[Any]:
    """Accounts with how they stand: `balance` by the ledger, and what is owed by age."""
    day = today()
    balance = sum_of(LedgerLine.objects.filter(account__role__in=OURS), "billing_account")
    return rows.annotate(
        balance=balance, **{name: _owed(day, at_least, at_most) for name, at_least, at_most in AGES}
    ).annotate(overdue=F("to_30") + F("to_60") + F("to_90") + F("over_90"))


def list_accounts(actor: Actor, *, text: str = "", owing: bool = False) -> QuerySet[BillingAccount]:
    """The accounts that the actor may read, with what is owed on each: one statement for all."""
    actor.require(Permission.FEES_VIEW)
    rows = BillingAccount.objects.filter(visible_accounts(actor))
    wanted = tidy(text)[:100]
    if wanted:
        named = Q(name__icontains=wanted) | Q(number__startswith=wanted)
        named |= Q(pk__in=InvoiceLine.objects.filter(_of_student(wanted)).values("invoice__account"))
        rows = rows.filter(named)
    found = with_balances(rows)
    return found.filter(balance__gt=0) if owing else found


def _of_student(text: str) -> Q:
    return Q(student__person__search_name__contains=searchable(text)) | Q(student__registration_number=text)


def get_account(account_id: UUID, *, actor: Actor) -> BillingAccount:
    """The account, where the actor may read it. Unknown and hidden are the same."""
    actor.require(Permission.FEES_VIEW)
    rows = BillingAccount.objects.filter(visible_accounts(actor), pk=account_id)
    found: BillingAccount | None = with_balances(rows).first()
    if found is None:
        raise NotFoundError
    return found


@dataclass(frozen=True)
class StatementLine:
    """An entry that changed how an account stands, and how it stood then."""

    entry: UUID
    on: date
    text: str
    source_kind: str
    source_id: UUID
    purpose: str
    amount: Money
    balance: Money


@dataclass(frozen=True)
class Statement:
    """How an account came to stand as it does. Above nothing is owed by the family, below it is owed to it."""

    account: BillingAccount
    first: date | None
    last: date | None
    opening: Money
    lines: Sequence[StatementLine]

    @property
    def closing(self) -> Money:
        """The balance at its end."""
        return self.lines[-1].balance if self.lines else self.opening


def read_statement(account_id: UUID, *, first: date | None = None, last: date | None = None, actor: Actor) -> Statement:
    """A statement, whatever its length in two statements of SQL; with a first day, its opening balance is in it."""
    account = get_account(account_id, actor=actor)
    rows = LedgerLine.objects.filter(billing_account=account, account__role__in=OURS)
    if last is not None:
        rows = rows.filter(entry__effective_on__lte=last)
    names = ("entry", "entry__effective_on", "entry__recorded_at", "entry__text", "entry__source_kind",
             "entry__source_id", "entry__purpose")  # fmt: skip
    entries = (
        rows.values_list(*names)
        .annotate(sum=Sum("amount"))
        .order_by("entry__effective_on", "entry__recorded_at", "entry")
    )
    opening, balance = 0, 0
    lines = []
    for entry, on, _at, text, kind, source_id, purpose, amount in entries:
        balance += amount
        if first is not None and on < first:
            opening = balance
        elif amount:
            lines.append(
                StatementLine(
                    entry, on, text, kind, source_id, purpose,
                    Money(amount, account.currency), Money(balance, account.currency),
                )
            )  # fmt: skip
    return Statement(account, first, last, Money(opening, account.currency), lines)


def with_totals(rows: QuerySet[Invoice]) -> QuerySet[Any]:
    """Invoices with what they come to and what became of it: `total`, `paid`, `credited`, `due_on` (the first)."""
    parts = Allocation.objects.all()
    due = InvoiceInstalment.objects.filter(invoice=OuterRef("pk")).order_by("due_on").values("due_on")[:1]
    next_due = with_open(InvoiceInstalment.objects.filter(invoice=OuterRef("pk"))).filter(open__gt=0)
    return rows.annotate(
        total=sum_of(InvoiceLine.objects.all(), "invoice"),
        settled=sum_of(parts, "instalment__invoice"),
        paid=sum_of(parts.filter(credit_note__isnull=True), "instalment__invoice"),
        credited=sum_of(CreditNoteLine.objects.all(), "line__invoice"),
        due_on=Subquery(due),
        next_due_on=Subquery(next_due.order_by("due_on").values("due_on")[:1]),
    )


def statuses_of(invoice: Any) -> list[str]:
    """What is true of an invoice of `with_totals`; several may hold at once."""
    if invoice.lifecycle == "draft":
        return ["draft"]
    if invoice.credited == invoice.total and invoice.total:
        return ["cancelled"]
    left = invoice.total - invoice.settled
    found = ["paid" if left == 0 else "part_paid" if invoice.paid else "unpaid"]
    if left and invoice.next_due_on and invoice.next_due_on < today():
        found.append("overdue")
    if invoice.credited:
        found.append("credited")
    return found


def list_invoices(
    actor: Actor, *, account: UUID | None = None, student: UUID | None = None, state: str = ""
) -> QuerySet[Invoice]:
    """The invoices that the actor may read, the newest first by their usual order."""
    actor.require(Permission.FEES_VIEW)
    rows = Invoice.objects.filter(visible_invoices(actor))
    if account:
        rows = rows.filter(account=account)
    if student:
        rows = rows.filter(pk__in=InvoiceLine.objects.filter(student=student).values("invoice"))
    if state in Invoice.Lifecycle.values:
        rows = rows.filter(lifecycle=state)
    found = with_totals(rows).select_related("account")
    return found.filter(lifecycle="issued", settled__lt=F("total")) if state == "open" else found


def with_parts(rows: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Invoices with their lines, instalments and credit notes."""
    lines = InvoiceLine.objects.select_related("student__person", "item").order_by("position")
    lines = lines.annotate(credited=sum_of(CreditNoteLine.objects.all(), "line"))
    notes = CreditNote.objects.annotate(total=sum_of(CreditNoteLine.objects.all(), "credit_note"))
    return rows.select_related("account").prefetch_related(
        Prefetch("lines", lines),
        Prefetch("instalments", with_open(InvoiceInstalment.objects.all()).order_by("due_on", "pk")),
        Prefetch("credit_notes", notes.order_by("number")),
    )


def get_invoice(invoice_id: UUID, *, actor: Actor) -> Invoice:
    """The invoice with its parts, where the actor may read it. Unknown and hidden are the same."""
    found = with_parts(list_invoices(actor).filter(pk=invoice_id)).first()
    if found is None:
        raise NotFoundError
    return found


def list_payments(actor: Actor, *, account: UUID | None = None) -> QuerySet[Payment]:
    """The payments that the actor may read, with their receipt, reversal and what is `left` of each."""
    actor.require(Permission.FEES_VIEW)
    rows = Payment.objects.filter(visible_accounts(actor, "account__"))
    if account:
        rows = rows.filter(account=account)
    rows = rows.annotate(allocated=sum_of(Allocation.objects.all(), "payment"))
    return rows.select_related("account").prefetch_related("receipts", "reversals")


def get_payment(payment_id: UUID, *, actor: Actor) -> Payment:
    """The payment, where the actor may read it."""
    found = list_payments(actor).filter(pk=payment_id).first()
    if found is None:
        raise NotFoundError
    return found


def list_allocations(payment: Payment) -> QuerySet[Allocation]:
    """What a payment went to, and what was taken back."""
    rows = Allocation.objects.filter(payment=payment).select_related("instalment__invoice")
    return rows.order_by("recorded_at", "pk")


def get_receipt(receipt_id: UUID, *, actor: Actor) -> Receipt:
    """A receipt, where the actor may read its payment."""
    actor.require(Permission.FEES_VIEW)
    rows = Receipt.objects.filter(visible_accounts(actor, "payment__account__"), pk=receipt_id)
    found = rows.select_related("payment__account").prefetch_related("payment__reversals").first()
    if found is None:
        raise NotFoundError
    return found


def list_deposits(actor: Actor, account_id: UUID) -> list[Deposit]:
    """The deposits of an account that the actor may read."""
    actor.require(Permission.FEES_VIEW)
    rows = deposit_lines().filter(visible_accounts(actor, "invoice__account__"), invoice__account=account_id)
    return [deposit_of(row) for row in rows.order_by("invoice__number", "position")]


def list_lines_of(actor: Actor, student_id: UUID) -> QuerySet[InvoiceLine]:
    """What was billed for a student on accounts that the actor may read."""
    actor.require(Permission.FEES_VIEW)
    rows = InvoiceLine.objects.filter(
        visible_accounts(actor, "invoice__account__"), student=student_id, invoice__lifecycle="issued"
    )
    return rows.select_related("invoice", "item").order_by("-invoice__issued_on", "invoice__number", "position")


def list_ledger_accounts(actor: Actor) -> QuerySet[LedgerAccount]:
    """The chart of accounts."""
    actor.require_all(Permission.FEES_VIEW)
    return LedgerAccount.objects.order_by("code", "pk")


def list_entries(
    actor: Actor, *, account: UUID | None = None, billing_account: UUID | None = None
) -> QuerySet[LedgerEntry]:
    """The ledger's entries with their lines."""
    actor.require_all(Permission.FEES_VIEW)
    rows = LedgerEntry.objects.all()
    lines = LedgerLine.objects.all()
    if account:
        rows = rows.filter(pk__in=lines.filter(account=account).values("entry"))
    if billing_account:
        rows = rows.filter(pk__in=lines.filter(billing_account=billing_account).values("entry"))
    shown = lines.select_related("account", "billing_account", "student__person", "item").order_by("-amount", "pk")
    return rows.prefetch_related(Prefetch("lines", shown))


def get_entry(entry_id: UUID, *, actor: Actor) -> LedgerEntry:
    """One entry: why a figure is what it is."""
    found = list_entries(actor).filter(pk=entry_id).first()
    if found is None:
        raise NotFoundError
    return found


def read_trial_balance(actor: Actor, *, as_of: date | None = None) -> QuerySet[LedgerAccount]:
    """Each account of the chart with its `balance` at the end of a day. In each currency they come to nothing."""
    actor.require_all(Permission.FEES_VIEW)
    lines = LedgerLine.objects.all()
    if as_of is not None:
        lines = lines.filter(entry__effective_on__lte=as_of)
    return LedgerAccount.objects.annotate(balance=sum_of(lines, "account")).order_by("code", "pk")


@dataclass(frozen=True)
class UsualPayer:
    """Who is billed for a child, and their name."""

    payer: Payer
    name: str


def usual_payers(students: Sequence[UUID], *, currency: str) -> dict[UUID, UsualPayer]:
    """Who is billed for each student unless somebody says otherwise: the student's or the family's own account where
    there is one, else the first guardian who is told about fees, else the first with responsibility.
    """
    found: dict[UUID, UsualPayer] = {}
    held = BillingAccount.objects.filter(currency=currency)
    for student, name in held.filter(student__in=students).values_list("student", "name"):
        found[student] = UsualPayer(Payer(student=student), name)
    families = held.filter(family__students__in=students).values_list("family__students", "family", "name")
    for student, family, name in families:
        found.setdefault(student, UsualPayer(Payer(family=family), name))
    links = GuardianLink.objects.filter(holds_on(today()), student__in=students).select_related("guardian")
    for link in links.order_by("-told_fees", "contact_order", "pk"):
        if link.told_fees or link.parental_responsibility == "yes":
            found.setdefault(link.student_id, UsualPayer(Payer(guardian=link.guardian_id), link.guardian.full_name))
    return found


def children_on(accounts: Sequence[BillingAccount]) -> dict[UUID, list[Student]]:
    """The students for whom something was billed to each account."""
    rows = InvoiceLine.objects.filter(invoice__account__in=accounts, invoice__lifecycle="issued", student__isnull=False)
    pairs = set(rows.values_list("invoice__account", "student"))
    students = Student.objects.select_related("person").in_bulk({student for _account, student in pairs})
    found: dict[UUID, list[Student]] = {}
    for account, student in sorted(pairs, key=lambda pair: students[pair[1]].person.sort_name):
        found.setdefault(account, []).append(students[student])
    return found
