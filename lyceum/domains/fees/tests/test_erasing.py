"""The books are closed to everybody, and go with their school all the same."""

from django.db import connections, transaction

from lyceum.domains.fees.rules.crediting import credit_invoice
from lyceum.domains.fees.rules.paying import reverse_payment
from lyceum.domains.fees.tests.conftest import make_bursary
from lyceum.domains.tenancy.erasing import erase_school_rows, erased_rows


def test_a_school_is_erased_with_its_books_and_another_keeps_its_own(fresh_database):
    gone, stays = make_bursary(), make_bursary()
    for each in (gone, stays):
        invoice, payment = each.bill(), each.pay(4_000, "cheque")
        each.draft()
        with each.within():
            credit_invoice(invoice.pk, reason="correction", actor=each.actor())
            reverse_payment(payment.pk, reason="bounced", actor=each.actor())

    erase_school_rows(gone.school.pk)

    counted = erased_rows(gone.school.pk)
    assert (counted["fees_invoice"], counted["fees_ledgerentry"], counted["fees_payment"]) == (2, 4, 1)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT set_config('app.school_id', %s, true)", [str(gone.school.pk)])
        cursor.execute("SELECT count(*) FROM fees_ledgerline")
        left = cursor.fetchone()
        cursor.execute("SELECT set_config('app.school_id', %s, true)", [str(stays.school.pk)])
        cursor.execute("SELECT count(*) FROM fees_ledgerline")
        kept = cursor.fetchone()
    assert (left, kept) == ((0,), (9,))
