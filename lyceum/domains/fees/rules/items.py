"""A school's fee items and settings."""

import re
from collections.abc import Mapping
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
from lyceum.domains.fees.models import FeeItem, FeesSettings, InvoiceLine
from lyceum.domains.fees.rules.refusals import ItemUsedError
from lyceum.domains.fees.settings import forget_settings
from lyceum.domains.journal.rules import Target, changed_fields, record

_FORMAT = re.compile(r"(?:[A-Za-z0-9/.-]|\{series\}|\{year\}|\{seq(?::0[1-9])?\}){1,60}")
DEPOSIT_CODE = "DEPOSIT"


@transaction.atomic
def create_item(
    *, code: str, name: str, category: str = "other", is_deposit: bool | None = None, actor: Actor
) -> FeeItem:
    """Something new to bill. What is of the category Deposit is one, unless told otherwise."""
    actor.require_all(Permission.FEES_SETUP)
    item = FeeItem(code=tidy(code)[:40].upper())
    if not item.code:
        raise invalid_field("/code", "required", _("Give it a short code."))
    deposit = category == FeeItem.Category.DEPOSIT if is_deposit is None else is_deposit
    _set(item, {"name": name, "category": category, "is_deposit": deposit})
    with refusing(fee_item_code_once=lambda: invalid_field("/code", "taken", _("This code is taken."))):
        item.save(force_insert=True)
    record("fees.item.create", target=Target.of(item), changes={"code": [None, item.code]}, actor=actor)
    return item


@transaction.atomic
def edit_item(item_id: UUID, *, values: Mapping[str, Any], actor: Actor) -> FeeItem:
    """Rename or retire an item; once it was billed, it stays what it is. What was issued keeps its words."""
    actor.require_all(Permission.FEES_SETUP)
    item = FeeItem.objects.select_for_update().filter(pk=item_id).first()
    if item is None:
        raise NotFoundError
    new = {name: value for name, value in values.items() if getattr(item, name) != value}
    if new.keys() & {"category", "is_deposit"} and InvoiceLine.objects.filter(item=item).exists():
        raise ItemUsedError(_("It was billed: retire it and make another."))
    changes = _set(item, new)
    if changes:
        item.save()
        record("fees.item.edit", target=Target.of(item), changes=changes, actor=actor)
    return item


def _set(item: FeeItem, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    new = dict(values)
    if "name" in new:
        new["name"] = tidy(new["name"])[:120]
        if not new["name"]:
            raise invalid_field("/name", "required", _("Give it a name."))
    if "category" in new and new["category"] not in FeeItem.Category.values:
        raise invalid_field("/category", "choice", _("Choose one of the list."))
    return changed_fields(item, new)


def deposit_item() -> FeeItem:
    """The school's item for deposits: its first one that is in use, or a new one."""
    found = FeeItem.objects.filter(is_deposit=True, active=True).order_by("created_at", "pk").first()
    if found is not None:
        return found
    fresh = {"name": _("Deposit"), "category": FeeItem.Category.DEPOSIT, "is_deposit": True}
    return FeeItem.objects.get_or_create(code=DEPOSIT_CODE, defaults=fresh)[0]


@transaction.atomic
def edit_settings(*, values: Mapping[str, Any], actor: Actor) -> FeesSettings:
    """Change currency, bank details, the form of numbers, the fiscal year and when invoices are due."""
    actor.require_all(Permission.FEES_SETUP)
    settings = FeesSettings.objects.first() or FeesSettings()
    new = dict(values)
    if "currency" in new:
        new["currency"] = tidy(new["currency"]).upper()
        if new["currency"] and new["currency"] not in CURRENCIES:
            raise invalid_field("/currency", "currency", _("Give the currency in three letters, as in EUR."))
    if "bank_details" in new:
        new["bank_details"] = "\n".join(tidy(line) for line in new["bank_details"].splitlines()).strip()[:1000]
    if "number_format" in new:
        _check_format(new["number_format"])
    for name, least, most in (("fiscal_year_starts", 1, 12), ("due_days", 0, 365)):
        if name in new and not least <= new[name] <= most:
            message = _("Choose from %(least)s to %(most)s.") % {"least": least, "most": most}
            raise invalid_field(f"/{name}", "range", message)
    changes = changed_fields(settings, new)
    settings.save()
    forget_settings()
    if changes:
        record("fees.settings.edit", target=Target.of(settings), changes=changes, actor=actor)
    return settings


def _check_format(given: str) -> None:
    parts = ("{series}", "{year}", "{seq")
    if not _FORMAT.fullmatch(given) or any(given.count(part) != 1 for part in parts):
        raise invalid_field(
            "/number_format",
            "format",
            _("Use {series}, {year} and {seq:06}, each once, as in {series}-{year}-{seq:06}."),
        )
