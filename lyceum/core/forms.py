"""What page forms share: reading what was typed, and showing a refusal beside it."""

from collections.abc import Callable
from datetime import date, time
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from lyceum.core.errors import FieldError, RuleError, invalid_field
from lyceum.core.money import Money, NotMoneyError, format_money, parse_money
from lyceum.core.toasts import Done, leave_toast


def submitted(
    request: HttpRequest, template: str, context: Callable[[], dict[str, Any]], act: Callable[[], str | Done]
) -> HttpResponse:
    """Show a form; on POST do the act, which says where to go on. A refusal keeps what was typed and says why."""
    if request.method != "POST":
        return render(request, template, {"typed": request.GET, **context()})
    try:
        return gone_on(request, act())
    except RuleError as error:
        shown = {"typed": request.POST, "errors": shown_errors(error), "refusal": error, **context()}
        return render(request, template, shown, status=error.status)


def gone_on(request: HttpRequest, done: str | Done) -> HttpResponse:
    """To where an act leads, with what it has to say."""
    if isinstance(done, str):
        return redirect(done)
    response = redirect(done.address)
    leave_toast(request, response, done.toast)
    return response


def shown_errors(error: RuleError) -> tuple[FieldError, ...]:
    """A refusal for the error summary: each wrong field, or the refusal as a whole."""
    return error.errors or (FieldError("/", error.code, error.detail),)


def typed_date(request: HttpRequest, name: str) -> date | None:
    """A date field, or None where it was left empty."""
    text = request.POST.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise invalid_field(f"/{name}", "date", _("Give the date as year-month-day, as in 2026-11-20.")) from None


def needed_date(request: HttpRequest, name: str) -> date:
    """A date field that cannot be left empty."""
    found = typed_date(request, name)
    if found is None:
        raise invalid_field(f"/{name}", "required", _("Give a date."))
    return found


def typed_time(request: HttpRequest, name: str) -> time:
    """A time of day."""
    try:
        return time.fromisoformat(request.POST.get(name, "").strip())
    except ValueError:
        raise invalid_field(f"/{name}", "time", _("Give the time as hours:minutes, as in 08:45.")) from None


def typed_number(request: HttpRequest, name: str, usual: int) -> int:
    """A whole number, or the usual one where it was left empty."""
    text = request.POST.get(name, "").strip()
    try:
        return int(text) if text else usual
    except ValueError:
        raise invalid_field(f"/{name}", "number", _("Give a whole number.")) from None


def typed_amount(request: HttpRequest, name: str, currency: str) -> Money:
    """An amount of money, as the language in use writes it."""
    try:
        return parse_money(request.POST.get(name, ""), currency)
    except NotMoneyError:
        example = format_money(Money(12_550, currency))
        raise invalid_field(
            f"/{name}", "amount", _("Give an amount, as in %(example)s.") % {"example": example}
        ) from None


def typed_id(request: HttpRequest, name: str) -> UUID | None:
    """A choice from a list, or None where nothing was chosen."""
    text = request.POST.get(name, "").strip()
    try:
        return UUID(text) if text else None
    except ValueError:
        raise invalid_field(f"/{name}", "choice", _("Choose one of the list.")) from None


def typed_ids(request: HttpRequest, name: str) -> list[UUID]:
    """Every choice that was ticked, each once."""
    try:
        return list(dict.fromkeys(UUID(text) for text in request.POST.getlist(name) if text))
    except ValueError:
        raise invalid_field(f"/{name}", "choice", _("Choose from the list.")) from None


def asked_id(request: HttpRequest, name: str) -> UUID | None:
    """A filter of the address, or None: what is no id filters nothing."""
    try:
        return UUID(request.GET.get(name, ""))
    except ValueError:
        return None


def asked_date(request: HttpRequest, name: str, usual: date) -> date:
    """A date of the address, or the usual one."""
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return usual
