"""The school's ledger over REST, to read."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Schema

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.fees.models import LedgerAccount
from lyceum.domains.fees.queries import list_entries, list_ledger_accounts, read_trial_balance
from lyceum.domains.fees.rest.router import router
from lyceum.domains.fees.rest.shapes import LedgerAccountOut, LedgerEntryOut, MoneyOut, entry_shape, money_shape


def _account(account: LedgerAccount) -> dict[str, Any]:
    return {"id": account.pk, **{n: getattr(account, n) for n in ("code", "name", "kind", "role", "currency")}}


@router.get("ledger/accounts/", response=ListOf[LedgerAccountOut], operation_id="listLedgerAccounts")
def accounts(request: HttpRequest, walk: Query[Walk]) -> dict[str, Any]:
    """The chart of accounts, by code."""
    rows = list_ledger_accounts(actor_of(request))
    page = page_of(rows, order=("code", "pk"), limit=walk.limit, cursor=walk.cursor, count=walk.count)
    return listed(page, [_account(row) for row in page.rows])


class EntryWalk(Walk):
    """Which entries: those that touch an account of the chart, or somebody’s billing account."""

    account: UUID | None = None
    billing_account: UUID | None = None


@router.get("ledger/entries/", response=ListOf[LedgerEntryOut], operation_id="listLedgerEntries")
def entries(request: HttpRequest, walk: Query[EntryWalk]) -> dict[str, Any]:
    """Entries with their lines, the newest first."""
    page = page_of(
        list_entries(actor_of(request), account=walk.account, billing_account=walk.billing_account),
        order=("-recorded_at", "-pk"),
        limit=walk.limit,
        cursor=walk.cursor,
        count=walk.count,
    )
    return listed(page, [entry_shape(row) for row in page.rows])


class TrialBalanceLineOut(Schema):
    """An account and what it comes to: debits are above nothing."""

    account: LedgerAccountOut
    balance: MoneyOut


class TrialBalanceOut(Schema):
    """All accounts; in each currency they come to nothing."""

    as_of: date | None
    lines: list[TrialBalanceLineOut]


class AsOf(Strict):
    """At the end of which day; left out, now."""

    as_of: date | None = None


@router.get("ledger/trial-balances/", response=TrialBalanceOut, operation_id="getTrialBalance")
def trial_balance(request: HttpRequest, asked: Query[AsOf]) -> dict[str, Any]:
    """What each account comes to at the end of a day."""
    rows = read_trial_balance(actor_of(request), as_of=asked.as_of)
    lines = [{"account": _account(r), "balance": money_shape(vars(r)["balance"], r.currency)} for r in rows]
    return {"as_of": asked.as_of, "lines": lines}
