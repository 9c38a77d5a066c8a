"""Billing accounts over REST: who is billed, how they stand and why, and their deposits."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Status

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.fees.queries import get_account, list_accounts, list_deposits, read_statement
from lyceum.domains.fees.rest.router import router
from lyceum.domains.fees.rest.shapes import (
    BillingAccountOut,
    DepositOut,
    MoneyIn,
    PaymentMethod,
    StatementOut,
    account_shape,
    deposit_shape,
)
from lyceum.domains.fees.rules.accounts import Payer, open_account
from lyceum.domains.fees.rules.deposits import deposit_lines, deposit_of, return_deposit, turn_deposit


class AccountWalk(Walk):
    """Which accounts: by a name or number, or those alone that owe something."""

    q: str = Field("", max_length=100)
    owing: bool = False


@router.get("billing-accounts/", response=ListOf[BillingAccountOut], operation_id="listBillingAccounts")
def accounts(request: HttpRequest, walk: Query[AccountWalk]) -> dict[str, Any]:
    """Billing accounts by name: all for the office, one's own for whoever is billed."""
    page = page_of(
        list_accounts(actor_of(request), text=walk.q, owing=walk.owing),
        order=("name", "pk"),
        limit=walk.limit,
        cursor=walk.cursor,
        count=walk.count,
    )
    return listed(page, [account_shape(row) for row in page.rows])


class BillingAccountIn(Strict):
    """Who is billed: a guardian (a person’s id), a family, or a student of age. Without a currency, the usual one."""

    holder: Literal["guardian", "family", "student"]
    holder_id: UUID
    currency: str = Field("", max_length=3)


@router.post("billing-accounts/", response={201: BillingAccountOut}, operation_id="openBillingAccount")
def open_one(request: HttpRequest, body: BillingAccountIn) -> Status[dict[str, Any]]:
    """Open an account; one in each currency."""
    actor = actor_of(request)
    opened = open_account(Payer(**{body.holder: body.holder_id}), currency=body.currency, actor=actor)
    return Status(201, account_shape(get_account(opened.pk, actor=actor)))


@router.get("billing-accounts/{uuid:billing_account_id}/", response=BillingAccountOut, operation_id="getBillingAccount")
def one(request: HttpRequest, billing_account_id: UUID) -> dict[str, Any]:
    """One account and how it stands."""
    return account_shape(get_account(billing_account_id, actor=actor_of(request)))


class Span(Strict):
    """From when until when; left out, from the beginning until now."""

    first: date | None = Field(None, alias="from")
    last: date | None = Field(None, alias="to")


@router.get(
    "billing-accounts/{uuid:billing_account_id}/statements/", response=StatementOut, operation_id="getStatement"
)
def statement(request: HttpRequest, billing_account_id: UUID, span: Query[Span]) -> dict[str, Any]:
    """How the account came to stand as it does: each entry, and the balance after it."""
    found = read_statement(billing_account_id, first=span.first, last=span.last, actor=actor_of(request))
    return {
        "account": found.account.pk,
        "number": found.account.number,
        "opening": vars(found.opening),
        "closing": vars(found.closing),
        "lines": [
            {
                "entry": line.entry,
                "date": line.on,
                "text": line.text,
                "source": line.source_kind,
                "source_id": line.source_id,
                "purpose": line.purpose,
                "amount": vars(line.amount),
                "balance": vars(line.balance),
            }
            for line in found.lines
        ],
    }


@router.get(
    "billing-accounts/{uuid:billing_account_id}/deposits/", response=list[DepositOut], operation_id="listDeposits"
)
def deposits(request: HttpRequest, billing_account_id: UUID) -> list[dict[str, Any]]:
    """The deposits of an account, and what is held of each."""
    actor = actor_of(request)
    account = get_account(billing_account_id, actor=actor)
    return [deposit_shape(each) for each in list_deposits(actor, account.pk)]


class DepositReturnIn(Strict):
    """By which way it is paid back; without an amount, all that is held."""

    method: PaymentMethod
    amount: MoneyIn | None = None


@router.post("deposits/{uuid:deposit_id}/returns/", response=DepositOut, operation_id="returnDeposit")
def pay_back(request: HttpRequest, deposit_id: UUID, body: DepositReturnIn) -> dict[str, Any]:
    """Pay a deposit back, or a part of it."""
    amount = body.amount.money() if body.amount else None
    return_deposit(deposit_id, method=body.method, amount=amount, actor=actor_of(request))
    return deposit_shape(deposit_of(deposit_lines().get(pk=deposit_id)))


class DepositTurnIn(Strict):
    """Without an amount, all that is held."""

    amount: MoneyIn | None = None


@router.post("deposits/{uuid:deposit_id}/uses/", response=DepositOut, operation_id="useDeposit")
def use(request: HttpRequest, deposit_id: UUID, body: DepositTurnIn) -> dict[str, Any]:
    """Turn a deposit, or a part of it, into payment of what is owed on its account."""
    turn_deposit(deposit_id, amount=body.amount.money() if body.amount else None, actor=actor_of(request))
    return deposit_shape(deposit_of(deposit_lines().get(pk=deposit_id)))
