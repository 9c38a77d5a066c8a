"""Looking whether the books are right: what should be impossible, and is looked for all the same."""

from collections.abc import Iterator

from django.db.models import Count, F, Max, Min, Model, Sum

from lyceum.core.actor import Actor
from lyceum.core.money import Money
from lyceum.core.permissions import Permission
from lyceum.domains.fees.models import (
    Allocation,
    BillingAccount,
    CreditNote,
    CreditNoteLine,
    DocumentCounter,
    Invoice,
    InvoiceInstalment,
    InvoiceLine,
    LedgerLine,
    Payment,
    Receipt,
)
from lyceum.domains.fees.rules.allocating import sum_of
from lyceum.domains.fees.rules.numbering import CREDIT_NOTES, INVOICES, RECEIPTS
from lyceum.domains.fees.rules.posting import RECEIVABLE

_SERIES: dict[str, type[Model]] = {INVOICES: Invoice, CREDIT_NOTES: CreditNote, RECEIPTS: Receipt}


def verify_books(*, actor: Actor) -> list[str]:
    """Everything that is wrong with a school's books, in words; nothing where they are right."""
    actor.require_all(Permission.FEES_VIEW)
    return [*_unbalanced(), *_gaps(), *_overpaid(), *_documents(), *_families()]


def _unbalanced() -> Iterator[str]:
    """Entries whose lines do not come to nothing."""
    sums = LedgerLine.objects.values("entry", "currency").annotate(sum=Sum("amount")).exclude(sum=0)
    for entry, currency, total in sums.values_list("entry", "currency", "sum").order_by("entry"):
        lines = LedgerLine.objects.filter(entry=entry).order_by("pk").values_list("pk", flat=True)
        listed = ", ".join(map(str, lines))
        yield f"Entry {entry} comes to {total} {currency}, not to nothing; its lines: {listed}."


def _gaps() -> Iterator[str]:
    """Series of numbers that do not go from one to what their counter says."""
    counters = {(row.series, row.fiscal_year): row.last for row in DocumentCounter.objects.all()}
    for series, model in _SERIES.items():
        rows = model._default_manager.filter(number__isnull=False).values("fiscal_year")
        found = rows.annotate(count=Count("number"), least=Min("number"), most=Max("number")).order_by("fiscal_year")
        years = {row["fiscal_year"]: row for row in found}
        for year in sorted({year for name, year in counters if name == series} | years.keys()):
            row, last = years.get(year, {"count": 0, "least": 1, "most": 0}), counters.get((series, year), 0)
            if not (row["count"] == row["most"] == last and row["least"] == 1):
                yield f"{series} {year}: {row['count']} numbers up to {row['most']}, the counter says {last}."


def _overpaid() -> Iterator[str]:
    """Instalments and payments of which more is allocated than there is, or less than nothing."""
    for model, column in ((InvoiceInstalment, "instalment"), (Payment, "payment")):
        rows = model.objects.annotate(allocated=sum_of(Allocation.objects.all(), column))
        wrong = rows.exclude(allocated__gte=0, allocated__lte=F("amount"))
        for row in wrong.order_by("pk"):
            yield f"{column.capitalize()} {row.pk}: {row.allocated} of {row.amount} is allocated."


def _documents() -> Iterator[str]:
    """Documents whose entry does not say what they say."""
    receivable = LedgerLine.objects.filter(account__role=RECEIVABLE, entry__purpose="issue")
    posted = dict(
        receivable.filter(entry__source_kind="invoice").values_list("entry__source_id").annotate(Sum("amount"))
    )
    issued = InvoiceLine.objects.filter(invoice__lifecycle="issued")
    for pk, code, total in (
        issued.values_list("invoice", "invoice__code").annotate(sum=Sum("amount")).order_by("invoice")
    ):
        if posted.pop(pk, 0) != total:
            yield f"Invoice {code} comes to {total}, its entry says something else."
    credited = LedgerLine.objects.filter(entry__source_kind="credit_note", entry__purpose="issue", amount__gt=0)
    taken = dict(credited.values_list("entry__source_id").annotate(Sum("amount")))
    for pk, code, total in CreditNoteLine.objects.values_list("credit_note", "credit_note__code").annotate(
        sum=Sum("amount")
    ):
        if taken.get(pk, 0) != total:
            yield f"Credit note {code} comes to {total}, its entry says something else."
    came = LedgerLine.objects.filter(entry__source_kind="payment", entry__purpose="receipt", amount__gt=0)
    received = dict(came.values_list("entry__source_id").annotate(Sum("amount")))
    for payment in Payment.objects.order_by("pk"):
        if received.get(payment.pk, 0) != payment.amount:
            yield f"Payment {payment.pk} is {Money(payment.amount, payment.currency)}, its entry says something else."


def _families() -> Iterator[str]:
    """Accounts whose ledger says that something else is owed than their invoices do."""
    owed = sum_of(LedgerLine.objects.filter(account__role=RECEIVABLE), "billing_account")
    billed = sum_of(InvoiceInstalment.objects.filter(invoice__lifecycle="issued"), "invoice__account")
    settled = sum_of(Allocation.objects.all(), "instalment__invoice__account")
    rows = BillingAccount.objects.annotate(owed=owed, still_open=billed - settled)
    for account in rows.exclude(owed=F("still_open")).order_by("number"):
        yield f"Account {account.number}: the ledger says {account.owed}, the invoices {account.still_open}."
