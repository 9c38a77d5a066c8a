"""Fees of the demo school: a term's lunches and trips for some families, paid, part paid, overdue and bounced."""

from datetime import timedelta

from lyceum.core.actor import Actor, Via, system_actor
from lyceum.core.money import Money
from lyceum.core.schools import current_school
from lyceum.demo.accounts import GUARDIAN
from lyceum.demo.build import Demo
from lyceum.domains.fees.models import FeeItem, Invoice
from lyceum.domains.fees.queries import usual_payers
from lyceum.domains.fees.rules.accounts import Payer
from lyceum.domains.fees.rules.invoicing import Billed, NewInvoice, NewLine, bill_students, draft_invoice
from lyceum.domains.fees.rules.items import create_item, edit_settings
from lyceum.domains.fees.rules.paying import NewPayment, record_payment, reverse_payment
from lyceum.domains.fees.settings import usual_currency
from lyceum.domains.people.models import GuardianLink, Student

OTHERS = 12
BANK = "{school}\nSort code 00-00-00, account 12345678\nNo money moves here: this school is a demo."


def add_fees(demo: Demo) -> None:
    """Items, bank details, and bills of two terms to the families of some children."""
    actor = system_actor(current_school(), name="Demo school", via=Via.COMMAND)
    with demo.on(demo.today - timedelta(days=110)):
        edit_settings(values={"bank_details": BANK.format(school=demo.plan.name)}, actor=actor)
        lunch = create_item(code="LUNCH", name="School lunch", category="meals", actor=actor)
        trip = create_item(code="TRIP", name="Trip to the coast", category="trip", actor=actor)
        create_item(code="DEPOSIT", name="Deposit", category="deposit", actor=actor)
        billed = _billed()
        first = _bill(billed, lunch, 14_500, "School lunch, last term", actor)
    with demo.on(demo.today - timedelta(days=95)):
        for n, invoice in enumerate(first):
            if n % 4:
                _pay(invoice, 14_500, "bank" if n % 2 else "cheque", actor)
    with demo.on(demo.today - timedelta(days=40)):
        second = _bill(billed[:8], trip, 6_850, "", actor)
    with demo.on(demo.today - timedelta(days=30)):
        for n, invoice in enumerate(second[1:5]):
            _pay(invoice, (6_850, 3_000, 10_000, 6_850)[n], ("cash", "bank", "bank", "cheque")[n], actor)
    with demo.on(demo.today - timedelta(days=6)):
        _bounce(second, actor)
        _bill(billed, lunch, 15_200, "School lunch, this term", actor)
        last = second[-1]
        line = NewLine(trip.pk, Money(1_250, last.currency), text="Entry to the lighthouse")
        draft_invoice(NewInvoice(last.account_id, [line]), actor=actor)


def _billed() -> list[Billed]:
    """The children of the account that the demo shows, and a few more."""
    rows = Student.objects.filter(deleted_at=None)
    shown = GuardianLink.objects.filter(guardian__user__logins__username=GUARDIAN).order_by("student", "pk")
    own = {link.student_id: link.guardian_id for link in shown}
    others = rows.exclude(pk__in=own).filter(guardian_links__isnull=False).distinct().order_by("pk")[:OTHERS]
    usual = usual_payers([each.pk for each in others], currency=usual_currency())
    shown_first = [Billed(student, Payer(guardian=guardian)) for student, guardian in own.items()]
    return [*shown_first, *(Billed(student, each.payer) for student, each in usual.items())]


def _bill(billed: list[Billed], item: FeeItem, price: int, text: str, actor: Actor) -> list[Invoice]:
    return bill_students(billed, item=item.pk, price=Money(price, usual_currency()), text=text, actor=actor)


def _pay(invoice: Invoice, amount: int, method: str, actor: Actor) -> None:
    new = NewPayment(
        invoice.account_id, Money(amount, invoice.currency), method, reference=invoice.code,
        cheque_number=f"{100_200 + (invoice.number or 0)}" if method == "cheque" else "",
    )  # fmt: skip
    record_payment(new, actor=actor)


def _bounce(invoices: list[Invoice], actor: Actor) -> None:
    """The last cheque that came in for them bounces."""
    for invoice in reversed(invoices):
        cheque = invoice.account.payments.filter(method="cheque", reversals__isnull=True).order_by("-pk").first()
        if cheque is not None:
            reverse_payment(cheque.pk, reason="bounced", note="Returned by the bank", actor=actor)
            return
