"""What money goes to: the instalment that was due first, before those that were due later."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext, gettext_noop

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.domains.fees.facts import Source
from lyceum.domains.fees.models import (
    Allocation,
    BillingAccount,
    CreditNote,
    CreditNoteLine,
    DepositUse,
    Invoice,
    InvoiceInstalment,
    InvoiceLine,
    Payment,
)
from lyceum.domains.fees.rules.posting import CREDIT, RECEIVABLE, Posting, Side, post

CREDIT_USED, ALLOCATION_UNDONE = gettext_noop("Credit used"), gettext_noop("Allocation undone")
Money = Payment | CreditNote | DepositUse
"""What can be allocated."""
_COLUMNS = {Payment: "payment", CreditNote: "credit_note", DepositUse: "deposit_use"}


@dataclass(frozen=True)
class Part:
    """So much for one instalment."""

    instalment: InvoiceInstalment
    amount: int


def sum_of(rows: QuerySet[Any], to: str, outer: str = "pk") -> Coalesce:
    """The sum of the amounts of rows that refer by `to` to the outer row, or to what that refers to by `outer`."""
    sums = rows.filter(**{to: OuterRef(outer)}).order_by().values(to).annotate(sum=Sum("amount")).values("sum")
    return Coalesce(Subquery(sums), 0, output_field=BigIntegerField())


def with_open(rows: QuerySet[InvoiceInstalment]) -> QuerySet[Any]:
    """Instalments with what is not paid of each, as `open`."""
    return rows.annotate(open=F("amount") - sum_of(Allocation.objects.all(), "instalment"))


def open_instalments(account: BillingAccount, first: Sequence[UUID] = ()) -> list[Any]:
    """What is owed on an account: those named first, then by the day on which they were due."""
    rows = InvoiceInstalment.objects.filter(invoice__account=account, invoice__lifecycle=Invoice.Lifecycle.ISSUED)
    found = list(with_open(rows).filter(open__gt=0).order_by("due_on", "invoice__number", "pk"))
    order = {pk: n for n, pk in enumerate(first)}
    return sorted(found, key=lambda each: order.get(each.pk, len(order)))


def spread(amount: int, instalments: Iterable[InvoiceInstalment]) -> list[Part]:
    """An amount over instalments in their order, as far as it goes."""
    parts = []
    for each in instalments:
        part = min(amount, each.open)  # type: ignore[attr-defined]  # of `with_open`
        if part > 0:
            parts.append(Part(each, part))
            amount -= part
    return parts


def allocate(money: Money, parts: Sequence[Part], *, actor: Actor) -> list[Allocation]:
    """Write down what goes where."""
    rows = [
        Allocation(
            **{_COLUMNS[type(money)]: money},
            instalment=part.instalment,
            amount=part.amount,
            recorded_at=clock.now(),
            by_name=actor.name[:200],
        )
        for part in parts
    ]
    return Allocation.objects.bulk_create(rows)


def free_money(account: BillingAccount) -> list[tuple[Money, int]]:
    """What lies on an account as credit, the oldest first: the money and how much of it is left."""
    payments = Payment.objects.filter(account=account, reversals__isnull=True)
    notes = CreditNote.objects.filter(invoice__account=account)
    uses = DepositUse.objects.filter(line__invoice__account=account, kind=DepositUse.Kind.TURNED)
    of = Allocation.objects.all()
    found: list[tuple[Money, int]] = [
        *((row, row.left) for row in payments.annotate(left=F("amount") - sum_of(of, "payment")).filter(left__gt=0)),
        *((row, row.left) for row in uses.annotate(left=F("amount") - sum_of(of, "deposit_use")).filter(left__gt=0)),
        *(
            (row, row.left)
            for row in notes.annotate(
                left=sum_of(CreditNoteLine.objects.all(), "credit_note") - sum_of(of, "credit_note")
            ).filter(left__gt=0)
        ),
    ]
    return sorted(found, key=lambda each: (each[0].recorded_at, each[0].pk))


def use_credit(account: BillingAccount, instalments: Sequence[InvoiceInstalment], *, actor: Actor) -> int:
    """Pay instalments out of what lies on the account. Returns how much. The account is locked."""
    left = list(instalments)
    total = 0
    for money, amount in free_money(account):
        parts = spread(amount, left)
        if not parts:
            break
        rows = allocate(money, parts, actor=actor)
        post_moved(rows[0], account, sum(part.amount for part in parts), actor=actor)
        for part in parts:
            part.instalment.open -= part.amount  # type: ignore[attr-defined]  # of `with_open`
        total += sum(part.amount for part in parts)
    return total


def post_moved(row: Allocation, account: BillingAccount, amount: int, *, actor: Actor) -> None:
    """Credit on the account becomes payment of what is owed; or, below nothing, the other way round."""
    sides = [Side(CREDIT, amount, account.pk), Side(RECEIVABLE, -amount, account.pk)]
    text = gettext(CREDIT_USED if amount > 0 else ALLOCATION_UNDONE)
    posting = Posting(("allocation", row.pk), "allocation", text, row.recorded_at.date(), account.currency, sides)
    post(posting, actor=actor)


def settled_among(invoices: Iterable[UUID]) -> set[UUID]:
    """Those of the invoices that are settled: nothing of them is open."""
    ids = set(invoices)
    rows = with_open(InvoiceInstalment.objects.filter(invoice__in=ids))
    still_open = set(rows.filter(open__gt=0).values_list("invoice", flat=True))
    return ids - still_open


def sources_of(invoices: Iterable[UUID]) -> list[Source]:
    """What asked for lines of these invoices."""
    rows = InvoiceLine.objects.filter(~Q(source_kind=""), invoice__in=set(invoices)).order_by("invoice", "position")
    pairs = dict.fromkeys(rows.values_list("source_kind", "source_id"))
    return [Source(kind=kind, id=source_id) for kind, source_id in pairs if source_id]
