"""A school that bills: a bursar, two families, an item and a deposit."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from lyceum.core import clock
from lyceum.core.actor import Actor, Via
from lyceum.core.money import Money
from lyceum.core.permissions import Role
from lyceum.domains.accounts.models import User
from lyceum.domains.fees.models import BillingAccount, FeeItem, Invoice, Payment
from lyceum.domains.fees.rules.accounts import Payer, account_of
from lyceum.domains.fees.rules.invoicing import NewInvoice, NewLine, draft_invoice, issue_invoice
from lyceum.domains.fees.rules.items import create_item
from lyceum.domains.fees.rules.paying import NewPayment, record_payment
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.models import School
from lyceum.testing.beginnings import remembered
from lyceum.testing.clients import Caller, browser, software
from lyceum.testing.factories import (
    NOW,
    account_for,
    as_actor,
    in_school,
    make_guardian,
    make_manager,
    make_school,
    make_student,
)

DUE = NOW.date() + timedelta(days=14)


def pounds(amount: int) -> Money:
    """So many pence."""
    return Money(amount, "GBP")


@dataclass
class Bursary:
    """Friday: Ada's mother and Ben's father have an account each; nothing is billed yet."""

    school: School
    bursar: User
    mother: User
    father: User
    ada: Student
    ben: Student
    tuition: FeeItem
    deposit: FeeItem
    account: BillingAccount
    """Of Ada's mother."""
    other: BillingAccount
    """Of Ben's father."""

    def actor(self, user: User | None = None, via: Via = Via.REST) -> Actor:
        return as_actor(user or self.bursar, self.school, via=via)

    def within(self) -> AbstractContextManager[None]:
        return in_school(self.school)

    def software(self, user: User | None = None) -> Caller:
        return software(user or self.bursar, self.school)

    def browser(self, user: User | None = None) -> Caller:
        return browser(user or self.bursar, self.school)

    @remembered
    def draft(self, amount: int = 10_000, *due_on: date, account: BillingAccount | None = None, **line: Any) -> Invoice:
        """A draft for Ada's tuition, due in two weeks."""
        given: dict[str, Any] = {"item": self.tuition.pk, "student": self.ada.pk} | line
        new = NewInvoice((account or self.account).pk, [NewLine(unit_price=pounds(amount), **given)], due_on or [DUE])
        with self.within():
            return draft_invoice(new, actor=self.actor())

    @remembered
    def bill(self, amount: int = 10_000, *due_on: date, account: BillingAccount | None = None, **line: Any) -> Invoice:
        """The same, issued."""
        draft = self.draft(amount, *due_on, account=account, **line)
        with self.within():
            return issue_invoice(draft.pk, actor=self.actor())

    @remembered
    def pay(self, amount: int, method: str = "bank", *, account: BillingAccount | None = None, **more: Any) -> Payment:
        """Money comes in on the mother's account."""
        more.setdefault("record_anyway", True)
        with self.within():
            new = NewPayment((account or self.account).pk, pounds(amount), method, **more)
            return record_payment(new, actor=self.actor())


@remembered
def make_bursary() -> Bursary:
    school = make_school()
    bursar = make_manager(school, "Finance", name="Bea Bursar", username="bea")
    ada, ben = make_student(school, name="Ada Lovelace"), make_student(school, name="Ben Carson")
    mother, father = make_guardian(ada, name="Mo Lovelace"), make_guardian(ben, name="Fa Carson")
    users = [
        account_for(link.guardian, Role.GUARDIAN, username=name)
        for name, link in (("mother", mother), ("father", father))
    ]
    actor = as_actor(bursar, school)
    with in_school(school):
        tuition = create_item(code="TUI", name="Tuition", category="tuition", actor=actor)
        deposit = create_item(code="DEP", name="Deposit", category="deposit", actor=actor)
        accounts = [account_of(Payer(guardian=link.guardian_id), actor=actor) for link in (mother, father)]
    return Bursary(school, bursar, *users, ada, ben, tuition, deposit, *accounts)


@pytest.fixture
def bursary(db: None) -> Iterator[Bursary]:
    """On a Friday in November."""
    with clock.frozen(NOW):
        yield make_bursary()
