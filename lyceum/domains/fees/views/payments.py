"""Payments: all of them, a new one in seconds, and each of them with its receipt."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.forms import asked_id, submitted, typed_amount, typed_date
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.money import Money, decimal_of, typed_money
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.fees.files import answer_receipt
from lyceum.domains.fees.models import BillingAccount, Payment, PaymentReversal
from lyceum.domains.fees.queries import get_account, get_payment, list_accounts, list_allocations, list_payments
from lyceum.domains.fees.rules.paying import NewPayment, record_payment, reverse_payment
from lyceum.domains.journal.rules import note_export
from lyceum.domains.tenancy.queries import today


def _money(row: Payment) -> Money:
    return Money(row.amount, row.currency)


def _state(row: Payment) -> str:
    if row.reversals.all():
        return gettext("reversed")
    return gettext("not cleared") if row.method == Payment.Method.CHEQUE else gettext("received")


PAYMENTS: Table[Payment] = Table(
    name="payments",
    label=_("Payments"),
    columns=(
        Column("receipt", _("Receipt"), lambda row: next(iter(row.receipts.all())).code),
        Column("account", pgettext_lazy("sender", "From"), lambda row: row.account.name, sort=("account__name",)),
        Column(
            "amount", _("Amount"), lambda row: decimal_of(_money(row)), is_number=True, sort=("amount",),
            html=lambda row: format_html('<span class="num">{}</span>', _money(row)),
        ),
        Column("method", _("By"), lambda row: Payment.Method(row.method).label),
        Column("received", _("Received"), lambda row: row.received_on, sort=("received_on",)),
        Column("reference", _("Reference"), lambda row: row.reference or row.cheque_number),
        Column("state", _("State"), _state),
        Column("by", _("Recorded by"), lambda row: row.by_name, is_extra=True),
        Column("currency", _("Currency"), lambda row: row.currency, is_extra=True),
    ),
    href=lambda row: f"/fees/payments/{row.pk}/",
    order=("-received_on", "-pk"),
)  # fmt: skip


@require_http_methods(["GET", "POST"])
def payments_page(request: HttpRequest) -> HttpResponse:
    """All payments, also those that were reversed."""
    actor = actor_of(request)
    actor.require_all(Permission.FEES_VIEW)
    rows = list_payments(actor, account=asked_id(request, "account"))
    method = request.GET.get("method", "")
    return answer_list(
        request,
        PAYMENTS,
        rows.filter(method=method) if method in Payment.Method.values else rows,
        template="fees/payments.html",
        filters=(Filter("method", _("By"), Payment.Method.choices, every=_("all")),),
        note_export=partial(note_export, PAYMENTS.name, request.GET.urlencode(), actor=actor),
        context={"may_manage": actor.reaches_all(Permission.FEES_MANAGE)},
    )


@require_http_methods(["GET", "POST"])
def new_payment_page(request: HttpRequest) -> HttpResponse:
    """Whose payment it is, and how much; what is owed is there already."""
    actor = actor_of(request)
    actor.require_all(Permission.FEES_MANAGE)
    account_id = asked_id(request, "account")
    account = get_account(account_id, actor=actor) if account_id else _typed_account(request, actor)

    def act() -> str | Done:
        payment = _record(request, account, actor)
        receipt = payment.receipts.get()
        return Done(
            f"/fees/payments/{payment.pk}/", Toast(gettext("Recorded. Receipt %(number)s.") % {"number": receipt.code})
        )

    def context() -> dict[str, Any]:
        text = request.GET.get("q", "").replace("\x00", "").strip()
        found = list_accounts(actor, text=text).order_by("name", "pk")[:20] if text and account is None else []
        owed = max(0, vars(account)["balance"]) if account else 0
        return {
            "account": account,
            "text": text,
            "found": [(each, Money(vars(each)["balance"], each.currency)) for each in found],
            "amount": typed_money(Money(owed, account.currency)) if account and owed else "",
            "owed": Money(owed, account.currency) if account else None,
            "methods": Payment.Method.choices,
            "today": today().isoformat(),
        }

    return submitted(request, "fees/payment_new.html", context, act)


def _typed_account(request: HttpRequest, actor: Actor) -> BillingAccount | None:
    """The account that the form names, where there is one."""
    try:
        account_id = UUID(request.POST.get("account", ""))
    except ValueError:
        return None
    return list_accounts(actor).filter(pk=account_id).first()


def _record(request: HttpRequest, account: BillingAccount | None, actor: Actor) -> Payment:
    form = request.POST
    if account is None:
        raise invalid_field("/q", "required", gettext("Say whose payment it is."))
    new = NewPayment(
        account.pk,
        typed_amount(request, "amount", account.currency),
        form.get("method", ""),
        received_on=typed_date(request, "received_on"),
        reference=form.get("reference", ""),
        cheque_number=form.get("cheque_number", ""),
        record_anyway=form.get("record_anyway") == "1",
    )
    return record_payment(new, actor=actor)


@require_http_methods(["GET", "POST"])
def payment_page(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """One payment: its receipt, what it went to; for the office saying that it is none."""
    actor = actor_of(request)
    get_payment(payment_id, actor=actor)  # who may not read it is told nothing by a form either

    def act() -> str | Done:
        reverse_payment(payment_id, reason=request.POST.get("reason", ""), note=request.POST.get("note", ""),
                        actor=actor)  # fmt: skip
        return Done(f"/fees/payments/{payment_id}/", Toast(gettext("Reversed. What it paid is due again.")))

    def context() -> dict[str, Any]:
        shown = get_payment(payment_id, actor=actor)
        reversal = next(iter(shown.reversals.all()), None)
        left = 0 if reversal else shown.amount - vars(shown)["allocated"]
        reasons = [each for each in PaymentReversal.Reason.choices if each[0] == "error" or shown.method == "cheque"]
        return {
            "payment": shown,
            "amount": _money(shown),
            "state": _state(shown),
            "account": shown.account,
            "receipt": next(iter(shown.receipts.all())),
            "reversal": reversal,
            "reversal_words": PaymentReversal.Reason(reversal.reason).label if reversal else "",
            "left": Money(left, shown.currency) if left else None,
            "parts": [(each, Money(each.amount, shown.currency)) for each in list_allocations(shown)],
            "is_office": actor.reaches_all(Permission.FEES_VIEW),
            "may_reverse": actor.reaches_all(Permission.FEES_MANAGE) and reversal is None,
            "reasons": reasons,
        }

    return submitted(request, "fees/payment.html", context, act)


@require_GET
def receipt_pdf(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """The receipt on paper."""
    return answer_receipt(receipt_id, actor=actor_of(request))
