"""Who owes what: the list by age, an account with its statement, and the entry behind each figure."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.forms import submitted, typed_amount, typed_id
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.money import Money, decimal_of
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.fees.models import BillingAccount, Payment
from lyceum.domains.fees.queries import (
    children_on,
    get_account,
    get_entry,
    list_accounts,
    list_deposits,
    list_invoices,
    read_statement,
    statuses_of,
)
from lyceum.domains.fees.rules.deposits import return_deposit, turn_deposit
from lyceum.domains.fees.words import AGE_WORDS, PURPOSES, STATUSES
from lyceum.domains.journal.rules import note_export


def money_column(name: str, label: Any) -> Column[BillingAccount]:
    """A column of an amount in the account's currency: as people write it, and as a number in a file."""

    def money(row: BillingAccount) -> Money:
        return Money(vars(row)[name], row.currency)

    def shown(row: BillingAccount) -> SafeString:
        return format_html('<span class="num">{}</span>', money(row)) if money(row).amount else SafeString("")

    return Column(name, label, lambda row: decimal_of(money(row)), html=shown, is_number=True, sort=(name,))


ACCOUNTS: Table[BillingAccount] = Table(
    name="billing-accounts",
    label=_("Fees"),
    columns=(
        Column("name", _("Who is billed"), lambda row: row.name, sort=("name",)),
        money_column("balance", _("Balance")),
        *(money_column(name, words) for name, words in AGE_WORDS.items()),
        Column("children", _("Children"), lambda row: vars(row).get("children", "")),
        Column("number", _("Number"), lambda row: row.number, sort=("number",), is_extra=True),
        Column("currency", _("Currency"), lambda row: row.currency, is_extra=True),
    ),
    href=lambda row: f"/fees/accounts/{row.pk}/",
    order=("name", "pk"),
)


def _with_children(rows: list[BillingAccount]) -> list[BillingAccount]:
    children = children_on(rows)
    for row in rows:
        vars(row)["children"] = ", ".join(each.person.called for each in children.get(row.pk, ()))
    return rows


@require_http_methods(["GET", "POST"])
def accounts_page(request: HttpRequest) -> HttpResponse:
    """All accounts with what is owed, by age."""
    actor = actor_of(request)
    actor.require_all(Permission.FEES_VIEW)
    owing = request.GET.get("show", "") == "owing"
    return answer_list(
        request,
        ACCOUNTS,
        list_accounts(actor, text=request.GET.get("q", "").replace("\x00", ""), owing=owing),
        made=_with_children,
        template="fees/accounts.html",
        filters=(
            Filter("q", _("Name, number or child")),
            Filter("show", _("Which"), [("owing", _("who owe something"))], every=_("all")),
        ),
        note_export=partial(note_export, ACCOUNTS.name, request.GET.urlencode(), actor=actor),
        context={
            "may_manage": actor.reaches_all(Permission.FEES_MANAGE),
            "may_set_up": actor.reaches_all(Permission.FEES_SETUP),
        },
    )


@require_http_methods(["GET", "POST"])
def account_page(request: HttpRequest, billing_account_id: UUID) -> HttpResponse:
    """How one account stands and why; for the office what can be done with its deposits."""
    actor = actor_of(request)
    account = get_account(billing_account_id, actor=actor)

    def act() -> str | Done:
        return _act(request, account, actor)

    def context() -> dict[str, Any]:
        return account_context(account.pk, actor)

    return submitted(request, "fees/account.html", context, act)


def account_context(account_id: UUID, actor: Actor) -> dict[str, Any]:
    """What is shown of an account."""
    statement = read_statement(account_id, actor=actor)
    account = statement.account
    found = vars(account)
    invoices = list_invoices(actor, account=account.pk).order_by("-created_at", "-pk")
    return {
        "account": account,
        "is_office": actor.reaches_all(Permission.FEES_VIEW),
        "may_manage": actor.reaches_all(Permission.FEES_MANAGE),
        "may_return": actor.reaches_all(Permission.FEES_APPROVE),
        "balance": Money(abs(found["balance"]), account.currency),
        "is_owed": found["balance"] > 0,
        "has_credit": found["balance"] < 0,
        "overdue": Money(found["overdue"], account.currency) if found["overdue"] else None,
        "lines": [(line, PURPOSES.get((line.source_kind, line.purpose), "")) for line in reversed(statement.lines)],
        "invoices": [invoice_row(each) for each in invoices[:100]],
        "deposits": list_deposits(actor, account.pk),
        "methods": Payment.Method.choices,
    }


def invoice_row(invoice: Any) -> dict[str, Any]:
    """An invoice in a list."""
    return {
        "invoice": invoice,
        "total": Money(invoice.total, invoice.currency),
        "tags": [STATUSES[each] for each in statuses_of(invoice)],
    }


def _act(request: HttpRequest, account: BillingAccount, actor: Actor) -> Done:
    line = typed_id(request, "row") or UUID(int=0)
    if not any(each.line.pk == line for each in list_deposits(actor, account.pk)):
        raise NotFoundError
    amount = typed_amount(request, "amount", account.currency) if request.POST.get("amount", "").strip() else None
    page = f"/fees/accounts/{account.pk}/"
    if request.POST.get("act") == "return":
        return_deposit(line, method=request.POST.get("method", ""), amount=amount, actor=actor)
        return Done(page, Toast(gettext("The deposit is paid back.")))
    turn_deposit(line, amount=amount, actor=actor)
    return Done(page, Toast(gettext("The deposit is payment now.")))


@require_GET
def entry_page(request: HttpRequest, ledger_entry_id: UUID) -> HttpResponse:
    """Why a figure is what it is: the entry behind it, with all its lines."""
    entry = get_entry(ledger_entry_id, actor=actor_of(request))
    lines = [
        (line, gettext(line.account.name), Money(abs(line.amount), line.currency), line.amount > 0)
        for line in entry.lines.all()
    ]
    words = PURPOSES.get((entry.source_kind, entry.purpose), "")
    href = {"invoice": f"/fees/invoices/{entry.source_id}/", "payment": f"/fees/payments/{entry.source_id}/"}
    context = {"entry": entry, "lines": lines, "words": words, "document": href.get(entry.source_kind, "")}
    return render(request, "fees/entry.html", context)
