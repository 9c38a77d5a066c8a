"""Invoices: all of them, new ones for one or many students, and each of them."""

from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.forms import asked_id, needed_date, submitted, typed_amount, typed_id, typed_ids, typed_number
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.money import Money, decimal_of
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.academics.queries import in_class, list_class_names
from lyceum.domains.fees.files import answer_invoice
from lyceum.domains.fees.models import CreditNote, Invoice
from lyceum.domains.fees.queries import get_invoice, list_invoices, list_items, statuses_of, usual_payers
from lyceum.domains.fees.rules.crediting import credit_invoice
from lyceum.domains.fees.rules.invoicing import MOST_AT_ONCE, Billed, bill_students, discard_invoice, issue_invoice
from lyceum.domains.fees.rules.refusals import NoPayerError
from lyceum.domains.fees.settings import school_settings, usual_currency
from lyceum.domains.fees.views.accounts import invoice_row
from lyceum.domains.fees.words import STATUSES
from lyceum.domains.journal.rules import note_export
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import visible_students
from lyceum.domains.people.queries import matching
from lyceum.domains.tenancy.queries import today


def _money(row: Invoice, name: str) -> Money:
    return Money(vars(row)[name], row.currency)


def _tags(row: Invoice) -> SafeString:
    tags = [STATUSES[each] for each in statuses_of(row)]
    return format_html_join(" ", '<span class="tag tag-{}">{}</span>', ((tone, words) for words, tone in tags))


def _statuses(row: Invoice) -> str:
    return ", ".join(str(STATUSES[each][0]) for each in statuses_of(row))


INVOICES: Table[Invoice] = Table(
    name="invoices",
    label=_("Invoices"),
    columns=(
        Column("number", _("Number"), lambda row: row.code or gettext("Draft")),
        Column("account", _("Billed to"), lambda row: row.account.name, sort=("account__name",)),
        Column(
            "total", _("Total"), lambda row: decimal_of(_money(row, "total")), is_number=True, sort=("total",),
            html=lambda row: format_html('<span class="num">{}</span>', _money(row, "total")),
        ),
        Column(
            "paid", _("Paid"), lambda row: decimal_of(_money(row, "paid")), is_number=True, sort=("paid",),
            html=lambda row: format_html('<span class="num">{}</span>', _money(row, "paid")),
        ),
        Column("issued", _("Issued"), lambda row: row.issued_on or ""),
        Column("due", pgettext_lazy("date", "Due"), lambda row: vars(row)["next_due_on"] or vars(row)["due_on"]),
        Column("state", _("State"), _statuses, html=_tags),
        Column("currency", _("Currency"), lambda row: row.currency, is_extra=True),
    ),
    href=lambda row: f"/fees/invoices/{row.pk}/",
    order=("-created_at", "-pk"),
)  # fmt: skip


@require_http_methods(["GET", "POST"])
def invoices_page(request: HttpRequest) -> HttpResponse:
    """All invoices and drafts."""
    actor = actor_of(request)
    actor.require_all(Permission.FEES_VIEW)
    states = [("open", _("not settled")), ("draft", _("drafts")), ("issued", _("issued"))]
    return answer_list(
        request,
        INVOICES,
        list_invoices(
            actor,
            account=asked_id(request, "account"),
            student=asked_id(request, "student"),
            state=request.GET.get("state", ""),
        ),
        template="fees/invoices.html",
        filters=(Filter("state", _("State"), states, every=_("all")),),
        note_export=partial(note_export, INVOICES.name, request.GET.urlencode(), actor=actor),
        context={"may_manage": actor.reaches_all(Permission.FEES_MANAGE)},
    )


@require_http_methods(["GET", "POST"])
def new_invoice_page(request: HttpRequest) -> HttpResponse:
    """Bill one item to one student or to many: choose them, say what and how much, issue."""
    actor = actor_of(request)
    actor.require_all(Permission.FEES_MANAGE)

    def act() -> str | Done:
        issued = _bill(request, actor)
        words = ngettext("%(n)s invoice is issued.", "%(n)s invoices are issued.", len(issued)) % {"n": len(issued)}
        to = f"/fees/invoices/{issued[0].pk}/" if len(issued) == 1 else "/fees/invoices/"
        return Done(to, Toast(words))

    def context() -> dict[str, Any]:
        students = _students(request, actor)
        payers = usual_payers([each.pk for each in students], currency=usual_currency())
        chosen = set(request.POST.getlist("student"))
        one = len(students) == 1
        return {
            "students": [
                (each, payers[each.pk].name if each.pk in payers else "", one or str(each.pk) in chosen or not chosen)
                for each in students
            ],
            "is_asked": bool(request.GET.get("class") or request.GET.get("q") or request.GET.get("student")),
            "classes": list_class_names(actor, today()),
            "items": [(str(each.pk), each.name) for each in list_items(actor) if each.active],
            "currency": usual_currency(),
            "due_on": (today() + timedelta(days=school_settings().due_days)).isoformat(),
            "may_set_up": actor.reaches_all(Permission.FEES_SETUP),
        }

    return submitted(request, "fees/invoice_new.html", context, act)


def _students(request: HttpRequest, actor: Actor) -> list[Student]:
    """Those of a class, those whom a text means, or one."""
    rows = Student.objects.filter(visible_students(actor)).select_related("person")
    one, form, text = asked_id(request, "student"), asked_id(request, "class"), request.GET.get("q", "").strip()
    if one:
        rows = rows.filter(pk=one)
    elif form:
        rows = rows.filter(in_class(form, today()))
    elif text and "\x00" not in text:
        rows = rows.filter(matching(text))
    else:
        return []
    return list(rows.order_by("person__sort_name", "pk")[:MOST_AT_ONCE])


def _bill(request: HttpRequest, actor: Actor) -> list[Invoice]:
    chosen = typed_ids(request, "student")
    if not chosen:
        raise invalid_field("/student", "required", gettext("Choose at least one student."))
    item = typed_id(request, "item")
    if item is None:
        raise invalid_field("/item", "required", gettext("Choose what is billed."))
    payers = usual_payers(chosen, currency=usual_currency())
    without = [pk for pk in chosen if pk not in payers]
    if without:
        names = Student.objects.filter(pk__in=without).values_list("person__full_name", flat=True)
        raise NoPayerError(
            gettext("Nobody is named who pays for %(students)s: say in their record who is told about fees.")
            % {"students": ", ".join(names)}
        )
    return bill_students(
        [Billed(pk, payers[pk].payer) for pk in chosen],
        item=item,
        price=typed_amount(request, "price", usual_currency()),
        text=request.POST.get("text", ""),
        due_on=_days(needed_date(request, "due_on"), typed_number(request, "instalments", 1)),
        actor=actor,
    )


def _days(first: date, count: int) -> list[date]:
    """The same day of so many months; the last day of a month that has no such day."""
    if not 1 <= count <= 24:
        raise invalid_field("/instalments", "range", gettext("Choose from 1 to 24 instalments."))
    found = []
    for n in range(count):
        year, month = divmod(first.year * 12 + first.month - 1 + n, 12)
        day = first.day
        while True:
            try:
                found.append(date(year, month + 1, day))
                break
            except ValueError:
                day -= 1
    return found


@require_http_methods(["GET", "POST"])
def invoice_page(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """One invoice: what it says, what became of it; for the office issuing, discarding, crediting."""
    actor = actor_of(request)
    invoice = get_invoice(invoice_id, actor=actor)
    page = f"/fees/invoices/{invoice_id}/"

    def act() -> str | Done:
        what = request.POST.get("act", "")
        if what == "issue":
            issued = issue_invoice(invoice_id, actor=actor)
            return Done(page, Toast(gettext("Issued as %(number)s.") % {"number": issued.code}))
        if what == "discard":
            discard_invoice(invoice_id, actor=actor)
            return Done("/fees/invoices/", Toast(gettext("The draft is gone.")))
        note = credit_invoice(invoice_id, reason=request.POST.get("reason", ""), amounts=_credited(request, invoice),
                              actor=actor)  # fmt: skip
        return Done(page, Toast(gettext("Credited by %(number)s.") % {"number": note.code}))

    def context() -> dict[str, Any]:
        return invoice_context(get_invoice(invoice_id, actor=actor), actor)

    return submitted(request, "fees/invoice.html", context, act)


def _credited(request: HttpRequest, invoice: Invoice) -> dict[UUID, Money] | None:
    """How much of which line; None where no amount was typed, for the whole."""
    typed = {line.pk: request.POST.get(f"credit-{line.pk}", "").strip() for line in invoice.lines.all()}
    if not any(typed.values()):
        return None
    return {pk: typed_amount(request, f"credit-{pk}", invoice.currency) for pk, text in typed.items() if text}


def invoice_context(invoice: Any, actor: Actor) -> dict[str, Any]:
    """What is shown of an invoice."""
    currency = invoice.currency
    is_issued = invoice.lifecycle == Invoice.Lifecycle.ISSUED
    manages = actor.reaches_all(Permission.FEES_MANAGE)
    return invoice_row(invoice) | {
        "account": invoice.account,
        "is_issued": is_issued,
        "is_office": actor.reaches_all(Permission.FEES_VIEW),
        "may_issue": manages and not is_issued,
        "may_credit": manages and is_issued and invoice.credited < invoice.total,
        "may_take_money": manages and is_issued and invoice.settled < invoice.total,
        "open": Money(invoice.total - invoice.settled, currency) if is_issued else None,
        "paid": Money(invoice.paid, currency),
        "credited": Money(invoice.credited, currency) if invoice.credited else None,
        "lines": [
            (line, Money(line.unit_price, currency), Money(line.amount, currency)) for line in invoice.lines.all()
        ],
        "instalments": [
            (each, Money(each.amount, currency), Money(each.open, currency), each.open and each.due_on < today())
            for each in invoice.instalments.all()
        ],
        "notes": [(each, Money(each.total, currency)) for each in invoice.credit_notes.all()],
        "reasons": CreditNote.Reason.choices,
    }


@require_GET
def invoice_pdf(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """The invoice on paper."""
    return answer_invoice(invoice_id, actor=actor_of(request))
