"""The order of modules in a run and of lessons in a module."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Max
from django.utils.translation import gettext as _

from lyceum.core.errors import FieldError
from lyceum.core.schools import current_school
from lyceum.domains.learning.models import CourseLesson, Module
from lyceum.domains.learning.rules.refusals import OrderMismatchError

MOST_ROWS = 500
Ordered = type[Module] | type[CourseLesson]


def next_order(rows: Any) -> int:
    """The place after the last."""
    last = rows.aggregate(last=Max("order"))["last"]
    return 1 if last is None else int(last) + 1


def refuse_taken(rows: Any, order: int, *, but: UUID | None = None) -> None:
    """Two cannot stand in one place."""
    if rows.filter(order=order).exclude(pk__in=[but] if but else []).exists():
        raise mismatch(missing=(), unknown=(), message=_("Something stands in place %(n)s already.") % {"n": order})


def put_in_order(model: Ordered, rows: Any, wanted: Sequence[UUID]) -> None:
    """Give all live rows the places of the list, in one statement; archived ones come after them.

    The list names each exactly once.
    """
    live = list(rows.filter(is_archived=False).values_list("pk", flat=True))
    missing = [str(each) for each in live if each not in set(wanted)]
    unknown = [str(each) for each in wanted if each not in set(live)]
    double = sorted({str(each) for each in wanted if list(wanted).count(each) > 1}) if len(wanted) > len(live) else []
    if missing or unknown or len(wanted) != len(live):
        message = _("Name each exactly once: %(missing)s missing, %(unknown)s unknown, %(double)s twice.") % {
            "missing": len(missing), "unknown": len(unknown), "double": len(double),
        }  # fmt: skip
        raise mismatch(missing=missing, unknown=[*unknown, *double], message=message)
    archived = list(rows.filter(is_archived=True).order_by("order").values_list("pk", flat=True))
    # One statement: whoever reads sees the old order or the new one, and a kill in between leaves the old one.
    statement = f"""
        UPDATE {model._meta.db_table} AS t SET "order" = w.place, updated_at = now()
        FROM unnest(%s::uuid[]) WITH ORDINALITY AS w(id, place)
        WHERE t.school_id = %s AND t.id = w.id AND t."order" <> w.place
    """  # noqa: S608 - the name of our own table
    with connection.cursor() as cursor:
        cursor.execute(statement, [[str(each) for each in (*wanted, *archived)], current_school()])


def mismatch(*, missing: Sequence[str], unknown: Sequence[str], message: str) -> OrderMismatchError:
    """The refusal that names what is wrong with an order."""
    errors = [FieldError("/order", "order_mismatch", message)]
    return OrderMismatchError(message, errors=errors, missing=list(missing), unknown=list(unknown))
