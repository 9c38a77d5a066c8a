"""Billing accounts: opened for whoever is billed, once in each currency."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.money import CURRENCIES
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.accounts.models import User
from lyceum.domains.fees.models import BillingAccount
from lyceum.domains.fees.rules.numbering import ACCOUNTS, take_numbers, with_check_digit
from lyceum.domains.fees.rules.refusals import AccountExistsError
from lyceum.domains.fees.settings import usual_currency
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.models import ContactPoint, Family, Person, Student

_H = BillingAccount.Holder


@dataclass(frozen=True)
class Payer:
    """Who is billed: exactly one of these."""

    guardian: UUID | None = None
    """A person's id."""
    family: UUID | None = None
    student: UUID | None = None
    user: UUID | None = None

    def named(self) -> tuple[str, UUID]:
        """Which of them, and the id."""
        given = [(name, value) for name, value in vars(self).items() if value is not None]
        if len(given) != 1:
            raise invalid_field("/holder", "required", _("Say who is billed: one guardian, family or student."))
        return given[0]


@transaction.atomic
def open_account(payer: Payer, *, currency: str = "", actor: Actor) -> BillingAccount:
    """Open an account for somebody who has none in the currency."""
    actor.require_all(Permission.FEES_MANAGE)
    code = _currency(currency)
    holder, holder_id = payer.named()
    if _find(holder, holder_id, code):
        raise AccountExistsError(_("They have a billing account in %(currency)s already.") % {"currency": code})
    return _open(holder, holder_id, code, actor=actor)


@transaction.atomic
def account_of(payer: Payer, *, currency: str = "", actor: Actor) -> BillingAccount:
    """Their account in the currency, opened where there is none."""
    actor.require_all(Permission.FEES_MANAGE)
    code = _currency(currency)
    holder, holder_id = payer.named()
    return _find(holder, holder_id, code) or _open(holder, holder_id, code, actor=actor)


def _currency(given: str) -> str:
    code = tidy(given).upper() or usual_currency()
    if code not in CURRENCIES:
        raise invalid_field("/currency", "currency", _("Give the currency in three letters, as in EUR."))
    return code


def _find(holder: str, holder_id: UUID, currency: str) -> BillingAccount | None:
    return BillingAccount.objects.filter(**{holder: holder_id}, currency=currency).first()


def _open(holder: str, holder_id: UUID, currency: str, *, actor: Actor) -> BillingAccount:
    name, address = _addressed(holder, holder_id)
    (number,) = take_numbers(ACCOUNTS, 1, year=0)
    account = BillingAccount(
        number=with_check_digit(number),
        holder=holder,
        currency=currency,
        name=name[:200],
        address=address[:300],
        **{f"{holder}_id": holder_id},
    )
    taken = AccountExistsError(_("They have a billing account in %(currency)s already.") % {"currency": currency})
    with refusing(**{f"billing_account_{holder}_once": lambda: taken}):
        account.save(force_insert=True)
    record("fees.account.open", target=Target.of(account), changes={"holder": [None, holder]}, actor=actor)
    return account


def _addressed(holder: str, holder_id: UUID) -> tuple[str, str]:
    """The name and the address to which bills are written."""
    found: Any
    if holder == _H.USER:
        found = User.objects.filter(pk=holder_id).first()
        return (found.full_name, "") if found else _nobody(holder)
    if holder == _H.FAMILY:
        found = Family.objects.filter(pk=holder_id).first()
        return (found.name, "") if found else _nobody(holder)
    if holder == _H.STUDENT:
        student = Student.objects.filter(pk=holder_id).select_related("person").first()
        found = student.person if student else None
    else:
        found = Person.objects.filter(pk=holder_id).first()
    return (found.full_name, _post_of(found)) if found else _nobody(holder)


def _nobody(holder: str) -> tuple[str, str]:
    raise invalid_field(f"/{holder}", "unknown", _("There is nobody of this kind here."))


def _post_of(person: Person) -> str:
    points = ContactPoint.objects.filter(person=person, kind="post").order_by("-preferred", "pk")
    return points.values_list("value", flat=True).first() or ""


def lock_account(account_id: UUID) -> BillingAccount:
    """The account, locked: money on it moves one act after the other."""
    found = BillingAccount.objects.select_for_update(of=("self",), no_key=True).filter(pk=account_id).first()
    if found is None:
        raise NotFoundError
    return found


@transaction.atomic
def hand_over_account(account_id: UUID, payer: Payer, *, actor: Actor) -> BillingAccount:
    """From now on the account is another record's of the same payer, as when an applicant becomes a guardian.

    Where that record has an account in the currency already, both stay as they are.
    """
    actor.require_all(Permission.FEES_MANAGE)
    account = lock_account(account_id)
    holder, holder_id = payer.named()
    if account.holder == holder or _find(holder, holder_id, account.currency):
        return account
    before = account.holder
    name, address = _addressed(holder, holder_id)
    for each in _H.values:
        setattr(account, f"{each}_id", holder_id if each == holder else None)
    account.holder, account.name, account.address = holder, name[:200], address[:300] or account.address
    account.save()
    changes = {"holder": [before, holder]}
    record("fees.account.hand_over", target=Target.of(account), changes=changes, actor=actor)
    return account
