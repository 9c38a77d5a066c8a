"""Two records that turn out to be one person: the books stay right, and nothing of them changes but whose it is."""

import pytest

from lyceum.core.actor import system_actor
from lyceum.core.errors import RuleError
from lyceum.domains.fees.models import InvoiceLine, LedgerLine
from lyceum.domains.fees.queries import get_account
from lyceum.domains.fees.verifying import verify_books
from lyceum.domains.people.rules.merges import merge_people, undo_merge
from lyceum.testing.factories import make_guardian, make_student


def test_what_was_billed_for_a_student_moves_along_and_comes_back(bursary):
    kept = make_student(bursary.school, name="Ada Love")
    bursary.bill()
    with bursary.within():
        actor = system_actor(bursary.school.pk)
        merge = merge_people(kept.person_id, bursary.ada.person_id, actor=actor)
        moved = {InvoiceLine.objects.get().student_id, LedgerLine.objects.get(student__isnull=False).student_id}
        wrong = verify_books(actor=actor)
        undo_merge(merge.pk, actor=actor)
        back = {InvoiceLine.objects.get().student_id, LedgerLine.objects.get(student__isnull=False).student_id}

    assert (moved, wrong, back) == ({kept.pk}, [], {bursary.ada.pk})


def test_the_account_of_a_guardian_moves_along(bursary):
    twin = make_guardian(bursary.ada, name="Mo Love").guardian
    bursary.bill()
    with bursary.within():
        actor = system_actor(bursary.school.pk)
        merge_people(twin.pk, bursary.account.guardian_id, actor=actor)

        account = get_account(bursary.account.pk, actor=actor)
        assert (account.guardian_id, account.balance) == (twin.pk, 10_000)
        assert verify_books(actor=actor) == []


def test_two_guardians_who_both_have_an_account_are_not_merged(bursary):
    with bursary.within(), pytest.raises(RuleError, match="billing account") as refused:
        merge_people(bursary.account.guardian_id, bursary.other.guardian_id, actor=system_actor(bursary.school.pk))

    assert refused.value.status == 409
