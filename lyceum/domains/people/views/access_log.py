"""The page of the access log: who read what of whom."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from html import escape

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.dates import instant_in_words
from lyceum.core.forms import asked_date, asked_id
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.journal.models import AccessSubject
from lyceum.domains.journal.rules import note_export
from lyceum.domains.people.access_log import (
    FIELDS,
    NEWEST_FIRST,
    RELATIONS,
    SURFACES,
    AccessFilter,
    list_access,
    list_own_access,
    read_names,
)
from lyceum.domains.tenancy.queries import time_zone, today


@dataclass(frozen=True)
class Read:
    """One line: somebody read of somebody."""

    row: AccessSubject
    name: str


def _read(rows: Sequence[AccessSubject]) -> list[Read]:
    names = read_names(list(rows))
    return [Read(row, names.get(row.subject, str(row.subject))) for row in rows]


def _local(line: Read) -> datetime:
    return clock.local(line.row.at, time_zone())


def _when_html(line: Read) -> SafeString:
    return SafeString(escape(instant_in_words(_local(line))))


TABLE: Table[Read] = Table(
    name="access-log",
    label=_("Who read what"),
    columns=(
        Column("when", _("When"), lambda line: f"{_local(line):%Y-%m-%d %H:%M:%S}", html=_when_html),
        Column("who", _("Who"), lambda line: line.row.entry.viewer_name),
        Column("subject", _("Of whom"), lambda line: line.name),
        Column("fields", _("What"), lambda line: FIELDS.get(line.row.entry.fields, line.row.entry.fields)),
        Column("relation", _("Why"), lambda line: RELATIONS.get(line.row.entry.relation, line.row.entry.relation)),
        Column("surface", _("Where"), lambda line: SURFACES.get(line.row.entry.surface, line.row.entry.surface)),
        Column("roles", _("Roles"), lambda line: ", ".join(line.row.entry.viewer_roles), is_extra=True),
    ),
    order=NEWEST_FIRST,
)


@require_http_methods(["GET", "POST"])
def access_log_page(request: HttpRequest) -> HttpResponse:
    """Who read what of whom, and what allowed it."""
    return _answer(request, list_access, is_whole=actor_of(request).reaches_all(Permission.ACCESS_VIEW))


@require_http_methods(["GET", "POST"])
def own_access_page(request: HttpRequest) -> HttpResponse:
    """Who read of oneself and of one's children, and what one read oneself."""
    return _answer(request, list_own_access, is_whole=False)


_Lists = Callable[[Actor, AccessFilter], QuerySet[AccessSubject]]


def _answer(request: HttpRequest, listed: _Lists, *, is_whole: bool) -> HttpResponse:
    actor, asked = actor_of(request), request.GET
    chosen = AccessFilter(
        subject=asked_id(request, "subject"),
        viewer=asked_id(request, "viewer"),
        fields=asked.get("fields", "") if asked.get("fields") in FIELDS else "",
        since=_midnight(asked_date(request, "from", today())) if asked.get("from") else None,
        until=_midnight(asked_date(request, "to", today()) + timedelta(days=1)) if asked.get("to") else None,
    )
    return answer_list(
        request,
        TABLE,
        listed(actor, chosen),
        template="people/access_log.html",
        filters=[
            Filter("fields", _("What"), list(FIELDS.items()), every=_("All")),
            Filter("from", _("From"), kind="date"),
            Filter("to", _("To"), kind="date"),
        ],
        made=_read,
        note_export=partial(note_export, TABLE.name, asked.urlencode(), actor=actor) if is_whole else None,
        count=False,
        context={"is_whole": is_whole},
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=clock.zone(time_zone())).astimezone(UTC)
