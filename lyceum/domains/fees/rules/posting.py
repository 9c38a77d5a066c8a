"""Posting: balanced entries on the school's chart of accounts, which is made as it is used."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext_noop

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.ids import new_id
from lyceum.domains.fees.models import FeeItem, LedgerAccount, LedgerEntry, LedgerLine

RECEIVABLE, CREDIT, DEPOSITS = "receivable", "credit_on_account", "deposits"
_K = LedgerAccount.Kind
CHART: dict[str, tuple[str, str, LedgerAccount.Kind]] = {
    "bank": ("1000", gettext_noop("Bank"), _K.ASSET),
    "cash": ("1010", gettext_noop("Cash"), _K.ASSET),
    "cheque": ("1020", gettext_noop("Cheques"), _K.ASSET),
    RECEIVABLE: ("1100", gettext_noop("Owed by families"), _K.ASSET),
    CREDIT: ("2100", gettext_noop("Credit on account"), _K.LIABILITY),
    DEPOSITS: ("2200", gettext_noop("Deposits held"), _K.LIABILITY),
    **{
        f"income_{category}": (f"{4000 + 10 * n}", name, _K.INCOME)
        for n, (category, name) in enumerate((
            ("tuition", gettext_noop("Tuition")), ("registration", gettext_noop("Registration")),
            ("deposit", gettext_noop("Deposits kept")), ("transport", gettext_noop("Transport")),
            ("meals", gettext_noop("Meals")), ("trip", gettext_noop("Trips")), ("exam", gettext_noop("Exams")),
            ("materials", gettext_noop("Materials")), ("other", gettext_noop("Other income")),
        ))
    },
}  # fmt: skip
"""By role: code, name and kind. An account's code ends with its currency."""


@dataclass(frozen=True)
class Side:
    """One side of a posting: debits are positive, credits negative."""

    role: str
    amount: int
    account_id: UUID | None = None
    """The billing account that it is about."""
    student_id: UUID | None = None
    item_id: UUID | None = None


@dataclass(frozen=True)
class Posting:
    """A document and what it means for the books."""

    source: tuple[str, UUID]
    purpose: str
    text: str
    on: date
    currency: str
    sides: Sequence[Side]
    reverses: LedgerEntry | None = None


def income_role(item: FeeItem) -> str:
    """Where a line of an item is credited: a deposit is no income."""
    return DEPOSITS if item.is_deposit else f"income_{item.category}"


def chart_of(currency: str) -> dict[str, LedgerAccount]:
    """The accounts in a currency by role; what is missing is made."""
    found = {row.role: row for row in LedgerAccount.objects.filter(currency=currency)}
    missing = CHART.keys() - found.keys()
    if missing:
        LedgerAccount.objects.bulk_create(
            (
                LedgerAccount(role=role, code=f"{code}-{currency}", name=name, kind=kind, currency=currency)
                for role, (code, name, kind) in CHART.items()
                if role in missing
            ),
            ignore_conflicts=True,  # two who begin at the same moment
        )
        found = {row.role: row for row in LedgerAccount.objects.filter(currency=currency)}
    return found


def post_all(postings: Iterable[Posting], *, actor: Actor) -> list[LedgerEntry]:
    """Write entries with their lines, in a fixed number of statements for each currency."""
    wanted = [each for each in postings if any(side.amount for side in each.sides)]
    charts = {currency: chart_of(currency) for currency in {each.currency for each in wanted}}
    entries = [
        LedgerEntry(
            id=new_id(),
            effective_on=each.on,
            recorded_at=clock.now(),
            source_kind=each.source[0],
            source_id=each.source[1],
            purpose=each.purpose,
            reverses=each.reverses,
            text=each.text[:300],
            by=actor.id,
            by_name=actor.name[:200],
        )
        for each in wanted
    ]
    LedgerEntry.objects.bulk_create(entries)
    LedgerLine.objects.bulk_create(
        LedgerLine(
            entry=entry,
            account=charts[each.currency][side.role],
            billing_account_id=side.account_id,
            student_id=side.student_id,
            item_id=side.item_id,
            amount=side.amount,
            currency=each.currency,
        )
        for each, entry in zip(wanted, entries, strict=True)
        for side in each.sides
        if side.amount
    )
    return entries


def post(posting: Posting, *, actor: Actor) -> LedgerEntry | None:
    """Write one entry; none where nothing moves."""
    return next(iter(post_all([posting], actor=actor)), None)
